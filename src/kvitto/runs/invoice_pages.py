"""Lists of invoices and credit notes, page by page, as each form of agreement shows them (invoices.md §5).

    documents_seen(office, person, scope, wanted, page) -> DocumentPage

Newest period first; in a period, the newest document first. An enrollment's list holds the last twelve months unless a
time span is asked for, and never more than three years: a rule of the list, not of what is kept (invoices.md §11);
`time_span` gives the days to ask for. `documents_open` is the list of everything that is open to a person. The list of
a subscription that is bought online shows billing periods, also those without an invoice: that is `runs.period_rows`,
of which this knows the documents alone.

`documents_seen` and `documents_open` go through the gate; whoever calls the others has to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, When
from django.db.models.expressions import OrderBy

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Standing, Status
from kvitto.language import Phrase
from kvitto.money import Money
from kvitto.periods import MONTHS_IN_YEAR, ONE_DAY, Period, month_before
from kvitto.records import gate
from kvitto.records.amounts_due import in_status, totals_of
from kvitto.records.invoices import SUMMARY, IssuedInvoice, purchase_orders, summary
from kvitto.records.links import Link, links_of
from kvitto.records.models import InvoiceRecord, Person
from kvitto.records.open_invoices import open_invoices
from kvitto.records.payments import standings
from kvitto.runs.invoice_life.giving_back import legal_today
from kvitto.runs.office import Office

ROWS_OF_A_PAGE = 25
_EA_MONTHS, _EA_MOST_MONTHS = MONTHS_IN_YEAR, 3 * MONTHS_IN_YEAR


class Order(StrEnum):
    """How a list is put in order; each currency stands by itself where amounts decide."""

    NEWEST = ""
    HIGHEST = "highest"
    LOWEST = "lowest"
    FIRST_DUE = "due"


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; empty is everything. `ended_in`: the last day of the billing period lies in it.

    `number`: how the document's number begins; `of`: the id of what it is made for. `order`: what comes first.
    """

    ended_in: Period | None = None
    document_types: frozenset[DocumentType] = frozenset()
    kinds: frozenset[InvoiceKind] = frozenset()
    status: Status | None = None
    number: str = ""
    of: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True)
class DocumentRow:
    """One document: its date, number, period and total are those of `invoice`.

    `purchase_order`: of an enrollment's, whose list has that column. `closed`: the rule by which the reader may not
    download it, such as its age; None if they may. `name`: of what it is made for. `has_usage`: the reader may have the
    usage behind it as a file, if there is one.
    """

    invoice: IssuedInvoice
    purchase_order: str
    standing: Standing
    status: Status
    links: tuple[Link, ...]
    closed: Phrase | None = None
    name: str = ""
    has_usage: bool = False


@dataclass(frozen=True)
class DocumentPage:
    """Some rows of a list; `number` counts from 1, and `pages` is at least 1.

    `totals`: what the invoices of all pages come to, less the credit notes, by currency.
    """

    rows: tuple[DocumentRow, ...]
    number: int
    pages: int
    count: int
    totals: tuple[Money, ...] = ()


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


def documents_seen(office: Office, person: Person, scope: Scope, wanted: Wanted, page: int = 1) -> DocumentPage:
    """The documents of an account, billing profile, enrollment or subscription that this person may see.

    A subscription that is invoiced together with others shows the documents of its billing profile or enrollment; of
    one that had several owners, those of the accounts whose invoices the person may see. Raises `gate.NotFound` or
    `gate.Refused`.
    """
    return _for(person, _page(office, _seen(person, scope), wanted, page))


def documents_open(office: Office, everything: gate.Everything, wanted: Wanted, page: int = 1) -> DocumentPage:
    """The documents of everything that is open to a person."""
    return _for(everything.asker.person, _page(office, open_invoices(everything), wanted, page))


