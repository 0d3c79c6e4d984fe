"""The small office with its first invoices: Lab owes 1.26 USD, Cork office 12.98 USD, Quay office nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kvitto.invoicing.payments import FailureReason, MethodFamily, Payment, PaymentKind
from kvitto.money import Money
from kvitto.runs.office import Office
from tests.runs.offices import FIRST_CLOSE, at, made_and_closed

CORK, QUAY, LAB = "K-2024-000001", "K-2024-000002", "K-2024-000003"
LATER = date(2024, 3, 20)


def billed(office: Office) -> Office:
    """The office after it closed February, on a later day."""
    made_and_closed(at(office, FIRST_CLOSE))
    return at(office, LATER)


def usd(amount: str) -> Money:
    """So many dollars."""
    return Money(Decimal(amount), "USD")


def payment(amount: str, reference: str = "bank-1", on_day: date = LATER, currency: str = "USD") -> Payment:
    """A payment by wire."""
    return Payment(
        PaymentKind.PAYMENT, on_day, Money(Decimal(amount), currency), reference, MethodFamily.CHECK_WIRE, "SEPA"
    )


def failure(amount: str, reference: str = "card-1", on_day: date = LATER) -> Payment:
    """A card that was declined."""
    reason = FailureReason.BANK_DECLINED
    return Payment(PaymentKind.FAILED, on_day, usd(amount), reference, MethodFamily.CREDIT_CARD, "Visa", reason)
