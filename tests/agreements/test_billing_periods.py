"""Billing periods and invoice days: every anniversary day, leap years, year ends, ends of subscriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.anniversaries import anniversaries
from kvitto.agreements.billing_periods import (
    anniversary_day_of,
    due_date,
    invoice_due_at,
    invoice_kinds,
    left_to_invoice,
    period_containing,
    periods_of,
    rating_periods,
    too_new_until,
)
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    Cadence,
    Customer,
    InvoiceScope,
    InvoiceSection,
    Subscription,
    TaxTreatment,
)
from kvitto.agreements.invoice_days import closed_at, overage_notice_on
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.money import Money
from kvitto.periods import Period, midnight
from tests.agreements import cast
from tests.agreements.cast import PARTY, SELLER
from tests.campaign import size

CUTOFF = timedelta(hours=72)
DAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))


def mosp(started_on: date, anniversary_day: int, created_on: date, ended_on: date | None = None) -> InvoiceScope:
    """A MOSP subscription."""
    account = BillingAccount(
        "a", AgreementType.MOSP, "A", created_on, "EUR", PARTY, TaxTreatment("S", Decimal(25)), "en"
    )
    subscription = Subscription(
        "s", "a", "S", Offer(OfferKind.PAY_AS_YOU_GO), started_on, anniversary_day, ended_on=ended_on
    )
    return InvoiceScope(SELLER, account, None, (), (subscription,))


def mca(*lives: tuple[date, date | None], created_on: date = date(2019, 1, 1), invoice_day: int = 5) -> InvoiceScope:
    """A billing profile with subscriptions that start and end."""
    account = BillingAccount(
        "a", AgreementType.MCA, "A", created_on, "EUR", PARTY, TaxTreatment("S", Decimal(25)), "en"
    )
    profile = BillingProfile("p", "a", "P", PARTY, invoice_day)
    subscriptions = tuple(
        Subscription(str(number), "a", "S", Offer(OfferKind.PAY_AS_YOU_GO), start, section_id="x", ended_on=end)
        for number, (start, end) in enumerate(lives)
    )
    return InvoiceScope(SELLER, account, profile, (InvoiceSection("x", "p", "X"),), subscriptions)


def test_the_worked_example_of_two_subscriptions() -> None:
    """Account of 2 Feb; sub 01 from 5 Mar: 5th to 4th; sub 02 from 10 Mar: 10th to 9th; both invoiced on the 2nd."""
    created = date(2024, 2, 2)
    first, second = mosp(date(2024, 3, 5), 5, created), mosp(date(2024, 3, 10), 10, created)
    period_1, period_2 = next(periods_of(first, date(2024, 3, 31))), next(periods_of(second, date(2024, 3, 31)))
    assert (period_1.start, period_1.last_day) == (date(2024, 3, 5), date(2024, 4, 4))
    assert (period_2.start, period_2.last_day) == (date(2024, 3, 10), date(2024, 4, 9))
    assert invoice_due_at(first, period_1, CUTOFF) == midnight(date(2024, 5, 2))
    assert invoice_due_at(second, period_2, CUTOFF) == midnight(date(2024, 5, 2))


def test_the_cut_off_holds_back_the_invoice_day() -> None:
    """A period that ends on the 1st with account day 2 waits for the 72 hours: the 4th, not the 2nd."""
    scope = mosp(date(2024, 2, 1), 1, date(2023, 2, 2))
    assert invoice_due_at(scope, Period(date(2024, 3, 1), date(2024, 4, 1)), CUTOFF) == midnight(date(2024, 4, 4))


def test_cancelled_in_the_middle_is_billed_for_the_days_used_on_the_usual_date() -> None:
    """Cycle 26th to 25th, cancelled on 23 June: 28 days, 26 May to 22 June, invoiced on the account's day as ever."""
    scope = mosp(date(2023, 1, 26), 26, date(2023, 1, 26), ended_on=date(2023, 6, 23))
    *_, latest = periods_of(scope, date(2024, 1, 1))
    assert (latest.start, latest.last_day, latest.length_in_days) == (date(2023, 5, 26), date(2023, 6, 22), 28)
    assert invoice_due_at(scope, latest, CUTOFF) == midnight(date(2023, 6, 26))
    scope = mosp(date(2023, 1, 26), 26, date(2023, 1, 2), ended_on=date(2023, 6, 23))
    assert invoice_due_at(scope, latest, CUTOFF) == midnight(date(2023, 7, 2))


