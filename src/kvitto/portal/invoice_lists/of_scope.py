"""The invoices of one scope: billing periods of a subscription or billing profile, documents of an enrollment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.language import Language, Phrase
from kvitto.money import EXACT, Money
from kvitto.portal.address_parts import address_of
from kvitto.portal.invoice_lists.asked import KIND_NAMES, KINDS, SORTS, Asked, asked_for, spans_of, types_of
from kvitto.portal.invoice_lists.documents import shown_documents
from kvitto.portal.invoice_lists.files import Files, files_of, kept_beside, usage_address
from kvitto.portal.invoices import other_languages
from kvitto.portal.offers import offer_name
from kvitto.portal.permission import person_of, why_not_in
from kvitto.portal.sharing import sharing_of
from kvitto.portal.spending_limit import limit_form_of
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.invoices import IssuedInvoice
from kvitto.runs.invoice_pages import documents_seen
from kvitto.runs.listed_periods import main_kind
from kvitto.runs.make_documents import KeptDocument
from kvitto.runs.period_rows import PeriodRow, period_rows
from kvitto.runs.subscription_state import state_of_scope

_ROWS = 24


@dataclass(frozen=True)
class ListedPeriod:
    """A row with its files. `unseen`: the rule that keeps its invoice from the reader; None if they may see it."""

    row: PeriodRow
    files: Files
    kind: Phrase | None
    unseen: Phrase | None


@require_safe
def subscription_invoices(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The billing periods of a subscription that is bought online; those of others are what they are invoiced with.

    One that moved under another agreement keeps the periods of before, and leads on to the later ones.
    """
    person, asked = person_of(request), Scope(ScopeKind.SUBSCRIPTION, id)
    history = gate.history_of(person, asked, Action.SEE_INVOICES)
    if history:
        return _invoices(request, history.scope, history)
    scope = gate.scope_for(person, asked, Action.SEE_INVOICES)
    return _invoices(request, scope) if scope.scope == asked else redirect(f"{address_of(scope)}invoices/")


@require_safe
def profile_invoices(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The billing periods of a billing profile."""
    scope = gate.scope_for(person_of(request), Scope(ScopeKind.BILLING_PROFILE, id), Action.SEE_INVOICES)
    return _invoices(request, scope)


@require_safe
def account_invoices(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The invoices and credit notes of an enrollment, and its billing periods without any."""
    scope = gate.scope_for(person_of(request), Scope(ScopeKind.BILLING_ACCOUNT, id), Action.SEE_INVOICES)
    return _invoices(request, scope)


def _invoices(request: HttpRequest, scope: InvoiceScope, history: gate.History | None = None) -> HttpResponse:
    person, types, spans = person_of(request), types_of(scope.agreement), spans_of(scope.agreement)
    asked = asked_for(request.GET, types=types, spans=spans)
    rows = [row for row in period_rows(settings.OFFICE, scope) if history is None or history.holds(row.period)]
    current = next((row for row in rows if row.is_current and row.kind is main_kind(scope)), None)
    ended = [row for row in rows if row is not current]
    context: dict[str, Any] = {
        "scope": scope,
        "scope_address": address_of(scope),
        "offer": offer_name(scope.subscription.offer, scope.agreement) if scope.subscription else None,
        "current": current,
        "types": types,
        "spans": spans,
        "asked": asked,
        "longest": spans[-1][0],
        "is_narrowed": bool(asked.type),
        "is_anything_older": len(ended) > len(_in_span(ended, scope, asked)),
        "chooses_all": request.GET.get("choose") == "all",
        "no_download": why_not_in(person, scope.scope, scope, Action.DOWNLOAD_INVOICE),
        "sharing": sharing_of(person, scope),
        "limit": limit_form_of(person, scope),
        "state": state_of_scope(settings.OFFICE, scope),
    }
    if scope.agreement is AgreementType.EA:
        return render(
            request, "portal/invoice_lists/enrollment.html", context | _documents(request, scope, asked, ended)
        )
    return render(request, "portal/invoices.html", context | _periods(request, scope, asked, ended))


def _periods(request: HttpRequest, scope: InvoiceScope, asked: Asked, ended: Sequence[PeriodRow]) -> dict[str, Any]:
    """What the table of billing periods shows."""
    person, rows = person_of(request), _in_span(ended, scope, asked)
    page = Paginator(rows, _ROWS).get_page(asked.page)
    issued = [row.invoice for row in rows if row.invoice]
    closed, unseen = gate.closed_invoices(person, scope, issued, Action.DOWNLOAD_INVOICE, Action.SEE_INVOICES)
    no_usage = why_not_in(person, scope.scope, scope, Action.DOWNLOAD_USAGE)
    kept = kept_beside(row.invoice for row in page.object_list)
    beside = _Beside(scope, kept, other_languages(scope.language), closed, unseen, has_usage=not no_usage)
    listed = [beside.listed(row) for row in page.object_list]
    return {
        "rows": listed,
        "page": page,
        "totals": _totals(row for row in rows if row.invoice and row.invoice.number not in unseen),
        "is_choosable": any(one.files.number for one in listed),
        "has_usage": not no_usage,
    }


@dataclass(frozen=True)
class _Beside:
    """What all rows of a page have in common."""

    scope: InvoiceScope
    kept: Mapping[str, Sequence[KeptDocument]]
    languages: Sequence[Language]
    closed: Mapping[str, Phrase]
    unseen: Mapping[str, Phrase]
    has_usage: bool

    def listed(self, row: PeriodRow) -> ListedPeriod:
        """The row with its files."""
        number = row.invoice.number if row.invoice else ""
        usage = usage_address(self.scope.scope, row.period.start, row.kind, row.invoice) if self.has_usage else ""
        return ListedPeriod(
            row,
            files_of(row.invoice, self.kept, usage=usage, languages=self.languages, is_closed=number in self.closed),
            None if row.kind is main_kind(self.scope) else KIND_NAMES[row.kind],
            self.unseen.get(number),
        )


def _documents(request: HttpRequest, scope: InvoiceScope, asked: Asked, ended: Sequence[PeriodRow]) -> dict[str, Any]:
    """What the table of documents shows, and why other periods have none."""
    wanted = asked.wanted(asked.days(settings.OFFICE, scope.agreement))
    found = documents_seen(settings.OFFICE, person_of(request), scope.scope, wanted, asked.page)
    return shown_documents(found, other_languages(scope.language)) | {
        "sorts": SORTS,
        "without": [row for row in _in_span(ended, scope, asked) if row.invoice is None],
    }


def _in_span(rows: Sequence[PeriodRow], scope: InvoiceScope, asked: Asked) -> list[PeriodRow]:
    """The rows of the chosen type that ended in the chosen time, or have not ended yet."""
    days = asked.days(settings.OFFICE, scope.agreement)
    kind = KINDS.get(asked.type)
    return [row for row in rows if (not days or row.period.end > days.start) and kind in {None, row.kind}]


def _totals(rows: Iterable[PeriodRow]) -> list[Money]:
    """What the invoices of the rows come to, less the credit notes, by currency."""
    found: dict[str, Decimal] = {}
    for row in rows:
        for one in (row.invoice, *row.others):
            if one:
                found[one.payable.currency] = EXACT.add(found.get(one.payable.currency, Decimal(0)), _signed(one))
    return [Money(amount, currency) for currency, amount in sorted(found.items())]


def _signed(document: IssuedInvoice) -> Decimal:
    amount = document.payable.amount
    return -amount if document.document_type is DocumentType.CREDIT_NOTE else amount
