"""Billing periods and invoice days: every anniversary day, leap years, year ends, ends of subscriptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.agreements.billing_periods import (
    anniversary_day_of,
    invoice_due_at,
    period_containing,
    periods_of,
    too_new_until,
)
from kvitto.agreements.hierarchy import (
    Address,
    AgreementType,
    BillingAccount,
    BillingProfile,
    InvoiceScope,
    InvoiceSection,
    Party,
    Seller,
    Subscription,
    TaxTreatment,
)
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.periods import Period, midnight

PARTY = Party("Someone", Address("Street 1", "1", "Town", "SE"))
SELLER = Seller("seller", PARTY, "Europe/Stockholm", "K", "Pay.")
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