@pytest.mark.parametrize("anniversary_day", range(1, 29))
def test_every_anniversary_day_gives_whole_months_without_a_gap(anniversary_day: int) -> None:
    """Over a leap year and its year ends each period begins where the one before ended, on the anniversary day."""
    scope = mosp(date(2023, 11, anniversary_day), anniversary_day, date(2023, 11, 1))
    periods = list(periods_of(scope, date(2025, 3, 31)))
    assert all(before.end == after.start for before, after in pairwise(periods))
    assert all(period.start.day == period.end.day == anniversary_day for period in periods)
    assert [(period.end.month - period.start.month) % 12 for period in periods] == [1] * len(periods)
    assert len(periods) == 17


@given(DAYS, st.integers(1, 28), st.integers(0, 900))
def test_mosp_periods_tile_the_life_of_a_subscription(started_on: date, anniversary_day: int, days: int) -> None:
    """Every day from the start belongs to exactly one period, and no period is longer than a month."""
    until = started_on + timedelta(days=days)
    scope = mosp(started_on, anniversary_day, started_on)
    periods = list(periods_of(scope, until))
    assert periods[0].start == started_on
    assert all(before.end == after.start for before, after in pairwise(periods))
    assert until in periods[-1]
    assert all(1 <= period.length_in_days <= 31 for period in periods)
    assert period_containing(scope, until) == periods[-1]
    assert period_containing(scope, started_on - timedelta(days=1)) is None


@given(DAYS, st.integers(1, 28), st.integers(1, 400), st.integers(0, 500))
def test_nothing_is_billed_from_the_end_of_a_subscription(
    started_on: date, anniversary_day: int, life: int, later: int
) -> None:
    """The periods of an ended subscription cover its days and none after."""
    ended_on = started_on + timedelta(days=life)
    scope = mosp(started_on, anniversary_day, started_on, ended_on)
    periods = list(periods_of(scope, ended_on + timedelta(days=later)))
    assert sum(period.length_in_days for period in periods) == life
    assert periods[-1].end == ended_on
    assert period_containing(scope, ended_on) is None


@given(DAYS, st.integers(1, 28), DAYS, st.integers(0, 744))
def test_an_invoice_is_due_on_the_account_day_but_never_early(
    started_on: date, anniversary_day: int, created_on: date, cutoff_hours: int
) -> None:
    """Due: on or after the period's end plus cut-off and day 30, else on the first account day, within five weeks."""
    scope = mosp(started_on, anniversary_day, created_on)
    cutoff = timedelta(hours=cutoff_hours)
    period = next(periods_of(scope, started_on))
    due = invoice_due_at(scope, period, cutoff)
    floor = max(midnight(period.end) + cutoff, midnight(started_on + timedelta(days=30)))
    assert due >= floor
    if due > floor:
        last_of_month = (due + timedelta(days=1)).day == 1
        assert due.day == created_on.day or (last_of_month and due.day < created_on.day)
        assert due - midnight(period.end) <= timedelta(days=31)


@pytest.mark.parametrize(
    ("end", "account_day", "due"),
    [
        (date(2024, 2, 10), 31, date(2024, 2, 29)),
        (date(2023, 2, 10), 31, date(2023, 2, 28)),
        (date(2023, 12, 20), 15, date(2024, 1, 15)),
        (date(2024, 1, 28), 30, date(2024, 1, 31)),  # the 30th, but 72 hours after the 28th
    ],
)
def test_an_account_day_that_a_month_has_not_is_its_last_day(end: date, account_day: int, due: date) -> None:
    """The 31st is 29 February in a leap year; December goes over into January."""
    start = (end.replace(day=1) - timedelta(days=1)).replace(day=end.day)
    scope = mosp(date(2022, 1, end.day), end.day, date(2021, 12, account_day))
    assert invoice_due_at(scope, Period(start, end), CUTOFF) == midnight(due)


