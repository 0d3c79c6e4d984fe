"""What stands under what in each agreement, and that every day of a life is billed once, wherever it was spent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.billing_periods import days_billed, invoice_due_at, invoice_kinds, periods_of
from kvitto.agreements.dated import FOREVER, Dated, joined, on_day, within
from kvitto.agreements.hierarchy import InvoiceScope, ManagementGroup, Scope, ScopeKind, Subscription
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.tree import Tree
from kvitto.periods import Period, midnight
from tests.agreements.cast import everything, subscription
from tests.campaign import size

START = date(2023, 11, 5)
# Where a subscription may stand: its account, and what it stands under there.
_PLACES: dict[str, dict[str, str]] = {
    "mosp": {"account_id": "mosp"},
    "other": {"account_id": "other"},
    "north-1": {"account_id": "mca", "section": "north-1"},
    "north-2": {"account_id": "mca", "section": "north-2"},
    "south-1": {"account_id": "mca", "section": "south-1"},
    "alone": {"account_id": "ea", "owner": "alone"},
    "in-lab": {"account_id": "ea", "owner": "in-lab"},
    "acme": {"account_id": "mpa", "customer": "acme"},
}


def standing(place: str, key: str = "s", *, anniversary_day: int = 8, ended_on: date | None = None) -> Subscription:
    """A subscription that stands at this place."""
    return subscription(key, START, anniversary_day, ended_on=ended_on, **_PLACES[place])  # type: ignore[arg-type]


def moved(*moves: tuple[date, str], ended_on: date | None = None) -> Tree:
    """An office with one subscription that stood at these places from these days on."""
    tree = everything()
    ends = [*(day for day, _ in moves[1:]), FOREVER]
    tree.stays["s"] = tuple(
        Dated(standing(place, ended_on=ended_on), Period(day, end))
        for (day, place), end in zip(moves, ends, strict=True)
    )
    tree.subscriptions["s"] = tree.stays["s"][-1].value
    return tree


def scope_ids(scopes: tuple[Scope, ...]) -> list[str]:
    """Their ids."""
    return [scope.id for scope in scopes]


@pytest.mark.parametrize(
    ("place", "above", "invoiced"),
    [
        ("mosp", ["mosp"], "s"),
        ("north-1", ["north-1", "north", "mca"], "north"),
        ("alone", ["alone", "ea"], "ea"),
        ("in-lab", ["in-lab", "lab", "ea"], "ea"),
        ("acme", ["acme", "partner", "mpa"], "partner"),
    ],
)
def test_the_lineage_and_the_invoice_scope_of_each_agreement(place: str, above: list[str], invoiced: str) -> None:
    """Lowest first; the invoice is that of the subscription, the billing profile or the enrollment."""
    tree = everything()
    tree.subscriptions["s"] = standing(place)
    own = Scope(ScopeKind.SUBSCRIPTION, "s")
    assert scope_ids(tree.lineage(own)) == ["s", *above]
    found = tree.place("s")
    assert found
    assert found.invoice_scope.id == invoiced
    for scope in tree.lineage(own):
        assert tree.account_of(scope) == found.account
        holds_many = scope.kind is ScopeKind.BILLING_ACCOUNT and invoiced != scope.id
        whole = tree.invoice_scope(scope)
        assert (whole.scope if whole else None) == (None if holds_many else found.invoice_scope)


def test_everything_an_invoice_is_made_for() -> None:
    """MOSP subscriptions, then billing profiles, then enrollments; profiles and enrollments also while empty."""
    tree = everything()
    tree.subscriptions = {key: standing(place, key) for key, place in (("b", "mosp"), ("c", "other"), ("d", "in-lab"))}
    assert [scope.scope.id for scope in tree.invoice_scopes()] == ["b", "c", "north", "partner", "south", "ea"]
    enrollment = tree.invoice_scope(Scope(ScopeKind.BILLING_ACCOUNT, "ea"))
    assert enrollment
    assert [one.id for one in enrollment.departments] == ["lab"]
    assert [one.id for one in enrollment.enrollment_accounts] == ["alone", "in-lab"]
    assert [one.id for one in enrollment.subscriptions] == ["d"]
    assert replace(tree, seller=None).invoice_scopes() == []


def test_what_stands_under_something_missing_is_nowhere() -> None:
    """A section, an enrollment account, a department, a customer or an account that is not here."""
    for place, missing in (
        ("north-1", "sections"), ("alone", "enrollment_accounts"), ("in-lab", "departments"),
        ("acme", "customers"), ("mosp", "accounts"),
    ):  # fmt: skip
        tree = everything()
        tree.subscriptions["s"] = standing(place)
        getattr(tree, missing).clear()
        assert tree.lineage(Scope(ScopeKind.SUBSCRIPTION, "s")) == ()
        assert tree.invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "s")) is None
    assert everything().lineage(Scope(ScopeKind.CUSTOMER, "nobody")) == ()


def test_management_groups_stand_above_subscriptions_beside_billing() -> None:
    """At most six of them, whatever was recorded; billing does not see them."""
    tree = everything()
    names = [f"g{number}" for number in range(8)]
    tree.management_groups = {
        name: ManagementGroup(name, name, above) for name, above in zip(names, [*names[1:], ""], strict=True)
    }
    tree.subscriptions["s"] = subscription("s", account_id="mosp", group="g0")
    own = Scope(ScopeKind.SUBSCRIPTION, "s")
    assert scope_ids(tree.resource_lineage(own)) == ["s", "g0", "g1", "g2", "g3", "g4", "g5"]
    assert scope_ids(tree.resource_lineage(Scope(ScopeKind.MANAGEMENT_GROUP, "g6"))) == ["g6", "g7"]
    assert tree.lineage(Scope(ScopeKind.MANAGEMENT_GROUP, "g0")) == ()
    assert tree.invoice_scope(Scope(ScopeKind.MANAGEMENT_GROUP, "g0")) is None
    assert tree.resource_lineage(Scope(ScopeKind.SUBSCRIPTION, "nothing")) == ()


def test_a_subscription_that_moved_is_billed_by_each_for_its_own_days() -> None:
    """In profile north until 16 March, in south afterwards."""
    tree = moved((START, "north-1"), (date(2024, 3, 16), "south-1"))
    north, south = (tree.own_invoice_scope(Scope(ScopeKind.BILLING_PROFILE, key)) for key in ("north", "south"))
    assert north
    assert south
    assert north.days == {"s": (Period(START, date(2024, 3, 16)),)}
    assert south.days == {"s": (Period(date(2024, 3, 16), FOREVER),)}
    assert north.subscriptions[0].section_id == "north-1"
    own = tree.invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "s"))
    assert own == south


def test_a_move_inside_a_profile_changes_nothing_about_days() -> None:
    """From one section to another, and from one enrollment account to another: it never left."""
    for first, second, key in (("north-1", "north-2", "north"), ("alone", "in-lab", "ea")):
        tree = moved((START, first), (date(2024, 3, 16), second))
        kind = ScopeKind.BILLING_PROFILE if key == "north" else ScopeKind.BILLING_ACCOUNT
        found = tree.own_invoice_scope(Scope(kind, key))
        assert found
        assert found.days == {}
        assert len(found.subscriptions) == 1


def test_a_subscription_that_left_mosp_still_has_its_invoices_there() -> None:
    """Its own invoice scope ends on the day of the move; asked where it stands now, the profile answers."""
    tree = moved((START, "mosp"), (date(2024, 3, 16), "south-1"))
    own = Scope(ScopeKind.SUBSCRIPTION, "s")
    before, now = tree.own_invoice_scope(own), tree.invoice_scope(own)
    assert before
    assert now
    assert (before.account.id, before.days) == ("mosp", {"s": (Period(START, date(2024, 3, 16)),)})
    assert now.scope.id == "south"
    assert [scope.scope.id for scope in tree.invoice_scopes()] == ["s", "north", "partner", "south", "ea"]


@pytest.mark.parametrize(
    ("place", "scope", "last"),
    [
        ("mosp", Scope(ScopeKind.SUBSCRIPTION, "s"), Period(date(2024, 3, 8), date(2024, 3, 16))),
        ("in-lab", Scope(ScopeKind.BILLING_ACCOUNT, "ea"), Period(date(2024, 3, 1), date(2024, 4, 1))),
    ],
)
def test_the_move_to_a_customer_agreement(place: str, scope: Scope, last: Period) -> None:
    """The old invoices stop with the days until the move, and come on their usual day.

    The first invoice of the profile comes on the 5th of the month after, for the rest of the month, although the
    account was created on the day of the move: the buyer is not new.
    """
    moved_on = date(2024, 3, 16)
    tree = moved((START, place), (moved_on, "south-1"))
    tree.accounts["mca"] = replace(tree.accounts["mca"], created_on=moved_on)
    tree.accounts["mosp"] = replace(tree.accounts["mosp"], created_on=date(2020, 1, 10))
    before, profile = tree.own_invoice_scope(scope), tree.invoice_scope(Scope(ScopeKind.INVOICE_SECTION, "south-1"))
    assert before
    assert profile
    assert list(periods_of(before, date(2024, 9, 1)))[-1] == last
    assert days_billed(before, before.subscriptions[0], last)[-1].end == moved_on
    first = next(periods_of(profile, date(2024, 9, 1)))
    assert days_billed(profile, profile.subscriptions[0], first) == (Period(moved_on, date(2024, 4, 1)),)
    assert invoice_due_at(profile, first, timedelta(hours=72)) == midnight(date(2024, 4, 5))
    usual = date(2024, 4, 10) if place == "mosp" else date(2024, 4, 14)
    assert invoice_due_at(before, last, timedelta(hours=72)) == midnight(usual)


_MOVES = st.lists(st.tuples(st.integers(1, 120), st.sampled_from(sorted(_PLACES))), max_size=5)


@pytest.mark.campaign
@settings(max_examples=size(150, 5000))
@given(st.sampled_from(sorted(_PLACES)), _MOVES, st.none() | st.integers(1, 700))
def test_every_day_of_a_life_is_billed_exactly_once(first: str, gaps: list[tuple[int, str]], life: int | None) -> None:
    """However often a subscription moves, and whenever it ends: no day twice, none left out, whatever the kind."""
    moves, day = [(START, first)], START
    for gap, place in gaps:
        day += timedelta(days=gap)
        moves.append((day, place))
    ended_on = START + timedelta(days=life) if life else None
    last_day = ended_on or START + timedelta(days=720)
    billed = _days_billed(moved(*moves, ended_on=ended_on).invoice_scopes(), last_day)
    wanted = Period(START, last_day)
    assert {day: count for day, count in billed.items() if day in wanted} == dict.fromkeys(wanted.days(), 1)


def _days_billed(scopes: list[InvoiceScope], until: date) -> Counter[date]:
    return Counter(
        day
        for scope in scopes
        for one in scope.subscriptions
        for period in periods_of(scope, until)
        for span in days_billed(scope, one, period)
        for day in span.days()
    )


@pytest.mark.campaign
@settings(max_examples=size(50, 2000))
@given(_MOVES)
def test_marketplace_days_are_billed_once_too(gaps: list[tuple[int, str]]) -> None:
    """By the kinds of invoice that each scope has: MOSP by calendar months apart, the others with their services."""
    moves, day = [(START, "mosp")], START
    for gap, place in gaps:
        day += timedelta(days=gap)
        moves.append((day, place))
    until = START + timedelta(days=720)
    days: Counter[date] = Counter()
    for scope in moved(*moves).invoice_scopes():
        kind = InvoiceKind.MARKETPLACE if InvoiceKind.MARKETPLACE in invoice_kinds(scope) else InvoiceKind.SERVICES
        for period in periods_of(scope, until, kind):
            days.update(
                day for one in scope.subscriptions for span in days_billed(scope, one, period) for day in span.days()
            )
    wanted = Period(START, until)
    assert {day: count for day, count in days.items() if day in wanted} == dict.fromkeys(wanted.days(), 1)


def test_spans_of_days() -> None:
    """Joined where they touch, cut to limits, asked for a day."""
    january, february = Period(date(2024, 1, 1), date(2024, 2, 1)), Period(date(2024, 2, 1), date(2024, 3, 1))
    april = Period(date(2024, 4, 1), date(2024, 5, 1))
    assert joined([april, february, january]) == (Period(january.start, february.end), april)
    assert within([january, april], Period(date(2024, 1, 20), date(2024, 3, 1))) == (
        Period(date(2024, 1, 20), date(2024, 2, 1)),
    )
    assert on_day([Dated("a", january), Dated("b", february)], date(2024, 2, 1)) == "b"
    assert on_day([Dated("a", january)], date(2024, 2, 1)) is None
