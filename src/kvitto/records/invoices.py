"""Issuing, loading and listing invoices. The number and the facts are written in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.canonical import digest_of, from_text, to_text
from kvitto.invoicing.invoice import AsOf, DocumentType, Invoice, PreviousInvoice
from kvitto.invoicing.numbering import NUMBER_FORM, check_issue_date, document_number, series_name
from kvitto.language import phrase
from kvitto.money import Money, currency_decimals
from kvitto.periods import Period
from kvitto.records.audit import Door, Note, Result, note_many
from kvitto.records.models import InvoiceRecord, NumberSeries

_SUMMARY = (
    "number", "document_type", "kind", "edition", "refers_to", "scope_kind", "scope_key", "account_key", "period_start",
    "period_end", "issue_date", "due_date", "currency", "payable_minor", "currency_decimals", "total_unrounded",
    "usage_sequence", "revision",
)  # fmt: skip
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
class Issuing:
    """The result of `issue`: the document, and whether this call made it or found it made before."""

    invoice: IssuedInvoice
    is_new: bool


def issue(draft: Invoice, scope: Scope, letters: str, issued_at: datetime, number_form: str = NUMBER_FORM) -> Issuing:
    """Give the draft the next number of the seller's series and keep it for ever, in one transaction.

    `letters` name the seller's series of such documents. If there is one of the same type, kind and edition for the
    scope and period already, that one is given back and no number is taken. Raises `UnableToNumber` if the draft's
    issue date lies before the latest one in the series. Inside a transaction of the caller it is part of that.
    """
    with transaction.atomic():
        series = _locked_series(letters, draft.issue_date, number_form)
        made_before = issued_for(scope, draft.period, draft.document_type, draft.kind, draft.edition)
        if made_before:
            return Issuing(made_before, is_new=False)
        check_issue_date(series.name, _latest_issue_date(letters, series), draft.issue_date)
        series.latest_number += 1
        series.latest_issue_date = draft.issue_date
        series.save()
        number = document_number(letters, draft.issue_date, series.latest_number, number_form)
        invoice = replace(draft, number=number)
        record = _record_of(invoice, scope, issued_at)
        record.save(force_insert=True)
        note_many([issue_note(record)])
    return Issuing(_summary({name: getattr(record, name) for name in _SUMMARY}), is_new=True)


def issue_note(record: InvoiceRecord) -> Note:
    """What the audit trail tells of an issued document. Whoever issues many in a transaction notes them at its end."""
    return Note(
        "invoice.issue",
        Result.DONE,
        Door.RUN,
        record.issued_at,
        scope=Scope(ScopeKind(record.scope_kind), record.scope_key),
        facts={"number": record.number, "type": record.document_type, "facts_digest": record.facts_digest},
    )


def latest_issue_date(letters: str) -> date | None:
    """The latest issue date in the seller's series of all years; None before the first invoice."""
    latest: date | None = _of_letters(letters).aggregate(latest=Max("latest_issue_date"))["latest"]
    return latest


def issued_for(
    scope: Scope,
    period: Period,
    document_type: DocumentType = DocumentType.INVOICE,
    kind: InvoiceKind = InvoiceKind.SERVICES,
    edition: int = 1,
) -> IssuedInvoice | None:
    """The document of this type, kind and edition for this scope and period, if it was issued."""
    wanted = _of_scope(scope).filter(document_type=document_type, kind=kind, edition=edition)
    found = wanted.filter(period_start=period.start).values(*_SUMMARY).first()
    return _summary(found) if found else None


def previous_invoice(scope: Scope, period: Period) -> PreviousInvoice | None:
    """The invoice of the period that ended where this one begins, if it was issued."""
    found = _of_scope(scope).filter(period_end=period.start).values(*_SUMMARY).first()
    if not found:
        return None
    invoice = _summary(found)
    return PreviousInvoice(invoice.number, invoice.period, invoice.payable.amount)


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
        (_summary(found) for records in _of_scopes(scopes) for found in records.values(*_SUMMARY)),
        key=lambda invoice: (-invoice.period.start.toordinal(), invoice.number),
    )


def issued_called(number: str) -> IssuedInvoice:
    """What a list shows of the document of this number. Raises `NotIssued`."""
    found = InvoiceRecord.objects.filter(number=number).values(*_SUMMARY).first()
    if not found:
        raise NotIssued(phrase("There is no invoice {number}.", number=number))
    return _summary(found)


def load(number: str) -> Invoice:
    """All facts of the invoice. Raises `NotIssued` if there is none, `Altered` if its facts do not match its digest."""
    found = InvoiceRecord.objects.filter(number=number).values("number", "facts", "facts_digest").first()
    if not found:
        raise NotIssued(phrase("There is no invoice {number}.", number=number))
    return _intact(found)


def load_all(scopes: Iterable[Scope] | None = None) -> Iterator[Invoice]:
    """All facts of the invoices of these scopes, or of all, by number. Raises `Altered` as `load` does."""
    for records in _of_scopes(scopes):
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
    expected = _record_of(from_text(record.facts), scope, record.issued_at)
    return all(getattr(expected, name) == getattr(record, name) for name in _SUMMARY)


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


def _locked_series(letters: str, issue_date: date, number_form: str) -> NumberSeries:
    """The series' row, held until the transaction ends; SQLite's immediate transaction holds the whole database."""
    name = series_name(letters, issue_date, number_form)
    NumberSeries.objects.get_or_create(name=name, defaults={"latest_number": 0, "latest_issue_date": issue_date})
    return NumberSeries.objects.select_for_update().get(name=name)


def _latest_issue_date(letters: str, locked: NumberSeries) -> date:
    return max(latest_issue_date(letters) or locked.latest_issue_date, locked.latest_issue_date)


def _of_letters(letters: str) -> QuerySet[NumberSeries]:
    """The seller's series of all years, as far as they have invoices."""
    own = Q(name=letters) | Q(name__startswith=f"{letters}-")
    return NumberSeries.objects.filter(own, latest_number__gt=0)


def _of_scope(scope: Scope) -> QuerySet[InvoiceRecord]:
    return InvoiceRecord.objects.filter(scope_kind=scope.kind, scope_key=scope.id)


def _of_scopes(scopes: Iterable[Scope] | None) -> Iterator[QuerySet[InvoiceRecord]]:
    """Queries that together give the records of the scopes; the number of queries grows with hundreds of them only."""
    if scopes is None:
        yield InvoiceRecord.objects.all()
        return
    wanted = set(scopes)
    for kind in ScopeKind:
        keys = sorted(scope.id for scope in wanted if scope.kind is kind)
        for first in range(0, len(keys), _AT_ONCE):
            yield InvoiceRecord.objects.filter(scope_kind=kind, scope_key__in=keys[first : first + _AT_ONCE])


def _record_of(invoice: Invoice, scope: Scope, issued_at: datetime) -> InvoiceRecord:
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


def _summary(found: Mapping[str, Any]) -> IssuedInvoice:
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