def test_a_subscription_is_too_new_until_day_thirty() -> None:
    """Started on 20 February 2024, cycle to 1 March: the account's day, 5 March, is too early; day 30 is 21 March."""
    scope = mosp(date(2024, 2, 20), 1, date(2023, 1, 5))
    assert too_new_until(scope) == date(2024, 3, 21)
    period = next(periods_of(scope, date(2024, 2, 20)))
    assert period == Period(date(2024, 2, 20), date(2024, 3, 1))
    assert invoice_due_at(scope, period, CUTOFF) == midnight(date(2024, 3, 21))


def test_mca_periods_are_calendar_months_from_the_first_subscription_to_the_last() -> None:
    """A profile's months run from the month of its first start to that of its last end, whatever the sign-up day."""
    scope = mca((date(2023, 12, 20), date(2024, 1, 3)), (date(2024, 1, 31), date(2024, 3, 1)))
    assert [f"{period.start:%Y-%m}" for period in periods_of(scope, date(2024, 9, 1))] == [
        "2023-12",
        "2024-01",
        "2024-02",
    ]
    assert all(period.start.day == period.end.day == 1 for period in periods_of(scope, date(2024, 9, 1)))


def test_an_mca_profile_goes_on_while_one_subscription_has_no_end() -> None:
    """One open subscription keeps the months coming, up to the month of the day asked for."""
    scope = mca((date(2023, 12, 20), date(2024, 1, 3)), (date(2024, 1, 31), None))
    assert len(list(periods_of(scope, date(2024, 12, 1)))) == 13


def test_a_profile_without_subscriptions_has_no_periods() -> None:
    """Nothing was bought, so nothing is invoiced."""
    assert list(periods_of(mca(), date(2024, 12, 1))) == []


@pytest.mark.parametrize(
    ("created_on", "invoice_day", "cutoff", "due"),
    [
        (date(2023, 1, 1), 5, CUTOFF, datetime(2024, 3, 5, tzinfo=UTC)),
        (date(2023, 1, 1), 1, CUTOFF, datetime(2024, 3, 4, tzinfo=UTC)),
        (date(2023, 1, 1), 28, CUTOFF, datetime(2024, 3, 28, tzinfo=UTC)),
        (date(2023, 1, 1), 5, timedelta(hours=100), datetime(2024, 3, 5, 4, tzinfo=UTC)),
        (date(2024, 2, 20), 5, CUTOFF, datetime(2024, 3, 21, tzinfo=UTC)),
    ],
)
def test_an_mca_invoice_is_due_on_the_invoice_day_of_the_next_month(
    created_on: date, invoice_day: int, cutoff: timedelta, due: datetime
) -> None:
    """February 2024 by invoice day, held back by cut-off and by an account younger than thirty days."""
    scope = mca((date(2024, 2, 1), None), created_on=created_on, invoice_day=invoice_day)
    assert invoice_due_at(scope, Period(date(2024, 2, 1), date(2024, 3, 1)), cutoff) == due


@pytest.mark.parametrize(("day", "anniversary"), [(1, 1), (28, 28), (29, 1), (30, 1), (31, 1)])
def test_a_subscription_that_names_no_day_takes_its_own(day: int, anniversary: int) -> None:
    """The 29th to 31st take the 1st, which every month has."""
    assert anniversary_day_of(date(2024, 1, day)) == anniversary


def spans(scope: InvoiceScope, until: date, kind: InvoiceKind = InvoiceKind.SERVICES) -> list[tuple[str, str]]:
    """First and last day of each period."""
    return [(f"{period.start}", f"{period.last_day}") for period in periods_of(scope, until, kind)]


