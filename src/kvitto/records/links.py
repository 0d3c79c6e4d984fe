"""How issued documents belong together: credit notes, what is void, what replaces what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Max, Q, QuerySet

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import DocumentType, Invoice
from kvitto.language import phrase
from kvitto.records.invoices import NotIssued, load
from kvitto.records.models import InvoiceLink, InvoiceRecord
from kvitto.records.prepared import Given, prepared

_AT_ONCE = 500  # parameters of a query; databases have a limit


class LinkKind(StrEnum):
    """What the other document is to an invoice."""

    VOID = "void"  # the credit note that gave back all that was left of it
    REBILL = "rebill"  # the invoice that replaces it
    CREDIT = "credit"  # a credit note that gave back a part of it
    CORRECTION = "correction"  # a document that bills, or gives back, something of its period


class AlreadyUsed(UnableTo):
    """The reference already stands for something else."""


@dataclass(frozen=True)
class Link:
    """`other` is this to `invoice`; both are numbers."""

    invoice: str
    other: str
    kind: LinkKind


def locked(number: str) -> InvoiceRecord:
    """The document's record; nobody else changes what belongs to it, or to its period, until the transaction ends.

    To be called inside a transaction, before anything is read that decides. Raises `NotIssued`.
    """
    record = InvoiceRecord.objects.filter(number=number).first()
    if record is None:
        raise NotIssued(phrase("There is no invoice {number}.", number=number))
    together = _of_period(record).select_for_update().order_by("number")
    return next(one for one in together if one.number == number)


def scope_of(record: InvoiceRecord) -> Scope:
    """What the document was made for."""
    return Scope(ScopeKind(record.scope_kind), record.scope_key)


def next_edition(record: InvoiceRecord, document_type: DocumentType) -> int:
    """The edition of the next document of this type for the record's scope, period and kind; see `locked`."""
    latest = _of_period(record).filter(document_type=document_type).aggregate(latest=Max("edition"))["latest"]
    return (latest or 0) + 1


def credit_notes_of(number: str) -> list[Invoice]:
    """The facts of the credit notes of an invoice, in the order they were issued."""
    notes = InvoiceRecord.objects.filter(refers_to=number, document_type=DocumentType.CREDIT_NOTE)
    return [load(note) for note in notes.order_by("issued_at", "edition").values_list("number", flat=True)]


def link(invoice: str, other: str, kind: LinkKind, at: datetime, reference: str | None = None) -> None:
    """Record, in the caller's transaction, what `other` is to `invoice`."""
    InvoiceLink.objects.create(
        invoice_id=invoice, other_id=other, kind=kind, reference=reference or None, recorded_at=at
    )


def linked(invoice: str, kind: LinkKind) -> str:
    """The number of the document that is this to the invoice; empty if there is none."""
    return next((other for (other,) in _linked(invoice=invoice, kind=kind)), "")


def given_back_as(invoice: str, reference: str) -> str:
    """The number of the credit note that was issued under this reference; empty if there is none."""
    found = InvoiceLink.objects.filter(invoice_id=invoice, reference=reference).values_list("other_id", flat=True)
    return found.first() or ""


def links_of(numbers: Iterable[str]) -> Mapping[str, tuple[Link, ...]]:
    """All links from and to these documents, by number, in the order they were recorded."""
    wanted = sorted(set(numbers))
    found: dict[str, list[Link]] = defaultdict(list)
    for first in range(0, len(wanted), _AT_ONCE):
        some = set(wanted[first : first + _AT_ONCE])
        for invoice, other, kind in _around(numbers=sorted(some)):
            for number in {invoice, other} & some:
                found[number].append(Link(invoice, other, LinkKind(kind)))
    return {number: tuple(links) for number, links in found.items()}


def void_among(numbers: Iterable[str]) -> set[str]:
    """Those of the invoices that are void."""
    wanted = sorted(set(numbers))
    found: set[str] = set()
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        found.update(invoice for (invoice,) in _void(numbers=some))
    return found


@prepared
def _around(numbers: list[Given]) -> QuerySet[InvoiceLink, tuple[str, str, str]]:
    rows = InvoiceLink.objects.filter(Q(invoice__number__in=numbers) | Q(other__number__in=numbers)).order_by("id")
    return rows.values_list("invoice_id", "other_id", "kind")


@prepared
def _void(numbers: list[Given]) -> QuerySet[InvoiceLink, tuple[str]]:
    return InvoiceLink.objects.filter(invoice__number__in=numbers, kind=LinkKind.VOID).values_list("invoice_id")


@prepared
def _linked(invoice: Given, kind: Given) -> QuerySet[InvoiceLink, tuple[str]]:
    return InvoiceLink.objects.filter(invoice_id=invoice, kind=kind).order_by("id").values_list("other_id")[:1]


def _of_period(record: InvoiceRecord) -> QuerySet[InvoiceRecord]:
    return InvoiceRecord.objects.filter(
        scope_kind=record.scope_kind, scope_key=record.scope_key, period_start=record.period_start, kind=record.kind
    )
