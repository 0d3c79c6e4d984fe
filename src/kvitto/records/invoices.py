"""Loading and listing issued invoices and credit notes. `records.issuing` makes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Length

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.canonical import digest_of, fact_in, from_text, to_text
from kvitto.invoicing.invoice import AsOf, DocumentType, Invoice
from kvitto.language import phrase
from kvitto.money import Money, currency_decimals
from kvitto.periods import Period
from kvitto.records.models import InvoiceRecord
from kvitto.records.prepared import Given, prepared
from kvitto.records.remembered import agreements_mark, recall, remembered, remembered_document

SUMMARY = (
    "number", "document_type", "kind", "edition", "refers_to", "scope_kind", "scope_key", "account_key", "period_start",
    "period_end", "issue_date", "due_date", "currency", "payable_minor", "currency_decimals", "total_unrounded",
    "usage_sequence", "revision",
)  # fmt: skip
_LONG = 1_000_000  # characters of an invoice's facts
_AT_ONCE = 500  # parameters of a query; databases have a limit


class NotIssued(UnableTo):
    """There is no invoice of this number."""


class Altered(UnableTo):
    """The facts of an invoice no longer match the digest that was written when it was issued."""


@dataclass(frozen=True)
class IssuedInvoice:
    """What a list shows of an issued invoice or credit note.

    `payable` is rounded (of a credit note what is given back), `unrounded` the exact sum of the charges, `refers_to`
    the number of the invoice that a credit note gives back or that this one replaces.
    """

    number: str
    scope: Scope
    account_id: str
    period: Period
    issue_date: date
    due_date: date
    payable: Money
    unrounded: Money
    as_of: AsOf
    document_type: DocumentType = DocumentType.INVOICE
    kind: InvoiceKind = InvoiceKind.SERVICES
    edition: int = 1
    refers_to: str = ""


@dataclass(frozen=True)
class Payer:
    """Whose invoices: what they are made for, and the account that pays, because a subscription may change owners."""

    scope: Scope
    account_id: str


def issued_for(
    scope: Scope,
    period: Period,
    document_type: DocumentType = DocumentType.INVOICE,
    kind: InvoiceKind = InvoiceKind.SERVICES,
    edition: int = 1,
) -> IssuedInvoice | None:
    """The document of this type, kind and edition for this scope and period, if it was issued."""
    wanted = _of_scope(scope).filter(document_type=document_type, kind=kind, edition=edition)
    found = wanted.filter(period_start=period.start).values(*SUMMARY).first()
    return summary(found) if found else None


def issued_periods(scopes: Collection[Scope] | None = None) -> Mapping[Scope, set[date]]:
    """First days of the periods that have an invoice, by scope; of all scopes or of these."""
    records = InvoiceRecord.objects.all()
    if scopes is not None:
        records = records.filter(scope_key__in={scope.id for scope in scopes})
    found: dict[Scope, set[date]] = {}
    for kind, key, start in records.values_list("scope_kind", "scope_key", "period_start").iterator(chunk_size=5000):
        found.setdefault(Scope(ScopeKind(kind), key), set()).add(start)
    return found


def list_invoices(scopes: Iterable[Scope] | None = None) -> list[IssuedInvoice]:
    """The invoices of these scopes, or of all: newest period first, then by number."""
    return sorted(
        (summary(dict(zip(SUMMARY, row, strict=True))) for row in _rows_of(scopes)),
        key=lambda invoice: (-invoice.period.start.toordinal(), invoice.number),
    )


def _rows_of(scopes: Iterable[Scope] | None) -> Iterator[tuple[Any, ...]]:
    if scopes is None:
        yield from InvoiceRecord.objects.values_list(*SUMMARY)
        return
    for kind, keys in _portions(scopes):
        yield from _summaries(kind=kind.value, keys=keys)


@prepared
def _summaries(kind: Given, keys: list[Given]) -> QuerySet[InvoiceRecord, tuple[Any, ...]]:
    return InvoiceRecord.objects.filter(scope_kind=kind, scope_key__in=keys).values_list(*SUMMARY)


@prepared
def _called(number: Given) -> QuerySet[InvoiceRecord, tuple[Any, ...]]:
    return InvoiceRecord.objects.filter(number=number).values_list(*SUMMARY)


def issued_called(number: str) -> IssuedInvoice:
    """What a list shows of the document of this number. Raises `NotIssued`."""
    row = next(iter(_called(number=number)), None)
    if row is None:
        raise NotIssued(phrase("There is no invoice {number}.", number=number))
    return summary(dict(zip(SUMMARY, row, strict=True)))


def load(number: str) -> Invoice:
    """All facts of the invoice. Raises `NotIssued` if there is none, `Altered` if its facts do not match its digest.

    Very long ones are read, and held against the digest, once in a process.
    """
    found = load_some([number])
    if number not in found:
        raise NotIssued(phrase("There is no invoice {number}.", number=number))
    return found[number]


def facts_digest(number: str) -> str:
    """The digest that was written with the facts of the invoice; empty if there is none."""
    return next((digest for _, digest in _digests(numbers=[number])), "")


def load_some(numbers: Collection[str]) -> dict[str, Invoice]:
    """All facts of these few invoices, by number; one query, and one for each very long one. Raises as `load` does."""
    digests = _digests(numbers=sorted(set(numbers)))  # to measure a very long text takes longer than the page
    long = {number: known for number, digest in digests if (known := recall(("long", number, digest)))}
    if len(long) == len(set(numbers)):
        return long
    is_short = When(size__lt=_LONG, then=F("facts"))
    wanted = InvoiceRecord.objects.filter(number__in=sorted(set(numbers) - long.keys()))
    records = wanted.annotate(size=Length("facts"))
    rows = records.annotate(text=Case(is_short, default=None)).values("number", "text", "facts_digest", "size")
    return long | {found["number"]: _read_once(found) for found in rows}


@prepared
def _digests(numbers: list[Given]) -> QuerySet[InvoiceRecord, tuple[str, str]]:
    return InvoiceRecord.objects.filter(number__in=numbers).values_list("number", "facts_digest")


def purchase_orders(numbers: Iterable[str]) -> dict[str, str]:
    """The purchase order that each of these issued invoices names, by number.

    Read from their facts only once, and no further than it stands: a long one has a hundred thousand lines behind it.
    """
    mark = agreements_mark()
    return {number: remembered(("order", number, mark), partial(_order_of, number)) for number in numbers}


def _order_of(number: str) -> tuple[str, int]:
    facts = InvoiceRecord.objects.values_list("facts", flat=True).get(number=number)
    return fact_in(facts, "purchase_order"), 1


def load_all(scopes: Iterable[Scope] | None = None) -> Iterator[Invoice]:
    """All facts of the invoices of these scopes, or of all, by number. Raises `Altered` as `load` does."""
    for records in records_of(scopes):
        rows = records.order_by("number").values("number", "facts", "facts_digest")
        yield from (_intact(found) for found in rows.iterator(chunk_size=100))


def altered_invoices() -> list[str]:
    """The numbers of invoices whose facts, digest or columns do not match each other; empty if all is well."""
    return [record.number for record in InvoiceRecord.objects.order_by("number").iterator(100) if not is_intact(record)]


def is_intact(record: InvoiceRecord) -> bool:
    """True if the record's digest is that of its facts and its columns say what the facts say."""
    if digest_of(record.facts) != record.facts_digest:
        return False
    scope = Scope(ScopeKind(record.scope_kind), record.scope_key)
    expected = record_of(from_text(record.facts), scope, record.issued_at)
    return all(getattr(expected, name) == getattr(record, name) for name in SUMMARY)