def test_the_last_invoice_of_a_moved_subscription_covers_the_closed_cycle_and_the_part_after_it() -> None:
    """Cycle 8th to 7th, moved on 16 November: the last invoice holds 8 Oct to 7 Nov and 8 to 16 Nov.

    The closed cycle was to be invoiced on the 20th, the account's day, which had not come when it moved.
    """
    one = cast.subscription(started_on=date(2023, 9, 8), anniversary_day=8)
    scope = cast.mosp(one, date(2023, 1, 20), Period(one.started_on, date(2023, 11, 17)))
    assert spans(scope, date(2024, 1, 1)) == [("2023-09-08", "2023-10-07"), ("2023-10-08", "2023-11-16")]
    *_, last = periods_of(scope, date(2024, 1, 1))
    assert [(f"{part.start}", f"{part.last_day}") for part in rating_periods(scope, last)] == [
        ("2023-10-08", "2023-11-07"),
        ("2023-11-08", "2023-11-16"),
    ]
    assert invoice_due_at(scope, last, CUTOFF) == midnight(date(2023, 11, 20))


def test_a_closed_cycle_that_was_invoiced_by_then_keeps_its_own_invoice() -> None:
    """The same move with account day 10: the closed cycle was to be invoiced on 10 Nov, the rest on its usual date."""
    one = cast.subscription(started_on=date(2023, 10, 8), anniversary_day=8)
    scope = cast.mosp(one, date(2023, 1, 10), Period(one.started_on, date(2023, 11, 17)))
    assert spans(scope, date(2024, 1, 1)) == [("2023-10-08", "2023-11-07"), ("2023-11-08", "2023-11-16")]
    *_, last = periods_of(scope, date(2024, 1, 1))
    assert invoice_due_at(scope, last, CUTOFF) == midnight(date(2023, 12, 10))


def test_each_cycle_with_a_monthly_credit_keeps_its_own_invoice() -> None:
    """Two cycles on one invoice would have one credit instead of two."""
    offer = Offer(OfferKind.MONTHLY_CREDIT, Money(Decimal(150), "EUR"))
    one = cast.subscription(started_on=date(2023, 10, 8), anniversary_day=8, offer=offer, ended_on=date(2023, 11, 17))
    assert len(spans(cast.mosp(one, date(2023, 1, 20)), date(2024, 1, 1))) == 2


def test_a_move_recorded_after_the_closed_cycle_was_invoiced_leaves_the_rest_to_invoice() -> None:
    """Of 8 Oct to 16 Nov, with 8 Oct to 7 Nov invoiced already, 8 to 16 Nov is left; then nothing."""
    closed, last = Period(date(2023, 10, 8), date(2023, 11, 8)), Period(date(2023, 10, 8), date(2023, 11, 17))
    rest = Period(date(2023, 11, 8), date(2023, 11, 17))
    assert left_to_invoice(last, []) == last
    assert left_to_invoice(last, [closed]) == rest
    assert left_to_invoice(last, [rest, closed]) is None
    assert left_to_invoice(closed, [last]) is None
    assert left_to_invoice(Period(date(2023, 10, 20), date(2023, 11, 20)), [closed]) == Period(
        date(2023, 10, 20), date(2023, 11, 20)
    )


def re_enabled(anniversary_day: int, *suspended: tuple[date, date]) -> list[str]:
    """Anniversaries from October 2023 on of a subscription of that September."""
    one = cast.subscription(
        started_on=date(2023, 9, anniversary_day), anniversary_day=anniversary_day,
        suspended=tuple(Period(*span) for span in suspended),
    )  # fmt: skip
    return [f"{day}" for day in islice(anniversaries(one), 3)]


def test_a_re_enabled_subscription_has_a_new_anniversary_day() -> None:
    """Old day 10, suspended for 5 days: the 15th from then on; the running cycle is as much longer."""
    assert re_enabled(10, (date(2023, 10, 1), date(2023, 10, 6))) == ["2023-10-15", "2023-11-15", "2023-12-15"]


def test_an_anniversary_on_the_29th_to_31st_becomes_the_first() -> None:
    """Old day 25, suspended 3 Oct to 9 Oct (6 days): 31, which is the 1st of the next month."""
    assert re_enabled(25, (date(2023, 10, 3), date(2023, 10, 9))) == ["2023-11-01", "2023-12-01", "2024-01-01"]
    assert re_enabled(25, (date(2023, 10, 3), date(2023, 10, 7))) == ["2023-11-01", "2023-12-01", "2024-01-01"]
    assert re_enabled(25, (date(2023, 10, 3), date(2023, 10, 6))) == ["2023-10-28", "2023-11-28", "2023-12-28"]


