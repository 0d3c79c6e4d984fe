"""A subscription that moves is billed by each for its own days, from what is recorded to what is rated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.credit_lots import CreditLot, LotSource
from kvitto.agreements.facts import Agreed, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import InvoiceScope, ManagementGroup, Scope, ScopeKind, Subscription
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.agreements import (
    invoice_scope,
    invoice_scopes,
    latest_revision,
    own_invoice_scope,
    tree,
    tree_around,
)
from kvitto.records.models import AgreementRecord, Revision
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from kvitto.runs.rate_period import members_of, rate_scopes
from kvitto.runs.scope_versions import ScopeVersions
from tests.agreements.cast import SELLER, everything, subscription
from tests.runs.offices import AGREEMENTS, at, import_price, import_rows, made, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))
MOVED_ON = date(2024, 3, 16)
NORTH, SOUTH = (Scope(ScopeKind.BILLING_PROFILE, key) for key in ("north", "south"))


def recorded(value: Agreed, valid_from: date, valid_to: date | None = None) -> None:
    """One version of something."""
    revision = Revision.objects.create(recorded_at=datetime(2024, 1, 1, tzinfo=UTC), cause="test")
    AgreementRecord.objects.create(
        kind=kind_of(value), key=value.id, parent=parent_of(value), facts=to_facts(value),
        valid_from=valid_from, valid_to=valid_to, recorded_in=revision,
    )  # fmt: skip


@pytest.fixture
def agreed(db: None) -> None:
    """The office of every agreement, recorded."""
    office = everything()
    start = date(2019, 1, 1)
    recorded(SELLER, start)
    parts: tuple[dict[str, Any], ...] = (
        office.accounts, office.profiles, office.sections, office.departments, office.enrollment_accounts,
        office.customers,
    )  # fmt: skip
    for values in parts:
        for value in values.values():
            recorded(value, start)


def moves(*stays: tuple[Subscription, date]) -> None:
    """A subscription as it stood, from these days on."""
    ends = [*(day for _, day in stays[1:]), None]
    for (value, day), end in zip(stays, ends, strict=True):
        recorded(value, day, end)


def in_north(key: str = "s", section: str = "north-1") -> Subscription:
    """A subscription in profile north."""
    return subscription(key, date(2024, 1, 10), account_id="mca", section=section)


def in_south(key: str = "s") -> Subscription:
    """The same in profile south."""
    return subscription(key, date(2024, 1, 10), account_id="mca", section="south-1")


def for_march(scope: Scope) -> InvoiceScope | None:
    """The scope as its invoice of March is made from."""
    whole = own_invoice_scope(scope)
    return ScopeVersions(latest_revision()).for_period(whole, MARCH) if whole else None


@pytest.mark.usefixtures("agreed")
def test_both_profiles_bill_the_month_of_the_move_each_for_its_days() -> None:
    """In north until 16 March, then in south; the one that stays in north is there all month."""
    moves((in_north(), date(2024, 1, 10)), (in_south(), MOVED_ON))
    recorded(in_north("stays"), date(2024, 1, 10))
    north, south = for_march(NORTH), for_march(SOUTH)
    assert north
    assert south
    days = {
        (member.pool, member.subscription): (member.period, member.counting_start, member.period_start)
        for scope in (north, south)
        for member in members_of(scope, MARCH)
    }
    assert days == {
        ("north", "s"): (Period(MARCH.start, MOVED_ON), MARCH.start, MARCH.start),
        ("north", "stays"): (MARCH, MARCH.start, MARCH.start),
        ("south", "s"): (Period(MOVED_ON, MARCH.end), MARCH.start, MARCH.start),
    }


@pytest.mark.usefixtures("agreed")
def test_a_profile_whose_last_subscription_left_still_gets_its_last_invoice() -> None:
    """January to March are billed by north, nothing after; April is asked of south alone."""
    moves((in_north(), date(2024, 1, 10)), (in_south(), MOVED_ON))
    starts = {
        scope.scope.id: [period.start.month for period in periods_of(scope, date(2024, 4, 20))]
        for scope in invoice_scopes()
        if scope.scope in {NORTH, SOUTH}
    }
    assert starts == {"north": [1, 2, 3], "south": [3, 4]}
    whole = own_invoice_scope(NORTH)
    assert whole
    april = Period(date(2024, 4, 1), date(2024, 5, 1))
    assert ScopeVersions(latest_revision()).for_period(whole, april) is None


@pytest.mark.usefixtures("agreed")
@pytest.mark.parametrize("around", [False, True])
def test_each_period_has_the_agreement_of_its_own_last_day(*, around: bool) -> None:
    """A name that changed later, a section moved to inside the profile, and who had not come yet."""
    renamed = in_north(section="north-2")
    moves((in_north(), date(2024, 1, 10)), (renamed, date(2024, 4, 1)))
    recorded(subscription("late", date(2024, 4, 2), account_id="mca", section="north-1"), date(2024, 4, 2))
    whole = own_invoice_scope(NORTH)
    assert whole
    assert whole.days == {}
    then = ScopeVersions(latest_revision(), [NORTH] if around else None).for_period(whole, MARCH)
    assert then
    assert [(one.id, one.section_id) for one in then.subscriptions] == [("s", "north-1")]


@pytest.mark.usefixtures("agreed")
def test_a_subscription_of_another_owner_is_billed_to_whoever_had_it() -> None:
    """Account “mosp” until 16 March, account “other” afterwards: each period names its own account."""
    had, has = (subscription("s", date(2024, 1, 10), 10, account_id=key) for key in ("mosp", "other"))
    moves((had, date(2024, 1, 10)), (has, MOVED_ON))
    whole = invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "s"))
    assert whole
    versions = ScopeVersions(latest_revision())
    owners = {
        f"{period.start:%m-%d}": then.account.id
        for period in periods_of(whole, date(2024, 5, 1))
        if (then := versions.for_period(whole, period))
    }
    assert owners == {"01-10": "mosp", "02-10": "mosp", "03-16": "other", "04-10": "other"}


@pytest.mark.usefixtures("agreed")
def test_a_subscription_that_left_mosp_is_found_by_each_of_its_invoice_scopes() -> None:
    """From an account of its own to profile north: around it stand both, and each has its own days."""
    had = subscription("s", date(2024, 1, 10), 10, account_id="mosp")
    moves((had, date(2024, 1, 10)), (in_north(), MOVED_ON))
    own = Scope(ScopeKind.SUBSCRIPTION, "s")
    assert [scope.scope for scope in tree_around([own]).invoice_scopes()] == [own, NORTH]
    before = own_invoice_scope(own)
    assert before
    assert before == next(scope for scope in invoice_scopes() if scope.scope == own)
    assert invoice_scope(own) == next(scope for scope in invoice_scopes() if scope.scope == NORTH)
    assert [f"{period.last_day}" for period in periods_of(before, date(2024, 9, 1))] == [
        "2024-02-09",
        "2024-03-15",  # its closed cycle was to be invoiced on 1 April only
    ]


@pytest.mark.usefixtures("agreed")
def test_one_thing_alone_is_as_in_the_whole_office() -> None:
    """For every scope of every agreement, also where something moved, and on an earlier day."""
    moves((in_north(), date(2024, 1, 10)), (in_south(), MOVED_ON))
    recorded(subscription("in-ea", date(2024, 1, 10), account_id="ea", owner="in-lab"), date(2024, 1, 10))
    recorded(subscription("in-mpa", date(2024, 1, 10), account_id="mpa", customer="acme"), date(2024, 1, 10))
    recorded(subscription("in-mosp", date(2024, 1, 10), account_id="mosp"), date(2024, 1, 10))
    for on in (None, date(2024, 3, 1)):
        whole = tree(on=on)
        for scope in whole.invoice_scopes():
            assert own_invoice_scope(scope.scope, on=on) == scope
            for one in scope.subscriptions:
                scope_of_one = Scope(ScopeKind.SUBSCRIPTION, one.id)
                assert tree_around([scope_of_one], on=on).lineage(scope_of_one) == whole.lineage(scope_of_one)
        for kind, key in (
            (ScopeKind.DEPARTMENT, "lab"), (ScopeKind.ENROLLMENT_ACCOUNT, "in-lab"), (ScopeKind.CUSTOMER, "acme"),
            (ScopeKind.BILLING_ACCOUNT, "ea"), (ScopeKind.INVOICE_SECTION, "north-1"),
        ):  # fmt: skip
            part = Scope(kind, key)
            assert invoice_scope(part, on=on) == whole.invoice_scope(part)
            assert invoice_scope(part, on=on) is not None


@pytest.mark.usefixtures("agreed")
def test_a_tree_takes_the_same_few_queries_however_much_is_asked(django_assert_max_num_queries: Any) -> None:
    """Everything of four agreements at once."""
    for number in range(20):
        recorded(subscription(f"s{number}", date(2024, 1, 10), account_id="mosp"), date(2024, 1, 10))
    recorded(subscription("in-ea", date(2024, 1, 10), account_id="ea", owner="in-lab"), date(2024, 1, 10))
    asked = [Scope(ScopeKind.SUBSCRIPTION, f"s{number}") for number in range(20)]
    asked += [Scope(ScopeKind.SUBSCRIPTION, "in-ea"), NORTH, SOUTH, Scope(ScopeKind.CUSTOMER, "acme")]
    with django_assert_max_num_queries(8):
        assert len(tree_around(asked).invoice_scopes()) == 24


def test_usage_of_a_moved_subscription_is_rated_where_it_stood(office: Callable[..., Office]) -> None:
    """Ten hours before the move, five after it: each profile bills its own."""
    small = made(office(date(2024, 4, 10)), ())
    import_rows(small, ["1,waves,vm,cpu,10,2024-03-15T23:59:59Z", "2,waves,vm,cpu,5,2024-03-16T00:00:00Z"])
    assert "waves" in AGREEMENTS
    import_price(small, "cpu,0.1,2024-01-01")
    record = AgreementRecord.objects.get(kind="subscription", key="waves")
    revision = Revision.objects.create(recorded_at=datetime(2024, 3, 1, tzinfo=UTC), cause="test")
    for parent, start, end in (("research", record.valid_from, MOVED_ON), ("empty", MOVED_ON, None)):
        AgreementRecord.objects.create(
            kind="subscription", key="waves", parent=parent, facts={**record.facts, "section_id": parent},
            valid_from=start, valid_to=end, recorded_in=revision,
        )  # fmt: skip
    AgreementRecord.objects.filter(pk=record.pk).update(superseded_in=revision)
    versions = ScopeVersions(latest_revision())
    pairs = [
        (then, MARCH)
        for key in ("cork", "quay")
        if (whole := own_invoice_scope(Scope(ScopeKind.BILLING_PROFILE, key)))
        and (then := versions.for_period(whole, MARCH))
    ]
    with rate_scopes(small, pairs) as rated:
        amounts = {line.pool: line.amount for line in rated.lines()}
    assert amounts == {"cork": Decimal(1), "quay": Decimal("0.5")}


def test_what_was_invoiced_before_an_end_was_recorded_is_not_invoiced_again(office: Callable[..., Office]) -> None:
    """February is issued on 10 March. That it ended on the 5th is recorded later: 1 to 4 March are left to invoice.

    Had the end been known, the account's day of 10 March would have put all of it on one invoice.
    """
    small = made(office(date(2024, 3, 10)))
    import_rows(small, ["9,lab,vm,cpu,10,2024-03-04T00:00:00Z"], "march.csv")
    (number,) = (one.number for one in close(small).issued if one.scope.id == "lab")
    record = AgreementRecord.objects.get(kind="subscription", key="lab")
    left_on = date(2024, 3, 5)
    facts = {**record.facts, "ended_on": left_on.isoformat()}
    AgreementRecord.objects.filter(pk=record.pk).update(facts=facts)
    issued = [one for one in close(at(small, date(2024, 4, 10))).issued if one.scope.id == "lab"]
    assert [one.period for one in issued] == [Period(date(2024, 3, 1), left_on)]
    assert number not in {one.number for one in issued}


WAVES = """[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "waves"
name = "Waves"
offer = "pay-as-you-go"
started_on = 2024-02-01
"""
LAB = """[[mosp_accounts.subscriptions]]
id = "lab"
name = "Lab"
known_as = ["laboratory"]
offer = "pay-as-you-go"
started_on = 2024-02-01
anniversary_day = 1
roles = [{ person = "bo@daugava.example", role = "billing-reader" }]
"""
LAB_IN_SECTION = """[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "lab"
name = "Lab"
known_as = ["laboratory"]
offer = "pay-as-you-go"
started_on = 2024-02-01
"""
MARCH_ROWS = [
    f"{row},{one},vm,cpu,{hours},2024-03-{day}T12:00:00Z"
    for one in ("waves", "lab")
    for row, hours, day in ((f"{one}-1", 10, "15"), (f"{one}-2", 5, "16"))
]


def closed_after(small: Office, changed: str) -> dict[str, str]:
    """What the close of 10 April issues, by scope, after the change of 16 March was applied."""
    apply(at(small, date(2024, 3, 5)), written(small, "before.toml", AGREEMENTS))
    close(at(small, date(2024, 3, 12)))
    apply(at(small, MOVED_ON), written(small, "changed.toml", changed))
    import_rows(at(small, date(2024, 4, 1)), MARCH_ROWS, "march.csv")
    return {
        f"{one.scope.id} {one.period.start:%m-%d} {one.period.last_day:%m-%d}": f"{one.unrounded.amount.normalize():f}"
        for one in close(at(small, date(2024, 4, 10))).issued
        if one.period.start >= MARCH.start and one.unrounded
    }


def test_a_move_to_another_profile_is_applied_closed_and_billed_by_both(office: Callable[..., Office]) -> None:
    """Waves moves from Cork to Quay on 16 March: ten hours at 0.1 stand on Cork's invoice of March, five on Quay's."""
    small = made(office(date(2024, 4, 10)))
    assert closed_after(small, AGREEMENTS.replace(WAVES, "") + WAVES) == {
        "lab 03-01 03-31": "1.5",
        "cork 03-01 03-31": "1",
        "quay 03-01 03-31": "0.5",
    }


def test_a_move_from_mosp_to_a_profile_is_applied_closed_and_billed_by_both(office: Callable[..., Office]) -> None:
    """Lab has a last invoice of its own for 1 to 15 March; the rest of the month is Quay's."""
    small = made(office(date(2024, 4, 10)))
    assert closed_after(small, AGREEMENTS.replace(LAB, "") + LAB_IN_SECTION) == {
        "lab 03-01 03-15": "1",
        "cork 03-01 03-31": "1.5",
        "quay 03-01 03-31": "0.5",
    }


@pytest.mark.usefixtures("agreed")
def test_around_a_management_group_stand_its_subscriptions_and_around_anything_its_lots() -> None:
    """Also those of groups below it, with all that is above them; a lot comes with what its invoices are made for."""
    recorded(ManagementGroup("top", "Top"), date(2019, 1, 1))
    recorded(ManagementGroup("below", "Below", "top"), date(2019, 1, 1))
    recorded(subscription("in", date(2024, 1, 10), account_id="mca", section="north-1", group="below"), MARCH.start)
    recorded(subscription("out", date(2024, 1, 10), account_id="mosp"), MARCH.start)
    for scope in (NORTH, SOUTH):
        lot = CreditLot(f"lot-{scope.id}", scope, LotSource.PURCHASED, Money(Decimal(5), "EUR"), MARCH.start)
        recorded(lot, MARCH.start)
    found = tree_around([Scope(ScopeKind.MANAGEMENT_GROUP, "top")])
    assert list(found.subscriptions) == ["in"]
    assert [one.id for one in found.resource_lineage(Scope(ScopeKind.SUBSCRIPTION, "in"))] == ["in", "below", "top"]
    assert [one.id for one in found.lineage(Scope(ScopeKind.SUBSCRIPTION, "in"))] == ["in", "north-1", "north", "mca"]
    assert list(found.lots) == ["lot-north"]
    assert list(tree().lots) == ["lot-north", "lot-south"]
