"""Refunds as they were recorded, step by step."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from kvitto.invoicing.refunds import Refund, RefundEvent, RefundStep
from kvitto.money import Money
from kvitto.records.models import InvoiceRecord, RefundRecord


def refunds_of(number: str) -> list[Refund]:
    """The refunds of an invoice, in the order they were requested."""
    events: dict[str, list[RefundEvent]] = {}
    for record in RefundRecord.objects.filter(invoice_id=number).select_related("invoice").order_by("id"):
        events.setdefault(record.reference, []).append(_event(record))
    return [Refund(number, reference, tuple(found)) for reference, found in events.items()]


def refund_called(number: str, reference: str) -> Refund:
    """The refund of this reference; without events if none was requested."""
    found = (refund for refund in refunds_of(number) if refund.reference == reference)
    return next(found, Refund(number, reference, ()))


def record_step(  # noqa: PLR0913 - the facts of one step
    invoice: InvoiceRecord,
    reference: str,
    step: RefundStep,
    amount_minor: int,
    *,
    on_day: date,
    at: datetime,
    reason: str = "",
    credit_note: str = "",
    payment: int | None = None,
) -> None:
    """Record a step in the caller's transaction, which holds the invoice (`links.locked`)."""
    RefundRecord.objects.create(
        invoice=invoice,
        reference=reference,
        step=step,
        on_day=on_day,
        amount_minor=amount_minor,
        currency=invoice.currency,
        reason=reason,
        credit_note_id=credit_note or None,
        payment_id=payment,
        recorded_at=at,
    )


def _event(record: RefundRecord) -> RefundEvent:
    amount = Decimal(record.amount_minor).scaleb(-record.invoice.currency_decimals)
    return RefundEvent(
        RefundStep(record.step),
        record.on_day,
        Money(amount, record.currency),
        record.reason,
        record.credit_note_id or "",
    )
