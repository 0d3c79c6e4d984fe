"""Payments as they were recorded, what is open because of them, and what a payer owed from the period before.

More than an invoice asks for is kept on account for the payer: it stays with the invoice it was paid for, lowers the
balance of the scope, and can be given back as a refund.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Min, QuerySet, Sum

from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.payments import Payment, PaymentKind
from kvitto.invoicing.status import Standing
from kvitto.money import Money
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.links import void_among
from kvitto.records.models import InvoiceRecord, PaymentRecord
from kvitto.records.prepared import Given, prepared

_AT_ONCE = 500  # parameters of a query; databases have a limit
SIGN = {PaymentKind.PAYMENT: 1, PaymentKind.REFUND: -1, PaymentKind.FAILED: 0}


def payments_of(numbers: Iterable[str]) -> Mapping[str, tuple[Payment, ...]]:
    """Everything recorded for these invoices, by number, in the order it was recorded."""
    found: dict[str, list[Payment]] = defaultdict(list)
    for some in _chunks(numbers):
        records = PaymentRecord.objects.filter(invoice_id__in=some).select_related("invoice", "reverses")
        reversed_on = dict(
            PaymentRecord.objects.filter(invoice_id__in=some, reverses__isnull=False).values_list(
                "reverses_id", "paid_on"
            )
        )
        for record in records.order_by("id"):
            found[record.invoice_id].append(_payment(record, reversed_on.get(record.pk)))
    return {number: tuple(payments) for number, payments in found.items()}


def standings(invoices: Collection[IssuedInvoice]) -> dict[str, Standing]:
    """What decides the status of these documents, by number; three queries for each few hundred."""
    numbers = [invoice.number for invoice in invoices]
    void, credited, moved = void_among(numbers), _credited(numbers), _moved(numbers)
    return {
        invoice.number: Standing(
            payable=invoice.payable,
            due_date=invoice.due_date,
            credited=_like(invoice.payable, credited.get(invoice.number, 0)),
            paid=_like(invoice.payable, moved[invoice.number].paid),
            has_failed=moved[invoice.number].has_failed,
            is_void=invoice.number in void,
            is_credit_note=invoice.document_type is DocumentType.CREDIT_NOTE,
        )
        for invoice in invoices
    }


def standing_of(invoice: IssuedInvoice) -> Standing:
    """What decides the status of one document."""
    return standings([invoice])[invoice.number]


def first_failures(numbers: Iterable[str]) -> dict[str, date]:
    """The day on which a charge for each of these invoices first failed; those of which none did are left out."""
    found: dict[str, date] = {}
    for some in _chunks(numbers):
        found |= dict(_first_failed(numbers=some))
    return found


@dataclass
class _Moved:
    """Money that came and stayed, in minor units, and whether a charge was tried in vain."""

    paid: int = 0
    has_failed: bool = False


def _moved(numbers: Iterable[str]) -> dict[str, _Moved]:
    found: dict[str, _Moved] = defaultdict(_Moved)
    for some in _chunks(numbers):
        for number, kind, minor in _in_force(numbers=some):
            found[number].paid += SIGN[PaymentKind(kind)] * minor
            found[number].has_failed |= kind == PaymentKind.FAILED
    return found


def _credited(numbers: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _chunks(numbers):
        found |= dict(_given_back(numbers=some))
    return found


@prepared
def _in_force(numbers: list[Given]) -> QuerySet[PaymentRecord, tuple[str, str, int]]:
    rows = PaymentRecord.objects.filter(invoice__number__in=numbers, reverses=None, reversed_by=None)
    return rows.values_list("invoice_id", "kind", "amount_minor")


@prepared
def _given_back(numbers: list[Given]) -> QuerySet[InvoiceRecord, tuple[str, int]]:
    notes = InvoiceRecord.objects.filter(refers_to__in=numbers, document_type=DocumentType.CREDIT_NOTE)
    return notes.values_list("refers_to").annotate(minor=Sum("payable_minor"))


@prepared
def _first_failed(numbers: list[Given]) -> QuerySet[PaymentRecord, tuple[str, date]]:
    failed = PaymentRecord.objects.filter(invoice__number__in=numbers, kind=PaymentKind.FAILED, reversed_by=None)
    return failed.values_list("invoice_id").annotate(first=Min("paid_on")).order_by()


def _payment(record: PaymentRecord, reversed_on: date | None) -> Payment:
    return Payment(
        kind=PaymentKind(record.kind),
        on_day=record.paid_on,
        amount=Money(Decimal(record.amount_minor).scaleb(-record.invoice.currency_decimals), record.currency),
        reference=record.reference or "",
        method_family=record.method_family,
        method=record.method,
        reason=record.reason,
        reversed_on=reversed_on,
        reverses=(record.reverses.reference or "") if record.reverses else "",
    )


def _like(amount: Money, minor: int) -> Money:
    """So many minor units, with the decimals and the currency of the amount."""
    return Money(Decimal(minor).scaleb(int(amount.amount.as_tuple().exponent)), amount.currency)


def _chunks(numbers: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(numbers))
    return (wanted[first : first + _AT_ONCE] for first in range(0, len(wanted), _AT_ONCE))