def test_a_sum_above_31_is_counted_on_from_the_anniversary_after_the_suspension_began() -> None:
    """25 Oct + 10 days is the 4th of November; 25 Oct + 35 days is 29 Nov, which becomes the 1st of December."""
    assert re_enabled(25, (date(2023, 10, 3), date(2023, 10, 13))) == ["2023-11-04", "2023-12-04", "2024-01-04"]
    assert re_enabled(25, (date(2023, 10, 3), date(2023, 11, 7))) == ["2023-10-25", "2023-12-01", "2024-01-01"]


def test_anniversaries_during_a_long_suspension_stay() -> None:
    """Cycles that ended while it was suspended were invoiced by then; the new day counts from its re-enabling on."""
    assert re_enabled(25, (date(2023, 10, 3), date(2023, 12, 20))) == ["2023-10-25", "2023-11-25", "2024-01-11"]


def test_suspensions_add_up() -> None:
    """Twice 5 days: the 10th becomes the 15th, then the 20th; one that is not over moves nothing."""
    twice = [(date(2023, 9, 20), date(2023, 9, 25)), (date(2023, 10, 20), date(2023, 10, 25))]
    assert re_enabled(10, *twice, (date(2024, 1, 1), date.max)) == ["2023-10-15", "2023-11-20", "2023-12-20"]


@pytest.mark.campaign
@settings(max_examples=size(100, 20_000))
@given(DAYS, st.integers(1, 28), st.lists(st.tuples(st.integers(0, 500), st.integers(1, 90)), max_size=4))
def test_periods_of_a_suspended_subscription_have_no_gap(
    started_on: date, anniversary_day: int, gaps: list[tuple[int, int]]
) -> None:
    """However often and long it is suspended, each day belongs to one period, and each period is about a month."""
    suspended, day = [], started_on
    for before, length in gaps:
        begins = day + timedelta(days=before)
        day = begins + timedelta(days=length)
        suspended.append(Period(begins, day))
    one = cast.subscription(started_on=started_on, anniversary_day=anniversary_day, suspended=tuple(suspended))
    until = started_on + timedelta(days=800)
    periods = list(periods_of(cast.mosp(one), until))
    assert periods[0].start == started_on
    assert until in periods[-1]
    assert all(before.end == after.start for before, after in pairwise(periods))
    assert all(period.start.day <= 28 for period in periods[1:])
    extra = {
        period: sum(part.length_in_days for each in suspended if (part := each.overlap(period))) for period in periods
    }
    assert all(period.length_in_days <= 31 + 3 + 31 + extra[period] for period in periods)
    untouched = [period for period in periods[1:] if not any(period.overlap(each) for each in suspended)]
    assert all(period.length_in_days <= 31 for period in untouched)


def test_marketplace_purchases_are_billed_by_calendar_month_about_the_ninth() -> None:
    """Whatever the anniversary: from the start to the month's end, then whole months, to the day of the end."""
    one = cast.subscription(started_on=date(2024, 1, 20), anniversary_day=20, ended_on=date(2024, 3, 10))
    scope = cast.mosp(one, date(2023, 1, 25))
    periods = list(periods_of(scope, date(2024, 9, 1), InvoiceKind.MARKETPLACE))
    assert [(f"{one.start}", f"{one.last_day}") for one in periods] == [
        ("2024-01-20", "2024-01-31"), ("2024-02-01", "2024-02-29"), ("2024-03-01", "2024-03-09"),
    ]  # fmt: skip
    due = [invoice_due_at(scope, period, CUTOFF, InvoiceKind.MARKETPLACE) for period in periods]
    assert due == [midnight(date(2024, 2, 19)), midnight(date(2024, 3, 9)), midnight(date(2024, 4, 9))]
    assert rating_periods(scope, periods[1], InvoiceKind.MARKETPLACE) == (periods[1],)


