"""Agreements as JSON facts: what goes in comes out equal, digit for digit."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.facts import Agreed, from_facts, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import BillingAccount, BillingProfile, InvoiceSection, Seller, Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.money import Money

VALUES = st.one_of(
    st.builds(Seller),
    st.builds(BillingAccount),
    st.builds(BillingProfile),
    st.builds(InvoiceSection),
    st.builds(Subscription),
)


def _of_type(value: object, kind: type) -> bool:
    if isinstance(value, dict):
        return any(_of_type(item, kind) for item in value.values())
    if isinstance(value, list):
        return any(_of_type(item, kind) for item in value)
    return isinstance(value, kind)


def _finite(value: Agreed) -> bool:
    amounts: list[Decimal] = []
    if isinstance(value, BillingAccount):
        amounts.append(value.tax.rate)
    if isinstance(value, Subscription) and value.offer.monthly_credit:
        amounts.append(value.offer.monthly_credit.amount)
    return all(amount.is_finite() and abs(int(amount.as_tuple().exponent)) < 200 for amount in amounts)


@settings(max_examples=150)
@given(VALUES.filter(_finite))
def test_facts_round_trip_through_json(value: Agreed) -> None:
    """Through JSON text and back gives an equal value, and no float ever stands in between."""
    facts: dict[str, Any] = json.loads(json.dumps(to_facts(value)))
    assert from_facts(kind_of(value), facts) == value
    assert not _of_type(facts, float)


def test_amounts_are_text_and_days_iso_8601() -> None:
    """As an auditor would read them in the database."""
    subscription = Subscription("s", "a", "S", _credit("150.10"), date(2024, 2, 5))
    facts = to_facts(subscription)
    assert facts["offer"] == {"kind": "monthly-credit", "monthly_credit": {"amount": "150.1", "currency": "EUR"}}
    assert (facts["started_on"], facts["ended_on"], facts["known_as"]) == ("2024-02-05", None, [])


def _credit(amount: str) -> Offer:
    return Offer(OfferKind.MONTHLY_CREDIT, Money(Decimal(amount), "EUR"))


def test_a_thing_stands_under_the_nearest_thing_above() -> None:
    """A subscription under its section, or under its account where it has none."""
    day, offer = date(2024, 1, 1), _credit("1")
    assert parent_of(Subscription("s", "a", "S", offer, day)) == "a"
    assert parent_of(Subscription("s", "a", "S", offer, day, section_id="x")) == "x"
    assert parent_of(InvoiceSection("x", "p", "X")) == "p"
