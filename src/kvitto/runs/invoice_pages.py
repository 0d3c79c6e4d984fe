"""Lists of invoices and credit notes, page by page, as each form of agreement shows them (invoices.md §5).

Newest period first; in a period, the newest document first. An enrollment's list holds the last twelve months unless a
time span is asked for, and never more than three years: a rule of the list, not of what is kept (invoices.md §11).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kvitto.agreements.hierarchy import AgreementType, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Standing, Status
from kvitto.periods import MONTHS_IN_YEAR, ONE_DAY, Period, month_before
from kvitto.records.invoices import SUMMARY, IssuedInvoice, load, summary
from kvitto.records.links import Link, links_of
from kvitto.records.models import InvoiceRecord
from kvitto.records.payments import standings
from kvitto.runs.invoice_life.giving_back import legal_today
from kvitto.runs.office import Office

ROWS_OF_A_PAGE = 25
_EA_MONTHS, _EA_MOST_MONTHS = MONTHS_IN_YEAR, 3 * MONTHS_IN_YEAR


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; empty is everything. `ended_in`: the last day of the billing period lies in it."""

    ended_in: Period | None = None
    document_types: frozenset[DocumentType] = frozenset()
    kinds: frozenset[InvoiceKind] = frozenset()


@dataclass(frozen=True)
class DocumentRow:
    """One document: its date, number, period and total are those of `invoice`."""

    invoice: IssuedInvoice
    purchase_order: str
    standing: Standing
    status: Status
    links: tuple[Link, ...]


@dataclass(frozen=True)
class DocumentPage:
    """Some rows of a list; `number` counts from 1, and `pages` is at least 1."""

    rows: tuple[DocumentRow, ...]
    number: int
    pages: int
    count: int


def time_span(office: Office, agreement: AgreementType, months: int | None = None) -> Period | None:
    """The days in which a period must have ended to be listed; None for no limit.

    `months`: how many months back are asked for; the present one counts as none of them. An enrollment's default is 12
    and its limit 36; the other agreements have neither.
    """
    if agreement is AgreementType.EA:
        months = min(months or _EA_MONTHS, _EA_MOST_MONTHS)
    if months is None:
        return None
    today = legal_today(office)
    return Period(_months_before(today, months), today + ONE_DAY)


def documents_of_account(office: Office, account_id: str, wanted: Wanted, page: int = 1) -> DocumentPage:
    """The documents of all of a billing account."""
    return _page(office, InvoiceRecord.objects.filter(account_key=account_id), wanted, page)


def documents_of_scopes(office: Office, scopes: Collection[Scope], wanted: Wanted, page: int = 1) -> DocumentPage:
    """The documents of these invoice scopes: a MOSP subscription, some billing profiles, an enrollment."""
    by_kind: dict[str, list[str]] = {}
    for scope in scopes:
        by_kind.setdefault(scope.kind.value, []).append(scope.id)
    own = Q(pk__in=())
    for kind, keys in by_kind.items():
        own |= Q(scope_kind=kind, scope_key__in=keys)
    return _page(office, InvoiceRecord.objects.filter(own), wanted, page)


def _page(office: Office, records: QuerySet[InvoiceRecord], wanted: Wanted, page: int) -> DocumentPage:
    records = _filtered(records, wanted)
    count = records.count()
    pages = max(1, -(-count // ROWS_OF_A_PAGE))
    number = min(max(page, 1), pages)
    first = (number - 1) * ROWS_OF_A_PAGE
    ordered = records.order_by("-period_start", "-issued_at", "-number").values(*SUMMARY)
    found = [summary(row) for row in ordered[first : first + ROWS_OF_A_PAGE]]
    return DocumentPage(tuple(_rows(office, found)), number, pages, count)


def _filtered(records: QuerySet[InvoiceRecord], wanted: Wanted) -> QuerySet[InvoiceRecord]:
    if wanted.ended_in:  # the end of a period is the day after its last
        span = wanted.ended_in
        records = records.filter(period_end__gt=span.start, period_end__lte=span.end)
    if wanted.document_types:
        records = records.filter(document_type__in=wanted.document_types)
    if wanted.kinds:
        records = records.filter(kind__in=wanted.kinds)
    return records


def _rows(office: Office, found: Sequence[IssuedInvoice]) -> list[DocumentRow]:
    today, standing, links = legal_today(office), standings(found), links_of(one.number for one in found)
    return [
        DocumentRow(
            one,
            load(one.number).purchase_order,
            standing[one.number],
            standing[one.number].status_on(today),
            links.get(one.number, ()),
        )
        for one in found
    ]


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before the day's."""
    first = day.replace(day=1)
    for _ in range(months):
        first = month_before(first)
    return first
