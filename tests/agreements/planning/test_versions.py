"""Versions of one thing: whatever is declared in whatever order, the days it holds are those it was declared for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import InvoiceSection, Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.planning.versions import Version, declared_anew
from kvitto.money import Money
from tests.campaign import size

START = date(2024, 1, 1)
DAYS = st.integers(-20, 60).map(lambda days: START + timedelta(days=days))


def section(name: str) -> InvoiceSection:
    """A section that differs by its name."""
    return InvoiceSection("x", "p", name)


@pytest.mark.campaign
@settings(max_examples=size(sample=200, full=20_000))
@given(st.lists(st.tuples(st.sampled_from("ABC"), DAYS), min_size=1, max_size=6))
def test_every_day_holds_what_was_declared_latest_for_it(declared: list[tuple[str, date]]) -> None:
    """Compared with a plain list of days, each declaration painting over everything from its day on."""
    versions: tuple[Version, ...] = ()
    days = [START + timedelta(days=number) for number in range(70)]
    painted: dict[date, str] = {}
    for name, valid_from in declared:
        versions = declared_anew(versions, section(name), START, valid_from)
        since = valid_from if painted else START
        painted |= {day: name for day in days if day >= since}
    for day in days:
        (found,) = [each for each in versions if each.valid_from <= day and not each.ends_by(day)]
        assert isinstance(found.value, InvoiceSection)
        assert found.value.name == painted[day]
    assert all(before.value != after.value for before, after in pairwise(versions))


@given(st.lists(st.tuples(st.sampled_from("ABC"), DAYS), max_size=5), st.sampled_from("ABC"), DAYS)
def test_the_same_again_changes_nothing(declared: list[tuple[str, date]], name: str, valid_from: date) -> None:
    """Declaring what was just declared gives equal versions, also on a later day."""
    versions: tuple[Version, ...] = ()
    for earlier, day in [*declared, (name, valid_from)]:
        versions = declared_anew(versions, section(earlier), START, day)
    assert declared_anew(versions, section(name), START, valid_from) == versions
    assert declared_anew(versions, section(name), START, valid_from + timedelta(days=3)) == versions


def test_facts_about_a_life_are_the_same_in_every_version() -> None:
    """Start, end and usage names are corrected for the past too; the offer is not."""
    credit = Offer(OfferKind.MONTHLY_CREDIT, Money(Decimal(10), "EUR"))
    plain = Offer(OfferKind.PAY_AS_YOU_GO)
    first = declared_anew((), Subscription("s", "a", "S", plain, START), START, START)
    changed = Subscription("s", "a", "S", credit, START, ended_on=date(2024, 5, 1), known_as=("old",))
    before, after = (each.value for each in declared_anew(first, changed, START, date(2024, 3, 1)))
    assert isinstance(before, Subscription)
    assert isinstance(after, Subscription)
    assert (before.offer, after.offer) == (plain, credit)
    assert (before.ended_on, before.known_as) == (after.ended_on, after.known_as) == (date(2024, 5, 1), ("old",))