def _for(person: Person, found: DocumentPage) -> DocumentPage:
    """With what the person may do with each document; one they may not see after all is left out."""
    around = {place for row in found.rows for place in _places(row.invoice)}
    asker = gate.Asker.around(person, *sorted(around, key=lambda one: (one.kind, one.id)))
    rows = (_told(asker, row) for row in found.rows if not asker.why_closed(row.invoice, Action.SEE_INVOICES))
    return replace(found, rows=tuple(rows))


def _told(asker: gate.Asker, row: DocumentRow) -> DocumentRow:
    scope = asker.view.tree.own_invoice_scope(row.invoice.scope)
    return replace(
        row,
        closed=asker.why_closed(row.invoice, Action.DOWNLOAD_INVOICE),
        name=scope.name if scope else "",
        has_usage=not asker.why_closed(row.invoice, Action.DOWNLOAD_USAGE),
    )


def _places(invoice: IssuedInvoice) -> tuple[Scope, Scope]:
    return invoice.scope, Scope(ScopeKind.BILLING_ACCOUNT, invoice.account_id)


def _seen(person: Person, scope: Scope) -> QuerySet[InvoiceRecord]:
    if scope.kind is ScopeKind.BILLING_ACCOUNT:
        gate.require(person, scope, Action.SEE_INVOICES)
        return InvoiceRecord.objects.filter(account_key=scope.id)
    if history := gate.history_of(person, scope, Action.SEE_INVOICES):
        return _of(scope).filter(account_key__in=history.accounts)
    whole = gate.scope_for(person, scope, Action.SEE_INVOICES)
    return _of(whole.scope).filter(account_key=whole.account.id)


def _of(scope: Scope) -> QuerySet[InvoiceRecord]:
    return InvoiceRecord.objects.filter(scope_kind=scope.kind, scope_key=scope.id)


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
    records = _filtered(records, wanted, legal_today(office))
    count = records.count()
    pages = max(1, -(-count // ROWS_OF_A_PAGE))
    number = min(max(page, 1), pages)
    first = (number - 1) * ROWS_OF_A_PAGE
    ordered = records.order_by(*_ORDERS[wanted.order], "-period_start", "-issued_at", "-number").values(*SUMMARY)
    found = [summary(row) for row in ordered[first : first + ROWS_OF_A_PAGE]]
    return DocumentPage(tuple(_rows(office, found)), number, pages, count, totals_of(records))


_AMOUNT = Case(
    When(document_type=DocumentType.CREDIT_NOTE, then=-F("payable_minor")),
    default=F("payable_minor"),
    output_field=BigIntegerField(),
)
_ORDERS: Mapping[Order, tuple[OrderBy | str, ...]] = {
    Order.NEWEST: (),
    Order.HIGHEST: ("currency", _AMOUNT.desc()),
    Order.LOWEST: ("currency", _AMOUNT.asc()),
    Order.FIRST_DUE: ("due_date",),
}


def _filtered(records: QuerySet[InvoiceRecord], wanted: Wanted, today: date) -> QuerySet[InvoiceRecord]:
    if wanted.ended_in:  # the end of a period is the day after its last
        span = wanted.ended_in
        records = records.filter(period_end__gt=span.start, period_end__lte=span.end)
    if wanted.document_types:
        records = records.filter(document_type__in=wanted.document_types)
    if wanted.kinds:
        records = records.filter(kind__in=wanted.kinds)
    if wanted.number:
        records = records.filter(number__istartswith=wanted.number)
    if wanted.of:
        records = records.filter(scope_key=wanted.of)
    return in_status(records, wanted.status, today) if wanted.status else records


def _rows(office: Office, found: Sequence[IssuedInvoice]) -> list[DocumentRow]:
    today, standing, links = legal_today(office), standings(found), links_of(one.number for one in found)
    orders = purchase_orders(one.number for one in found if one.scope.kind is ScopeKind.BILLING_ACCOUNT)
    return [
        DocumentRow(
            one,
            orders.get(one.number, ""),
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
