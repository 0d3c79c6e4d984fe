"""Which invoice stands for a billing period: the first one, or what replaced it.

Credit notes, replaced invoices and invoices that only correct something stand for none. One that was voided and not
replaced still is the one of its period: its days were billed and given back, and are not billed again by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType, PreviousInvoice
from kvitto.periods import Period
from kvitto.records.asked_once import asked_once
from kvitto.records.invoices import SUMMARY, IssuedInvoice, Payer, list_invoices, records_of, summary
from kvitto.records.links import LinkKind
from kvitto.records.models import InvoiceLink, InvoiceRecord
from kvitto.records.prepared import Given, prepared

_ONLY_CORRECTS = Q(edition__gt=1, linked_from__kind=LinkKind.CORRECTION)  # bills what came late for its period, alone


def invoice_in_force(scope: Scope, period: Period, kind: InvoiceKind = InvoiceKind.SERVICES) -> IssuedInvoice | None:
    """The invoice of this kind that stands for the scope's period, or None."""
    rows = _of_period(scope_kind=scope.kind.value, key=scope.id, start=period.start, kind=kind.value)
    return next((summary(dict(zip(SUMMARY, row, strict=True))) for row in rows), None)


def invoices_in_force(scopes: Iterable[Scope] | None = None) -> list[IssuedInvoice]:
    """Every such invoice of these scopes, or of all, of every kind: newest period first, then by number."""
    return in_force_among(list_invoices(scopes))


def in_force_among(documents: Iterable[IssuedInvoice]) -> list[IssuedInvoice]:
    """Those of the documents that stand for a period, in their order."""
    pairs = _rebilled()
    replaced, replacing = {invoice for invoice, _ in pairs}, {other for _, other in pairs}
    return [
        one
        for one in documents
        if one.document_type is DocumentType.INVOICE
        and one.number not in replaced
        and (one.edition == 1 or one.number in replacing)
    ]


@asked_once(lambda: ())
def _rebilled() -> list[tuple[str, str]]:
    return _rebills()


@prepared
def _rebills() -> QuerySet[InvoiceLink, tuple[str, str]]:
    return InvoiceLink.objects.filter(kind=LinkKind.REBILL).values_list("invoice_id", "other_id")


def previous_invoices(
    before: Mapping[Payer, date], kind: InvoiceKind = InvoiceKind.SERVICES
) -> dict[Payer, PreviousInvoice]:
    """Each payer's own invoice of this kind for the period that ended on the given day, as far as it was issued.

    One that was voided is not named, but what replaced it is; one that only corrects something is not.
    """
    found: dict[Payer, PreviousInvoice] = {}
    for records in records_of(payer.scope for payer in before):
        wanted = records.filter(period_end__in=set(before.values()), document_type=DocumentType.INVOICE, kind=kind)
        for row in (
            wanted.exclude(links__kind=LinkKind.VOID).exclude(_ONLY_CORRECTS).order_by("edition").values(*SUMMARY)
        ):
            invoice = summary(row)
            payer = Payer(invoice.scope, invoice.account_id)
            if before.get(payer) == invoice.period.end:
                found[payer] = PreviousInvoice(invoice.number, invoice.period, invoice.payable.amount)
    return found


@prepared
def _of_period(scope_kind: Given, key: Given, start: Given, kind: Given) -> QuerySet[InvoiceRecord, tuple[Any, ...]]:
    own = InvoiceRecord.objects.filter(scope_kind=scope_kind, scope_key=key, period_start=start, kind=kind)
    return _in_force(own).order_by("number").values_list(*SUMMARY)[:1]


def _in_force(records: QuerySet[InvoiceRecord]) -> QuerySet[InvoiceRecord]:
    made = records.filter(document_type=DocumentType.INVOICE).exclude(links__kind=LinkKind.REBILL)
    return made.filter(Q(edition=1) | Q(linked_from__kind=LinkKind.REBILL))
