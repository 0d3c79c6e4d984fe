"""One invoice: its page, its PDF and its other documents."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.agreements.hierarchy import Scope, ScopeKind
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
from kvitto.portal.money.invoice_payments import invoice_payments
from kvitto.portal.money.shown_pdf import asked_pdf, holding_pdf
from kvitto.portal.permission import person_of, why_no_invoice_file
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.gate import Action
from kvitto.records.invoices import issued_called, load
from kvitto.records.payments import standing_of
from kvitto.runs.make_documents import document, documents_of, kept_documents, voided_by
from kvitto.runs.make_documents import invoice_pdf as pdf_of

_LINES = 100  # of an invoice on one page


@require_safe
def invoice(request: HttpRequest, number: str) -> HttpResponseBase:
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
        "money": invoice_payments(person, record.number, scope.scope),
    }
    if not context["no_download"]:
        context["documents"] = [(kept, DOCUMENT_TITLES[kept.kind]) for kept in kept_documents(record.number)]
        context["has_usage_file"] = has_own_usage_file(person, facts)
        context["shown_pdf"] = asked_pdf(request, record.number)
    shown = render(request, "portal/invoice.html", context)
    return holding_pdf(request, shown) if context.get("shown_pdf") else shown


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
