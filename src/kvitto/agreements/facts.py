"""Agreements as JSON facts and back: amounts and rates as plain text, days as ISO 8601."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kvitto.agreements.hierarchy import (
    Address,
    AgreementType,
    BillingAccount,
    BillingProfile,
    InvoiceSection,
    Offer,
    OfferKind,
    Party,
    ScopeKind,
    Seller,
    Subscription,
    TaxTreatment,
)
from kvitto.money import Money, plain

SELLER = "seller"

Agreed = Seller | BillingAccount | BillingProfile | InvoiceSection | Subscription
Facts = Mapping[str, Any]


def kind_of(value: Agreed) -> str:
    """The `ScopeKind` of an account, profile, section or subscription, or "seller"."""
    match value:
        case Seller():
            return SELLER
        case BillingAccount():
            return ScopeKind.BILLING_ACCOUNT.value
        case BillingProfile():
            return ScopeKind.BILLING_PROFILE.value
        case InvoiceSection():
            return ScopeKind.INVOICE_SECTION.value
        case Subscription():
            return ScopeKind.SUBSCRIPTION.value


def parent_of(value: Agreed) -> str:
    """The id it stands under; empty for the seller and for accounts."""
    match value:
        case BillingProfile():
            return value.account_id
        case InvoiceSection():
            return value.profile_id
        case Subscription():
            return value.section_id or value.account_id
        case _:
            return ""


def to_facts(value: Agreed) -> dict[str, Any]:
    """The value's fields as JSON; what is empty or None is written too, so that facts can be compared."""
    return {name: _written(item) for name, item in vars(value).items()}


def from_facts(kind: str, facts: Facts) -> Agreed:
    """The value these facts were made from; KeyError if they are not facts of this kind."""
    return _READERS[kind](facts)


def _written(value: object) -> Any:
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_written(item) for item in value]
        case None | str() | int():
            return value
        case _:
            return {name: _written(item) for name, item in vars(value).items()}


def _seller(facts: Facts) -> Seller:
    return Seller(**{**facts, "party": _party(facts["party"])})


def _party(facts: Facts) -> Party:
    return Party(**{**facts, "address": Address(**facts["address"])})


def _account(facts: Facts) -> BillingAccount:
    tax = facts["tax"]
    return BillingAccount(
        **{
            **facts,
            "agreement": AgreementType(facts["agreement"]),
            "created_on": date.fromisoformat(facts["created_on"]),
            "sold_to": _party(facts["sold_to"]),
            "tax": TaxTreatment(tax["category"], Decimal(tax["rate"]), tax["reason"]),
        }
    )


def _profile(facts: Facts) -> BillingProfile:
    return BillingProfile(**{**facts, "bill_to": _party(facts["bill_to"])})


def _section(facts: Facts) -> InvoiceSection:
    return InvoiceSection(**facts)


def _subscription(facts: Facts) -> Subscription:
    return Subscription(
        **{
            **facts,
            "offer": _offer(facts["offer"]),
            "started_on": date.fromisoformat(facts["started_on"]),
            "ended_on": date.fromisoformat(facts["ended_on"]) if facts["ended_on"] else None,
            "known_as": tuple(facts["known_as"]),
        }
    )


def _offer(facts: Facts) -> Offer:
    credit = facts["monthly_credit"]
    money = Money(Decimal(credit["amount"]), credit["currency"]) if credit else None
    return Offer(OfferKind(facts["kind"]), money)


_READERS: Mapping[str, Callable[[Facts], Agreed]] = {
    SELLER: _seller,
    ScopeKind.BILLING_ACCOUNT: _account,
    ScopeKind.BILLING_PROFILE: _profile,
    ScopeKind.INVOICE_SECTION: _section,
    ScopeKind.SUBSCRIPTION: _subscription,
}
