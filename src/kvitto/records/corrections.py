"""Which documents correct which period, and what they knew of it: told by what was issued, and kept nowhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import AsOf, DocumentType
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.links import LinkKind, links_of, void_among
from kvitto.records.models import InvoiceLink, InvoiceRecord


@dataclass(frozen=True)
class PeriodKey:
    """One billing period of one scope, for one kind of invoice."""

    scope: Scope
    start: date
    kind: InvoiceKind


@dataclass(frozen=True)
class CorrectingDocument:
    """A document that corrects a period, and the invoice of the period that it was made for.

    `is_in_force`: it was not voided, nor was the invoice that it gives something back of. `as_of`: what it knew of the
    period.
    """

    number: str
    invoice: str
    is_invoice: bool
    as_of: AsOf
    is_in_force: bool


def key_of(invoice: IssuedInvoice) -> PeriodKey:
    """The period an invoice stands for."""
    return PeriodKey(invoice.scope, invoice.period.start, invoice.kind)


def correcting_documents() -> Mapping[PeriodKey, tuple[CorrectingDocument, ...]]:
    """All documents that correct something, by the period they correct, in the order they were issued.

    A few queries, however many invoices there are.
    """
    rows = InvoiceLink.objects.filter(kind=LinkKind.CORRECTION).order_by("id").values_list(
        "invoice_id", "invoice__scope_kind", "invoice__scope_key", "invoice__period_start", "invoice__kind", "other_id",
        "other__document_type", "other__refers_to", "other__usage_sequence", "other__revision",
    )  # fmt: skip
    links = list(rows)
    void = void_among({row[5] for row in links} | {row[7] for row in links if row[7]})
    found: dict[PeriodKey, list[CorrectingDocument]] = defaultdict(list)
    for invoice, scope_kind, scope_key, start, kind, number, document_type, refers_to, sequence, revision in links:
        is_invoice = document_type == DocumentType.INVOICE
        found[PeriodKey(Scope(ScopeKind(scope_kind), scope_key), start, InvoiceKind(kind))].append(
            CorrectingDocument(
                number, invoice, is_invoice, AsOf(sequence, revision),
                is_in_force=(number if is_invoice else refers_to) not in void,
            )
        )  # fmt: skip
    return {key: tuple(documents) for key, documents in found.items()}


def state_of(key: PeriodKey) -> frozenset[tuple[str, str, str]]:
    """What was made of a period so far: as long as it stays the same, so does what was billed for the period.

    To be compared with what it was before, with the period's documents `locked`.
    """
    own = InvoiceRecord.objects.filter(
        scope_kind=key.scope.kind, scope_key=key.scope.id, period_start=key.start, kind=key.kind
    ).values_list("number", flat=True)
    numbers = set(own)
    corrected_by = InvoiceLink.objects.filter(invoice__in=numbers, kind=LinkKind.CORRECTION)
    together = numbers | set(corrected_by.values_list("other_id", flat=True))
    links = {link for each in links_of(together).values() for link in each}
    return frozenset((link.invoice, link.other, link.kind.value) for link in links)
