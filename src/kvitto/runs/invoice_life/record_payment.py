"""Recording what came for an invoice: payments, charges tried in vain, and taking back what was recorded by mistake.

A reference (of the bank, the card terminal, the check) names each record of an invoice: the same one again records
nothing new, and it cannot stand for something else. More than is due is taken, and kept on account for the payer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from kvitto.errors import UnableTo
from kvitto.invoicing.payments import MethodFamily, Payment, PaymentKind
from kvitto.invoicing.status import Standing, Status
from kvitto.language import phrase
from kvitto.records.audit import Door, Result, note
from kvitto.records.invoices import issued_called
from kvitto.records.links import AlreadyUsed, scope_of
from kvitto.records.models import PaymentRecord
from kvitto.records.payments import payments_of, standing_of
from kvitto.runs.invoice_life.amounts import check_amount, check_reference
from kvitto.runs.invoice_life.giving_back import Held, held, refuse_void
from kvitto.runs.office import Office


class UnableToRecord(UnableTo):
    """There is no such payment, or its day is still to come."""


@dataclass(frozen=True)
class Means:
    """How something was paid: the family, and what the operator calls it ("Visa", "SEPA")."""

    family: MethodFamily = MethodFamily.CHECK_WIRE
    method: str = ""


@dataclass(frozen=True)
class Recorded:
    """The record, whether this call made it, and how the invoice stands with it."""

    payment: Payment
    is_new: bool
    standing: Standing
    status: Status


def record_payment(office: Office, number: str, payment: Payment) -> Recorded:
    """Record that an amount came, or that a charge was tried in vain (`PaymentKind.FAILED`); once for each reference.

    What is open is past due from a failed charge on. Raises `NotIssued`, `WrongAmount`, `UnableToChange` for a void
    invoice or a credit note, `AlreadyUsed` for a reference that stands for another record, and `UnableToRecord` for a
    day to come.
    """
    check_reference(payment.reference)
    with transaction.atomic():
        one = held(office, number)
        check_amount(payment.amount, one.record)
        before = _called(one, payment.reference)
        if before is None:
            refuse_void(one)
            _refuse_days_to_come(payment.on_day, one)
            add_record(one, payment)
        elif (before.kind, before.on_day, before.amount) != (payment.kind, payment.on_day, payment.amount):
            raise _already_used(one, before)
        return _answer(one, payment.reference, is_new=before is None)


def reverse(office: Office, number: str, reference: str, on_day: date) -> Recorded:
    """Take back the record of this reference, which was a mistake; once. A refund that was paid out can be, too.

    It stands on: a reversal is added beside it. Raises `NotIssued`, and `UnableToRecord` if there is no such record.
    """
    with transaction.atomic():
        one = held(office, number)
        record = PaymentRecord.objects.filter(invoice=one.record, reference=reference, reverses=None).first()
        if record is None:
            raise UnableToRecord(
                phrase(
                    "Nothing with the reference {reference} is recorded for invoice {number}.",
                    reference=reference, number=number,
                )
            )  # fmt: skip
        is_new = not PaymentRecord.objects.filter(reverses=record).exists()
        if is_new:
            _refuse_days_to_come(on_day, one)
            PaymentRecord.objects.create(
                invoice=one.record, kind=PaymentKind.REVERSAL, paid_on=on_day, amount_minor=record.amount_minor,
                currency=record.currency, method_family=record.method_family, method=record.method,
                reverses=record, recorded_at=one.now,
            )  # fmt: skip
            _tell(one, PaymentKind.REVERSAL, record.amount_minor)
        return _answer(one, reference, is_new=is_new)


def add_record(one: Held, wanted: Payment) -> PaymentRecord:
    """Write the record in the transaction that holds the invoice. Raises `AlreadyUsed` if its reference was used."""
    before = _called(one, wanted.reference)
    if before:
        raise _already_used(one, before)
    record = PaymentRecord.objects.create(
        invoice=one.record, kind=wanted.kind, paid_on=wanted.on_day,
        amount_minor=check_amount(wanted.amount, one.record), currency=wanted.amount.currency,
        method_family=wanted.method_family, method=wanted.method, reason=wanted.reason, reference=wanted.reference,
        recorded_at=one.now,
    )  # fmt: skip
    _tell(one, wanted.kind, record.amount_minor)
    return record


def _already_used(one: Held, before: Payment) -> AlreadyUsed:
    return AlreadyUsed(
        phrase(
            "The reference {reference} already stands for {amount} of {day} on invoice {number}. Say another"
            " reference; what was recorded by mistake can be reversed.",
            reference=before.reference, amount=before.amount, day=before.on_day, number=one.record.number,
        )
    )  # fmt: skip


def _called(one: Held, reference: str) -> Payment | None:
    recorded = payments_of([one.record.number]).get(one.record.number, ())
    return next((payment for payment in recorded if payment.reference == reference), None)


def _answer(one: Held, reference: str, *, is_new: bool) -> Recorded:
    payment = _called(one, reference)
    assert payment  # noqa: S101 - it has just been recorded, or was before
    standing = standing_of(issued_called(one.record.number))
    return Recorded(payment, is_new, standing, standing.status_on(one.today))


def _refuse_days_to_come(on_day: date, one: Held) -> None:
    if on_day > one.today:
        raise UnableToRecord(
            phrase(
                "{day} is still to come: it is {today}. Say the day on which it happened.", day=on_day, today=one.today
            )
        )


def _tell(one: Held, kind: PaymentKind, minor: int) -> None:
    facts = {"number": one.record.number, "kind": kind.value, "minor": minor, "currency": one.record.currency}
    note("payment.record", Result.DONE, door=Door.RUN, scope=scope_of(one.record), facts=facts, at=one.now)
