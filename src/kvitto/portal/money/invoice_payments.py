"""What was paid on an invoice, tried in vain, and given back, as its page tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.hierarchy import Scope
from kvitto.invoicing.payments import FailureReason, MethodFamily, Payment, PaymentKind
from kvitto.invoicing.refunds import Refund
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.models import Person
from kvitto.records.payments import payments_of
from kvitto.records.refunds import refunds_of

_KINDS: Mapping[PaymentKind, Phrase] = {
    PaymentKind.PAYMENT: phrase("Payment"),
    PaymentKind.FAILED: phrase("Failed charge"),
    PaymentKind.REFUND: phrase("Refund"),
    PaymentKind.REVERSAL: phrase("Payment reversed"),
}
_REASONS: Mapping[str, Phrase] = {
    FailureReason.BANK_DECLINED: phrase("The bank declined it. Ask the bank, or pay in another way."),
    FailureReason.CARD_EXPIRED: phrase("The card has expired. Pay with another card."),
    FailureReason.INCORRECT_CARD_DETAILS: phrase("The details of the card are wrong. Correct them, or pay otherwise."),
    FailureReason.OTHER: phrase("It could not be made. Ask your bank, or pay in another way."),
}
_METHODS: Mapping[str, Phrase] = {
    MethodFamily.CREDIT_CARD: phrase("by card"),
    MethodFamily.CREDITS: phrase("from what was on account"),
    MethodFamily.CHECK_WIRE: phrase("by bank transfer or check"),
    MethodFamily.E_WALLET: phrase("by electronic wallet"),
    MethodFamily.DIRECT_DEBIT: phrase("by direct debit"),
    MethodFamily.TASK_ORDER: phrase("by task order"),
}


@dataclass(frozen=True)
class PaymentRow:
    """One record of money. `method` is None where the reader may not see it; `taken_back_on`: it was a mistake."""

    on_day: date
    said: Phrase
    tone: str
    reason: Phrase | None
    method: Phrase | None
    amount: Money
    taken_back_on: date | None


@dataclass(frozen=True)
class RefundRow:
    """A refund as it stands: the day and amount of its latest step."""

    on_day: date
    status: Phrase
    amount: Money
    credit_note: str


@dataclass(frozen=True)
class InvoicePayments:
    """In the order in which they were recorded."""

    payments: tuple[PaymentRow, ...]
    refunds: tuple[RefundRow, ...]


def invoice_payments(person: Person, number: str, scope: Scope) -> InvoicePayments:
    """Of an invoice that the person may see, which was made for this scope."""
    found = payments_of([number]).get(number, ())
    sees_methods = bool(found) and gate.is_allowed(person, scope, Action.SEE_PAYMENT_METHODS)
    shown = [one for one in found if one.kind is not PaymentKind.REVERSAL]
    return InvoicePayments(
        tuple(_payment(one, sees_method=sees_methods) for one in shown), tuple(map(_refund, refunds_of(number)))
    )


def _payment(one: Payment, *, sees_method: bool) -> PaymentRow:
    has_failed = one.kind is PaymentKind.FAILED
    return PaymentRow(
        one.on_day,
        _KINDS[one.kind],
        "bad" if has_failed and one.is_in_force else "",
        (_REASONS.get(one.reason) or _REASONS[FailureReason.OTHER]) if has_failed else None,
        _METHODS.get(one.method_family) if sees_method else None,
        -one.amount if one.kind is PaymentKind.REFUND else one.amount,
        one.reversed_on,
    )


def _refund(one: Refund) -> RefundRow:
    latest = one.events[-1]
    notes = [event.credit_note for event in one.events if event.credit_note]
    return RefundRow(latest.on_day, one.status.said, latest.amount, notes[-1] if notes else "")
