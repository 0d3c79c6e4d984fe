"""All transactions of a billing profile, or of an account that has some: as a page, and as a CSV file."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.documents.transaction_list import transaction_list_csv
from kvitto.invoicing.transactions import PENDING, TransactionType
from kvitto.money import Money, total
from kvitto.portal.audited import audited_download
from kvitto.portal.billing.below import parts_below
from kvitto.portal.downloads import file_answer
from kvitto.portal.navigation import open_entry
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.portal.search.asked import Asked
from kvitto.portal.typed_days import typed_day
from kvitto.records.reach import current
from kvitto.runs.transactions import TransactionPage, Wanted, all_transactions, transactions

_MOST_OFFERED = 100  # sections that the filter offers by name; one of more is asked for by its id
_SECTIONS = (ScopeKind.INVOICE_SECTION, ScopeKind.CUSTOMER)


@require_safe
def transactions_page(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """What is pending first, then what is invoiced, newest first; some rows at a time."""
    person, scope = person_of(request), Scope(kind, id)
    path = open_entry(person, scope, "transactions")
    wanted, asked_page = _wanted(request.GET), request.GET.get("page", "")[:200]
    found = transactions(settings.OFFICE, person, scope, wanted, asked_page)
    context = {
        "path": path,
        "here": "transactions",
        "name": name_of(path.value),
        "kind": kind_of(kind, path.account),
        "rows": found.rows,
        "pending_usage": found.pending_usage,
        "pending_total": _sums([one.amount for one in found.pending_usage]),
        "sums": _sums_of_all(found) if wanted.is_filtered and not asked_page else [],
        "next_page": found.next_page,
        "is_first": not asked_page,
        "wanted": wanted,
        "days": {name: typed_day(request.GET.get(name, "")) for name in ("from", "to")},
        "types": [(one.value, one.said) for one in TransactionType],
        "sections": _sections(scope),
        "is_partner": path.agreement is AgreementType.MPA,
        "has_profiles": kind is ScopeKind.BILLING_ACCOUNT,
        "pending": PENDING,
        "moment": settings.OFFICE.now(),
        "file": f"{kind.value}_transactions_csv",
    }
    return render(request, "portal/money/transactions.html", context)


@require_GET
def transactions_file(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The same, all of it, as the filters narrow it."""
    person, scope = person_of(request), Scope(kind, id)
    with audited_download(request, scope, kind="transactions-csv"):
        open_entry(person, scope, "transactions")
        rows = all_transactions(settings.OFFICE, person, scope, _wanted(request.GET))
    return file_answer(transaction_list_csv(rows), f"transactions-{id}.csv", "text/csv; charset=utf-8")


def _wanted(query: QueryDict) -> Wanted:
    """What the address asks for; what cannot be meant asks for nothing."""
    types = {one.value: one for one in TransactionType}
    invoice = Asked.typed(query.get("invoice", "")).text
    return Wanted(
        invoice=PENDING if invoice.casefold() == PENDING.casefold() else invoice.upper(),
        section=Asked.typed(query.get("section", "")).text,
        type=types.get(query.get("type", "")),
        first_day=typed_day(query.get("from", "")).day,
        last_day=typed_day(query.get("to", "")).day,
    )


def _sections(scope: Scope) -> list[tuple[str, str]]:
    """The id and name of each section (of a partner: customer) that the filter offers; none if there are too many."""
    profiles = [scope.id]
    if scope.kind is ScopeKind.BILLING_ACCOUNT:
        below = parts_below(scope, ScopeKind.BILLING_PROFILE)[: _MOST_OFFERED + 1]
        profiles = [row.key for row in below]
    found = [
        (row.key, str(row.facts["name"]))
        for kind in _SECTIONS
        for row in current(kind).filter(parent__in=profiles).order_by("key")[: _MOST_OFFERED + 1]
    ]
    if len(profiles) > _MOST_OFFERED or len(found) > _MOST_OFFERED:
        return []
    return sorted(found, key=lambda one: (one[1].casefold(), one[0]))


def _sums_of_all(found: TransactionPage) -> list[Money]:
    """What everything comes to, by currency, if all of it stands on this page."""
    return [] if found.next_page else _sums([row.amount for row in found.rows])


def _sums(amounts: list[Money]) -> list[Money]:
    currencies = sorted({one.currency for one in amounts})
    return [total((one for one in amounts if one.currency == currency), currency) for currency in currencies]
