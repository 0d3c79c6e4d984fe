"""The start page: the search, where one stood last, what needs attention, and the latest invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.invoicing.absence import Absence
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Standing, Status
from kvitto.language import Phrase, phrases
from kvitto.periods import Period
from kvitto.portal.address_parts import INVOICE_PAGES
from kvitto.portal.frame import held_by_reader, last_path
from kvitto.portal.navigation import address_of_scope, entry_address
from kvitto.portal.partner.bought_through import bought_through
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.amounts_due import past_due
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import Person
from kvitto.records.payments import standings
from kvitto.records.reach import reached_invoices
from kvitto.records.scope_path import ScopePath
from kvitto.records.seen_invoices import seen_of
from kvitto.runs.copy_requests import waiting_for
from kvitto.runs.invoice_life.giving_back import legal_today
from kvitto.runs.period_rows import rows_of_scopes

_ROWS = 5


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice with how it stands."""

    invoice: IssuedInvoice
    standing: Standing
    status: Status


@dataclass(frozen=True)
class WithoutInvoice:
    """The latest ended period of the last scope that has no invoice, and why."""

    name: str
    address: str
    period: Period
    absence: Absence


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What somebody sees first."""
    person, held, path = person_of(request), held_by_reader(request), last_path(request)
    reached = reached_invoices(person)
    late = past_due(reached, legal_today(settings.OFFICE)).order_by("due_date", "number") if held else reached.none()
    latest = reached.filter(document_type=DocumentType.INVOICE).order_by("-issue_date", "-number")
    context = {
        "here": "home",
        "is_empty": not held,
        "path": None,
        "last": path and (name_of(path.value), kind_of(path.scope.kind, path.account), address_of_scope(path)),
        "last_invoices": entry_address("invoices", path) if path else "",
        "partners": bought_through(person, held),
        "late": _lines(seen_of(person, late, _ROWS, held)) if held else (),
        "without": _without_invoice(path) if path else None,
        "requests_waiting": _requests_waiting(person) if held else None,
        "recent": _lines(seen_of(person, latest, _ROWS, held)) if held else (),
    }
    return render(request, "portal/start.html", context)


def _requests_waiting(person: Person) -> Phrase | None:
    count = waiting_for(person)
    if not count:
        return None
    return phrases("{count} request waits for your answer.", "{count} requests wait for your answer.", count)


def _lines(invoices: Sequence[IssuedInvoice]) -> list[InvoiceLine]:
    standing, today = standings(invoices), legal_today(settings.OFFICE)
    return [InvoiceLine(one, standing[one.number], standing[one.number].status_on(today)) for one in invoices]


def _without_invoice(path: ScopePath) -> WithoutInvoice | None:
    """Of the scope one stood in last, because to say why means to rate the period."""
    own = _invoiced(path)
    scope = own_invoice_scope(own) if own else None
    if own is None or scope is None:
        return None
    rows = rows_of_scopes(settings.OFFICE, [scope], latest=2, main_only=True)[own]
    row = next((row for row in rows if not row.is_current), None)
    if row is None or row.absence is None:
        return None
    return WithoutInvoice(scope.name, reverse(INVOICE_PAGES[own.kind], args=[own.id]), row.period, row.absence)


def _invoiced(path: ScopePath) -> Scope | None:
    """What invoices are made for at or above the scope, if the person may see them."""
    for scope in path.lineage:
        is_invoiced = (
            (scope.kind is ScopeKind.SUBSCRIPTION and path.agreement is AgreementType.MOSP)
            or scope.kind is ScopeKind.BILLING_PROFILE
            or (scope.kind is ScopeKind.BILLING_ACCOUNT and path.agreement is AgreementType.EA)
        )
        if is_invoiced:
            return scope if path.may(Action.SEE_INVOICES, scope) else None
    return None
