"""Agreements as JSON facts and back: amounts and rates as plain text, days as ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import (
    BillingAccount,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    ScopeKind,
    Seller,
    Subscription,
)
from kvitto.plain_facts import read, written

SELLER = "seller"
CREDIT_LOT = "credit_lot"
EXCHANGE_RATE = "exchange_rate"

Agreed = (
    Seller
    | BillingAccount
    | BillingProfile
    | InvoiceSection
    | Department
    | EnrollmentAccount
    | Customer
    | ManagementGroup
    | Subscription
    | CreditLot
    | ExchangeRate
)
Facts = Mapping[str, Any]

_KINDS: Mapping[type[Agreed], str] = {
    Seller: SELLER,
    BillingAccount: ScopeKind.BILLING_ACCOUNT.value,
    BillingProfile: ScopeKind.BILLING_PROFILE.value,
    InvoiceSection: ScopeKind.INVOICE_SECTION.value,
    Department: ScopeKind.DEPARTMENT.value,
    EnrollmentAccount: ScopeKind.ENROLLMENT_ACCOUNT.value,
    Customer: ScopeKind.CUSTOMER.value,
    ManagementGroup: ScopeKind.MANAGEMENT_GROUP.value,
    Subscription: ScopeKind.SUBSCRIPTION.value,
    CreditLot: CREDIT_LOT,
    ExchangeRate: EXCHANGE_RATE,
}
_TYPES: Mapping[str, type[Agreed]] = {kind: value_type for value_type, kind in _KINDS.items()}


def kind_of(value: Agreed) -> str:
    """The `ScopeKind` of a scope, or "seller", "credit_lot" or "exchange_rate"."""
    return _KINDS[type(value)]


def parent_of(value: Agreed) -> str:
    """The id it stands under; empty for the seller, for accounts, and for what stands at a top."""
    match value:
        case BillingProfile() | Department():
            parent = value.account_id
        case EnrollmentAccount():
            parent = value.department_id or value.account_id
        case InvoiceSection() | Customer():
            parent = value.profile_id
        case ManagementGroup():
            parent = value.parent_id
        case Subscription():
            parent = value.section_id or value.enrollment_account_id or value.customer_id or value.account_id
        case CreditLot():
            parent = value.scope.id
        case _:
            parent = ""
    return parent


def to_facts(value: Agreed) -> dict[str, Any]:
    """The value's fields as JSON; what is empty or None is written too, so that facts can be compared."""
    facts: dict[str, Any] = written(value)
    return facts


def from_facts(kind: str, facts: Facts) -> Agreed:
    """The value these facts were made from; ValueError if they are not facts of this kind."""
    return read(_TYPES[kind], facts)
