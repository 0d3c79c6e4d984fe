"""Agreements as JSON facts: what goes in comes out equal, digit for digit."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.credit_lots import CreditLot, LotSource
from kvitto.agreements.facts import Agreed, from_facts, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import (
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    Scope,
    ScopeKind,
    Subscription,
)
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.money import Money
from kvitto.periods import Period

_DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
_AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda amount: abs(int(amount.as_tuple().exponent)) < 200
)
st.register_type_strategy(Decimal, _AMOUNTS)
st.register_type_strategy(
    Period, st.tuples(_DAYS, st.integers(1, 500)).map(lambda one: Period(one[0], one[0] + timedelta(days=one[1])))
)
VALUES = st.one_of(*(st.builds(kind) for kind in get_args(Agreed)))


def _of_type(value: object, kind: type) -> bool:
    if isinstance(value, dict):
        return any(_of_type(item, kind) for item in value.values())
    if isinstance(value, list):
        return any(_of_type(item, kind) for item in value)
    return isinstance(value, kind)


@settings(max_examples=150)
@given(VALUES)
def test_facts_round_trip_through_json(value: Agreed) -> None:
    """Through JSON text and back gives an equal value, and no float ever stands in between."""
    facts: dict[str, Any] = json.loads(json.dumps(to_facts(value)))
    assert from_facts(kind_of(value), facts) == value
    assert not _of_type(facts, float)


def test_amounts_are_text_and_days_iso_8601() -> None:
    """As an auditor would read them in the database."""
    subscription = Subscription("s", "a", "S", _credit("150.10"), date(2024, 2, 5))
    facts = to_facts(subscription)
    assert facts["offer"] == {
        "kind": "monthly-credit",
        "monthly_credit": {"amount": "150.1", "currency": "EUR"},
        "monthly_fee": None,
        "id": "",
    }
    assert (facts["started_on"], facts["ended_on"], facts["known_as"]) == ("2024-02-05", None, [])


def _credit(amount: str) -> Offer:
    return Offer(OfferKind.MONTHLY_CREDIT, Money(Decimal(amount), "EUR"))


def test_a_thing_stands_under_the_nearest_thing_above() -> None:
    """A subscription under its section, enrollment account or customer, or under its account where it has none."""
    day, offer = date(2024, 1, 1), _credit("1")
    assert parent_of(Subscription("s", "a", "S", offer, day)) == "a"
    assert parent_of(Subscription("s", "a", "S", offer, day, section_id="x")) == "x"
    assert parent_of(Subscription("s", "a", "S", offer, day, enrollment_account_id="e")) == "e"
    assert parent_of(Subscription("s", "a", "S", offer, day, customer_id="c")) == "c"
    assert parent_of(InvoiceSection("x", "p", "X")) == "p"
    assert parent_of(EnrollmentAccount("e", "a", "E", "d")) == "d"
    assert parent_of(EnrollmentAccount("e", "a", "E")) == "a"
    assert parent_of(ManagementGroup("g", "G", "above")) == "above"
    lot = CreditLot("l", Scope(ScopeKind.BILLING_PROFILE, "p"), LotSource.PURCHASED, Money(Decimal(1), "EUR"), day)
    assert parent_of(lot) == "p"


def test_facts_of_before_a_field_was_added_are_still_read() -> None:
    """What is missing takes its default; what is not a field, or missing without a default, is refused."""
    old = {"id": "x", "profile_id": "p", "name": "X"}
    assert from_facts("invoice_section", old) == InvoiceSection("x", "p", "X")
    subscription = to_facts(Subscription("s", "a", "S", _credit("1"), date(2024, 1, 1)))
    for name in ("enrollment_account_id", "customer_id", "suspended", "spending_limit"):
        del subscription[name]
    assert from_facts("subscription", subscription) == Subscription("s", "a", "S", _credit("1"), date(2024, 1, 1))
    for amiss in ({"id": "x"}, {**old, "colour": "red"}, {**old, "name": 1}):
        with pytest.raises(ValueError, match="not the facts of"):
            from_facts("invoice_section", amiss)