def _read_once(found: Mapping[str, Any]) -> Invoice:
    """The invoice of the row; what was read from the very same facts before stands."""
    number, digest, text = found["number"], found["facts_digest"], found["text"]

    def read() -> tuple[Invoice, int]:
        facts = text if text is not None else InvoiceRecord.objects.values_list("facts", flat=True).get(number=number)
        invoice = _intact({"number": number, "facts": facts, "facts_digest": digest})
        return invoice, len(invoice.lines)

    if text is not None and digest_of(text) != digest:
        return read()[0]
    return remembered_document(("long" if text is None else "short", number, digest), read)


def _intact(found: Mapping[str, Any]) -> Invoice:
    if digest_of(found["facts"]) != found["facts_digest"]:
        raise Altered(
            phrase(
                "The facts of invoice {number} were changed after it was issued: they do not match their digest."
                " Restore the database from a backup.",
                number=found["number"],
            )
        )
    return from_text(found["facts"])


def _of_scope(scope: Scope) -> QuerySet[InvoiceRecord]:
    return InvoiceRecord.objects.filter(scope_kind=scope.kind, scope_key=scope.id)


def records_of(scopes: Iterable[Scope] | None) -> Iterator[QuerySet[InvoiceRecord]]:
    """Queries that together give the records of the scopes, or of all; one for each few hundred scopes.

    The kind is named beside the ids, because the index begins with it: without it every query reads the whole table.
    """
    if scopes is None:
        yield InvoiceRecord.objects.all()
        return
    for kind, keys in _portions(scopes):
        yield InvoiceRecord.objects.filter(scope_kind=kind, scope_key__in=keys)


