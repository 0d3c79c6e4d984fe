"""Invoices: the billing periods of a subscription or billing profile, one invoice, and its PDF."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.documents import words
from kvitto.invoicing.status import day_in
from kvitto.language import LANGUAGES, Language, phrase
from kvitto.portal.access.viewers_link import shows_viewers
from kvitto.portal.address_parts import address_of
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.invoice_family import DOCUMENT_TITLES, related_to
from kvitto.portal.invoice_sheet import known_sheet, lines_between
from kvitto.portal.invoice_usage import has_own_usage_file
from kvitto.portal.offers import offer_name
from kvitto.portal.permission import person_of, why_no_invoice_file, why_not_in
from kvitto.portal.sharing import sharing_of
from kvitto.portal.spending_limit import limit_form_of
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.gate import Action
from kvitto.records.invoices import issued_called, load
from kvitto.records.payments import standing_of
from kvitto.runs.listed_periods import main_kind
from kvitto.runs.make_documents import document, documents_of, kept_documents, voided_by
from kvitto.runs.make_documents import invoice_pdf as pdf_of
from kvitto.runs.period_rows import period_rows
from kvitto.runs.subscription_state import state_of_scope

_ROWS = 24
_LINES = 500  # of an invoice on one page


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
    """The billing periods of an enrollment."""
    scope = gate.scope_for(person_of(request), Scope(ScopeKind.BILLING_ACCOUNT, id), Action.SEE_INVOICES)
    return _invoices(request, scope)


@require_safe
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """One issued invoice: its amount, its sections and lines, and who it is between."""
    person = person_of(request)
    record = gate.invoice_for(person, number, Action.SEE_INVOICES)
    facts = load(record.number)
    sheet = known_sheet(facts, record.facts_digest)
    count = sum(len(section.lines) for section in sheet.sections)
    page = Paginator(range(count), _LINES).get_page(request.GET.get("page"))
    scope = own_invoice_scope(Scope(ScopeKind(record.scope_kind), record.scope_key))
    assert scope  # noqa: S101 - the gate found where the invoice stands
    today = day_in(scope.seller.time_zone, settings.OFFICE.now())
    standing = standing_of(issued_called(record.number))
    voided = voided_by(record.number)
    context = {
        "scope": scope,
        "scope_address": address_of(scope),
        "invoice": facts,
        "status": standing.status_on(today),
        "standing": standing,
        "sheet": sheet,
        "page": page,
        "sections": lines_between(sheet, page.start_index() - 1, page.end_index()) if count else sheet.sections,
        "voided": voided,
        "void_notice": words.void_notice(voided.credit_note, voided.replaced_by) if voided else None,
        "related": related_to(person, record.number),
        "languages": other_languages(facts.language),
        "no_download": why_no_invoice_file(person, record.number),
        "shows_viewers": shows_viewers(request, scope),
    }
    if not context["no_download"]:
        context["documents"] = [(kept, DOCUMENT_TITLES[kept.kind]) for kept in kept_documents(record.number)]
        context["has_usage_file"] = has_own_usage_file(person, facts)
    return render(request, "portal/invoice.html", context)


@require_safe
def invoice_pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """The invoice as a PDF, or with `?language=` a copy in another language."""
    wanted = request.GET.get("language", "")
    language = wanted if wanted in LANGUAGES else None
    with audited_download(request, kind="invoice-pdf", number=number, language=language):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_INVOICE)
        content = pdf_of(settings.OFFICE, record.number, language)
    suffix = f"-{language}" if language else ""
    return file_answer(content, f"{record.number}{suffix}.pdf", "application/pdf")


@require_safe
def invoice_document(request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    """A stored document of the invoice, by its name."""
    with audited_download(request, kind=name, number=number):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_INVOICE)
        known = {one.name: one for one in documents_of(settings.OFFICE, record.number)}
        if name not in known:
            raise gate.NotFound(phrase("Invoice {number} has no such document.", number=record.number))
        content = document(settings.OFFICE, record.number, name)
    kept = known[name]
    return file_answer(content, kept.file_name, "text/csv" if kept.kind.is_csv else "application/pdf")


def other_languages(payers: str) -> list[Language]:
    """The languages in which a PDF is a copy: all but the payer's."""
    return [language for code, language in LANGUAGES.items() if code != payers]


def _invoices(request: HttpRequest, scope: InvoiceScope, history: gate.History | None = None) -> HttpResponse:
    person = person_of(request)
    rows = [row for row in period_rows(settings.OFFICE, scope) if history is None or history.holds(row.period)]
    current = next((row for row in rows if row.is_current and row.kind is main_kind(scope)), None)
    page = Paginator([row for row in rows if row is not current], _ROWS).get_page(request.GET.get("page"))
    listed = [row.invoice for row in page.object_list if row.invoice]
    closed, unseen = gate.closed_invoices(person, scope, listed, Action.DOWNLOAD_INVOICE, Action.SEE_INVOICES)
    context = {
        "scope": scope,
        "scope_address": address_of(scope),
        "offer": offer_name(scope.subscription.offer, scope.agreement) if scope.subscription else None,
        "current": current,
        "rows": page.object_list,
        "page": page,
        "languages": other_languages(scope.language),
        "no_download": why_not_in(person, scope.scope, scope, Action.DOWNLOAD_INVOICE),
        "closed": closed,
        "unseen": unseen,
        "sharing": sharing_of(person, scope),
        "limit": limit_form_of(person, scope),
        "state": state_of_scope(settings.OFFICE, scope),
    }
    return render(request, "portal/invoices.html", context)