def test_a_support_plan_is_invoiced_on_its_purchase_then_on_the_account_day_and_to_the_end_of_its_month() -> None:
    """Bought on 10 March, account day 2, cancelled on 15 May: three whole months, on 10 March, 2 May and 2 June."""
    offer = Offer(OfferKind.SUPPORT, monthly_fee=Money(Decimal(100), "EUR"))
    one = cast.subscription(started_on=date(2024, 3, 10), anniversary_day=10, ended_on=date(2024, 5, 15), offer=offer)
    scope = cast.mosp(one, date(2024, 2, 2))
    periods = list(periods_of(scope, date(2024, 9, 1), InvoiceKind.SUPPORT))
    assert [(f"{one.start}", f"{one.last_day}") for one in periods] == [
        ("2024-03-10", "2024-04-09"), ("2024-04-10", "2024-05-09"), ("2024-05-10", "2024-06-09"),
    ]  # fmt: skip
    due = [invoice_due_at(scope, period, CUTOFF, InvoiceKind.SUPPORT) for period in periods]
    assert due == [midnight(date(2024, 3, 10)), midnight(date(2024, 5, 2)), midnight(date(2024, 6, 2))]


@pytest.mark.parametrize(
    ("cadence", "first", "second"),
    [
        (Cadence.MONTHLY, ("2024-05-01", "2024-05-31"), ("2024-06-01", "2024-06-30")),
        (Cadence.QUARTERLY, ("2024-05-01", "2024-07-31"), ("2024-08-01", "2024-10-31")),
        (Cadence.ANNUAL, ("2024-05-01", "2025-04-30"), ("2025-05-01", "2026-04-30")),
    ],
)
def test_an_enrollment_is_invoiced_by_its_cadence_from_the_month_of_its_start(
    cadence: Cadence, first: tuple[str, str], second: tuple[str, str]
) -> None:
    """Effective on 15 May 2024: spans of calendar months counted from May, rated month by month."""
    scope = cast.enrolled(cadence, date(2024, 5, 15), cast.subscription(started_on=date(2024, 5, 20), owner="o"))
    assert spans(scope, date(2026, 1, 1))[:2] == [first, second]
    period = next(periods_of(scope, date(2026, 1, 1)))
    months = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.ANNUAL: 12}[cadence]
    assert [part.start.day for part in rating_periods(scope, period)] == [1] * months


def test_an_enrollment_begins_with_the_span_of_its_first_subscription_and_ends_with_that_of_its_last() -> None:
    """Quarters counted from May: one that came in September and ended in November has two of them."""
    one = cast.subscription(started_on=date(2024, 9, 3), ended_on=date(2024, 11, 2), owner="o")
    scope = cast.enrolled(Cadence.QUARTERLY, date(2024, 5, 15), one)
    assert spans(scope, date(2026, 1, 1)) == [("2024-08-01", "2024-10-31"), ("2024-11-01", "2025-01-31")]
    early = cast.subscription(started_on=date(2024, 2, 3), ended_on=date(2024, 2, 9), owner="o")
    assert spans(cast.enrolled(Cadence.QUARTERLY, date(2024, 5, 15), early), date(2026, 1, 1)) == [
        ("2024-02-01", "2024-04-30")
    ]


def test_the_timeline_of_an_enrollment() -> None:
    """May: closed on 5 June, notice of an overage on the 7th, the invoice a week later."""
    scope = cast.enrolled(Cadence.MONTHLY, date(2024, 1, 1), cast.subscription(owner="o"))
    may = Period(date(2024, 5, 1), date(2024, 6, 1))
    assert closed_at(scope, may, CUTOFF) == midnight(date(2024, 6, 5))
    assert overage_notice_on(may) == date(2024, 6, 7)
    assert invoice_due_at(scope, may, CUTOFF) == midnight(date(2024, 6, 14))


def test_a_partner_invoice_is_ready_by_the_eighth_and_due_in_sixty_days() -> None:
    """Calendar months; an invoice day after the 8th is the 8th."""
    for invoice_day, day in ((5, 5), (20, 8)):
        profile = BillingProfile("p", "a", "P", PARTY, invoice_day, payment_terms_days=60)
        one = cast.subscription(started_on=date(2024, 1, 20), customer="c")
        partner, customer = cast.account(agreement=AgreementType.MPA), Customer("c", "p", "C", PARTY)
        scope = InvoiceScope(SELLER, partner, profile, (), (one,), customers=(customer,))
        period = next(periods_of(scope, date(2024, 2, 1)))
        assert period == Period(date(2024, 1, 1), date(2024, 2, 1))
        assert invoice_due_at(scope, period, CUTOFF) == midnight(date(2024, 2, day))
        assert due_date(scope, date(2024, 2, 8)) == date(2024, 4, 8)