def _portions(scopes: Iterable[Scope]) -> Iterator[tuple[ScopeKind, list[str]]]:
    """The ids of each kind, some hundred at once."""
    wanted: dict[ScopeKind, list[str]] = {}
    for scope in set(scopes):
        wanted.setdefault(scope.kind, []).append(scope.id)
    for kind in ScopeKind:
        keys = sorted(wanted.get(kind, ()))
        for first in range(0, len(keys), _AT_ONCE):
            yield kind, keys[first : first + _AT_ONCE]


def record_of(invoice: Invoice, scope: Scope, issued_at: datetime) -> InvoiceRecord:
    """The record in which a numbered invoice is kept."""
    country = invoice.seller.address.country
    text = to_text(invoice)
    return InvoiceRecord(
        number=invoice.number,
        document_type=invoice.document_type.value,
        kind=invoice.kind.value,
        edition=invoice.edition,
        refers_to=invoice.refers_to.number if invoice.refers_to else "",
        scope_kind=scope.kind.value,
        scope_key=scope.id,
        account_key=invoice.account_id,
        period_start=invoice.period.start,
        period_end=invoice.period.end,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        issued_at=issued_at,
        currency=invoice.currency,
        payable_minor=Money(invoice.totals.payable, invoice.currency).minor_units(country),
        with_tax_minor=Money(invoice.totals.with_tax, invoice.currency).minor_units(country),
        currency_decimals=currency_decimals(invoice.currency, country),
        total_unrounded=invoice.totals.unrounded,
        usage_sequence=invoice.as_of.usage_sequence,
        revision=invoice.as_of.revision,
        facts=text,
        facts_digest=digest_of(text),
    )


def summary(found: Mapping[str, Any]) -> IssuedInvoice:
    """What a list shows, from the columns named in `SUMMARY`."""
    payable = Decimal(found["payable_minor"]).scaleb(-found["currency_decimals"])
    return IssuedInvoice(
        number=found["number"],
        scope=Scope(ScopeKind(found["scope_kind"]), found["scope_key"]),
        account_id=found["account_key"],
        period=Period(found["period_start"], found["period_end"]),
        issue_date=found["issue_date"],
        due_date=found["due_date"],
        payable=Money(payable, found["currency"]),
        unrounded=Money(found["total_unrounded"], found["currency"]),
        as_of=AsOf(found["usage_sequence"], found["revision"]),
        document_type=DocumentType(found["document_type"]),
        kind=InvoiceKind(found["kind"]),
        edition=found["edition"],
        refers_to=found["refers_to"],
    )
