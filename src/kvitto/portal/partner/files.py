"""The files of Partner Center: invoices, reconciliation files and daily-rated usage."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET, require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.parts import part_of
from kvitto.language import phrase
from kvitto.periods import Period
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.in_force import invoice_in_force
from kvitto.records.models import InvoiceRecord
from kvitto.runs.asked_period import asked_period
from kvitto.runs.make_documents import invoice_pdf as pdf_of
from kvitto.runs.partner.files import NotOfPartner, daily_rated_file, reconciliation_file

_CSV = "text/csv; charset=utf-8"


@require_safe
def invoice_pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """The invoice, for whoever may have the files beside it."""
    with audited_download(request, kind="invoice-pdf", number=number):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_RECONCILIATION)
        content = pdf_of(settings.OFFICE, record.number)
    return file_answer(content, f"{record.number}.pdf", "application/pdf")


@require_GET
def invoice_reconciliation(request: HttpRequest, number: str) -> HttpResponseBase:
    """The lines of an invoice or credit note."""
    with audited_download(request, kind="partner-reconciliation", number=number):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_RECONCILIATION)
        content = reconciliation_file(record.number)
    return file_answer(content, f"{record.number}-reconciliation.csv", _CSV)


@require_GET
def invoice_daily_rated(request: HttpRequest, number: str) -> HttpResponseBase:
    """The usage behind the invoice that stands for its month, day by day."""
    with audited_download(request, kind="partner-daily-rated", number=number):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_DAILY_RATED_USAGE)
        scope = own_invoice_scope(Scope(ScopeKind(record.scope_kind), record.scope_key))
        if scope is None or not _stands(record):
            raise NotOfPartner(
                phrase(
                    "{number} has no daily-rated usage of its own: that is with the invoice which stands for the"
                    " month. Its lines are in its reconciliation file.",
                    number=record.number,
                )
            )
        content = daily_rated_file(settings.OFFICE, scope, Period(record.period_start, record.period_end))
    return file_answer(content, f"{record.number}-daily-rated.csv", _CSV)


@require_GET
def customer_daily_rated(request: HttpRequest, id: str, day: date) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The usage of one customer in the month that begins on the day, also before there is an invoice."""
    asked = Scope(ScopeKind.CUSTOMER, id)
    with audited_download(request, asked, kind="partner-daily-rated", period=day.isoformat()):
        action = Action.DOWNLOAD_DAILY_RATED_USAGE
        found = asked_period(settings.OFFICE, person_of(request), asked, day, action)
        content = daily_rated_file(settings.OFFICE, found.scope, found.period)
    return file_answer(content, f"daily-rated-{id}-{day.isoformat()}.csv", _CSV)


@require_GET
def customer_reconciliation(request: HttpRequest, id: str, number: str) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The lines of an invoice that are one customer's."""
    asked = Scope(ScopeKind.CUSTOMER, id)
    with audited_download(request, asked, kind="partner-reconciliation", number=number):
        found = gate.scope_for(person_of(request), asked, Action.DOWNLOAD_RECONCILIATION)
        profile = part_of(found, asked).scope
        own = InvoiceRecord.objects.filter(scope_kind=profile.kind.value, scope_key=profile.id)
        if not number.isprintable() or not own.filter(number=number).exists():
            raise gate.NotFound(phrase("There is no invoice {number} that you could see.", number=number))
        content = reconciliation_file(number, customer_id=id)
    return file_answer(content, f"{number}-reconciliation-{id}.csv", _CSV)


def _stands(record: InvoiceRecord) -> bool:
    scope = Scope(ScopeKind(record.scope_kind), record.scope_key)
    kind = InvoiceKind(record.kind)
    standing = (
        invoice_in_force(scope, Period(record.period_start, record.period_end), kind)
        if kind is InvoiceKind.SERVICES
        else None
    )
    return standing is not None and standing.number == record.number
