"""Refunds: asked for, approved or declined, paid out; each step recorded once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from kvitto.invoicing.credit_notes import credit_note_over
from kvitto.invoicing.payments import Payment, PaymentKind
from kvitto.invoicing.refunds import Refund, RefundStep, UnableToRefund, check_step
from kvitto.invoicing.status import Standing
from kvitto.language import phrase
from kvitto.money import Money
from kvitto.records.audit import Door, Result, note
from kvitto.records.invoices import issued_called
from kvitto.records.links import AlreadyUsed, LinkKind, scope_of
from kvitto.records.payments import standing_of
from kvitto.records.refunds import record_step, refund_called
from kvitto.runs.invoice_life.amounts import check_amount, check_reference
from kvitto.runs.invoice_life.giving_back import Held, held, issue_credit_note
from kvitto.runs.invoice_life.record_payment import Means, add_record
from kvitto.runs.office import Office

REFUND = "refund"


@dataclass(frozen=True)
class Refunded:
    """The refund after the step, whether this call took it, and how the invoice stands then."""

    refund: Refund
    is_new: bool
    standing: Standing


def request_refund(office: Office, number: str, amount: Money, reason: str, reference: str) -> Refunded:
    """Record that so much is asked back of the invoice; `reference` names the refund in all that follows.

    No more may be asked for than was paid and stayed. Raises `NotIssued`, `WrongAmount`, `UnableToRefund`, and
    `AlreadyUsed` if the reference stands for a refund of another amount.
    """
    check_reference(reference)
    with transaction.atomic():
        one = held(office, number)
        minor = check_amount(amount, one.record)
        before = refund_called(number, reference)
        if before.events:
            if before.events[0].amount != amount:
                raise AlreadyUsed(
                    phrase(
                        "Refund {reference} of invoice {number} is one of {amount}. Say another reference.",
                        reference=reference, number=number, amount=before.events[0].amount,
                    )
                )  # fmt: skip
            return _answer(one, reference, is_new=False)
        if one.standing.paid < amount:
            raise UnableToRefund(
                phrase(
                    "{paid} was paid for invoice {number}: no more than that can be refunded. To lower what is to pay,"
                    " credit the invoice.",
                    paid=one.standing.paid, number=number,
                )
            )  # fmt: skip
        _take(one, reference, RefundStep.REQUESTED, minor, reason=reason)
        return _answer(one, reference, is_new=True)


def approve_refund(office: Office, number: str, reference: str) -> Refunded:
    """Approve it: what is not on account for the payer yet is given back by a credit note now.

    Raises `UnableToRefund` unless it is pending, and `UnableToCredit` if so much is not left of the invoice.
    """
    with transaction.atomic():
        one = held(office, number)
        refund, is_new = _before(number, reference, RefundStep.APPROVED)
        if is_new:
            amount = refund.events[0].amount
            credit_note = _credited(one, amount, reference)
            minor = check_amount(amount, one.record)
            _take(one, reference, RefundStep.APPROVED, minor, credit_note=credit_note)
        return _answer(one, reference, is_new=is_new)


def close_refund(office: Office, number: str, reference: str, step: RefundStep, reason: str = "") -> Refunded:
    """Decline, cancel or let expire a pending refund; nothing is given back. Raises `UnableToRefund` if it is not."""
    with transaction.atomic():
        one = held(office, number)
        refund, is_new = _before(number, reference, step)
        if is_new:
            _take(one, reference, step, check_amount(refund.events[0].amount, one.record), reason=reason)
        return _answer(one, reference, is_new=is_new)


def complete_refund(office: Office, number: str, reference: str, on_day: date, means: Means) -> Refunded:
    """Record that the approved amount was paid out on the day. Raises `UnableToRefund` unless it is approved."""
    with transaction.atomic():
        one = held(office, number)
        refund, is_new = _before(number, reference, RefundStep.COMPLETED)
        if is_new:
            amount = refund.events[-1].amount
            if one.standing.on_account < amount:
                raise UnableToRefund(
                    phrase(
                        "Only {left} is on account for invoice {number}, so {amount} cannot be paid out.",
                        left=one.standing.on_account, number=number, amount=amount,
                    )
                )  # fmt: skip
            paid_out = Payment(PaymentKind.REFUND, on_day, amount, f"{REFUND} {reference}", means.family, means.method)
            payment = add_record(one, paid_out)
            _take(one, reference, RefundStep.COMPLETED, payment.amount_minor, on_day=on_day, payment=payment.pk)
        return _answer(one, reference, is_new=is_new)


def _before(number: str, reference: str, step: RefundStep) -> tuple[Refund, bool]:
    """The refund so far, and whether the step is still to be taken. Raises `UnableToRefund` if it may not be."""
    refund = refund_called(number, reference)
    if refund.event(step):
        return refund, False
    check_step(reference, refund.events, step)
    return refund, True


def _credited(one: Held, amount: Money, reference: str) -> str:
    """The number of the credit note over what is not on account; empty if none is needed."""
    missing = amount - one.standing.on_account
    if missing.amount <= 0:
        return ""
    drafted = credit_note_over(one.invoice, one.credit_notes, missing, REFUND, one.today)
    return issue_credit_note(one, drafted, LinkKind.CREDIT, f"{REFUND} {reference}").number


def _take(  # noqa: PLR0913 - the facts of one step
    one: Held,
    reference: str,
    step: RefundStep,
    minor: int,
    *,
    reason: str = "",
    credit_note: str = "",
    payment: int | None = None,
    on_day: date | None = None,
) -> None:
    record_step(
        one.record, reference, step, minor, on_day=on_day or one.today, at=one.now, reason=reason,
        credit_note=credit_note, payment=payment,
    )  # fmt: skip
    facts = {"number": one.record.number, "step": step.value, "minor": minor, "currency": one.record.currency}
    note("refund.step", Result.DONE, door=Door.RUN, scope=scope_of(one.record), facts=facts, at=one.now)


def _answer(one: Held, reference: str, *, is_new: bool) -> Refunded:
    number = one.record.number
    return Refunded(refund_called(number, reference), is_new, standing_of(issued_called(number)))
