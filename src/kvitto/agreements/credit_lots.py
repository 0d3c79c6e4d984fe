"""Credit that a buyer holds: lots with a source, an amount and a life (agreements.md §6, §8, §10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kvitto.agreements.hierarchy import Scope
from kvitto.money import Money


class LotSource(StrEnum):
    """Where a lot comes from."""

    FREE_TRIAL = "free-trial"
    PROMOTIONAL = "promotional"
    SPONSORSHIP = "sponsorship"
    PURCHASED = "purchased"
    PREPAYMENT = "prepayment"  # of an Enterprise Agreement, formerly monetary commitment
    PREPAID_KEY = "prepaid-key"  # Azure in Open
    SERVICE_CREDIT = "service-credit"  # for poor performance


class LotTreatment(StrEnum):
    """What using the lot is for tax (invoice-standards.md §2): the two must be kept apart."""

    DISCOUNT = "discount"  # before tax: lowers the taxable amount (EN 16931 BG-20)
    PAYMENT = "payment"  # after tax: a prepaid amount (BT-113)


@dataclass(frozen=True)
class CreditLot:
    """Some credit; `scope` is what its invoices are made for: MOSP subscription, billing profile, or enrollment.

    It may be used for usage from `starts_on` up to, not including, `expires_on` (None: it never expires).
    """

    id: str
    scope: Scope
    source: LotSource
    amount: Money
    starts_on: date
    expires_on: date | None = None
    treatment: LotTreatment = LotTreatment.DISCOUNT
    purchase_order: str = ""
    name: str = ""