def test_azure_in_open_has_periods_of_twelve_months() -> None:
    """Twelve months of credit per key, from the subscription's start; tiers are counted by month."""
    one = cast.subscription(started_on=date(2023, 3, 5), anniversary_day=5, offer=Offer(OfferKind.AZURE_IN_OPEN))
    scope = cast.mosp(one)
    assert spans(scope, date(2024, 6, 1)) == [("2023-03-05", "2024-03-04"), ("2024-03-05", "2025-03-04")]
    assert len(rating_periods(scope, next(periods_of(scope, date(2024, 1, 1))))) == 12


def test_kinds_of_invoice_by_agreement() -> None:
    """MOSP has three; others one, but an enrollment in Australia, Japan or Singapore has its marketplace apart."""
    assert invoice_kinds(cast.mosp(cast.subscription())) == tuple(InvoiceKind)
    assert invoice_kinds(mca((date(2024, 1, 1), None))) == (InvoiceKind.SERVICES,)
    one = cast.subscription(owner="o")
    assert invoice_kinds(cast.enrolled(Cadence.MONTHLY, date(2024, 1, 1), one)) == (InvoiceKind.SERVICES,)
    assert invoice_kinds(cast.enrolled(Cadence.MONTHLY, date(2024, 1, 1), one, country="JP")) == (
        InvoiceKind.SERVICES,
        InvoiceKind.MARKETPLACE,
    )


def test_mca_months_run_as_long_as_something_stood_in_the_profile() -> None:
    """Left for another profile on 16 March: March is the last month; nothing is asked of April."""
    scope = replace(mca((date(2024, 1, 10), None)), days={"0": (Period(date(2024, 1, 10), date(2024, 3, 16)),)})
    assert [start for start, _ in spans(scope, date(2024, 9, 1))] == ["2024-01-01", "2024-02-01", "2024-03-01"]


def test_an_owner_is_billed_for_own_days_only() -> None:
    """Handed over on 17 November: the old owner's last period ends on the 16th, the new owner's first begins then."""
    one = cast.subscription(started_on=date(2023, 10, 8), anniversary_day=8)
    handed_over = date(2023, 11, 17)
    scope = cast.mosp(one, date(2023, 1, 10), Period(one.started_on, handed_over), Period(handed_over, date.max))
    assert spans(scope, date(2024, 1, 1)) == [
        ("2023-10-08", "2023-11-07"), ("2023-11-08", "2023-11-16"),
        ("2023-11-17", "2023-12-07"), ("2023-12-08", "2024-01-07"),
    ]  # fmt: skip
    for kind in InvoiceKind:
        periods = list(periods_of(scope, date(2024, 1, 1), kind))
        assert all(before.end == after.start for before, after in pairwise(periods))


def test_another_cadence_begins_when_the_running_span_is_over() -> None:
    """Quarterly until February, then monthly: the quarter goes on to March. Monthly until then: March is left of it."""
    one = cast.subscription(started_on=date(2024, 1, 5), owner="o")
    for before, after, expected in (
        (Cadence.QUARTERLY, Cadence.MONTHLY, [("2024-01-01", "2024-03-31"), ("2024-04-01", "2024-04-30")]),
        (Cadence.MONTHLY, Cadence.QUARTERLY, [("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29")]),
    ):
        scope = replace(cast.enrolled(after, date(2024, 1, 1), one), earlier_cadences=((before, date(2024, 2, 20)),))
        found = spans(scope, date(2024, 6, 1))
        assert found[:2] == expected
        assert found[2:4] == (
            [("2024-05-01", "2024-05-31"), ("2024-06-01", "2024-06-30")]
            if after is Cadence.MONTHLY
            else [("2024-03-01", "2024-03-31"), ("2024-04-01", "2024-06-30")]
        )
