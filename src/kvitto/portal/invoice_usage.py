"""The usage behind one document as a file; of a document about late usage, what came late."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from kvitto.invoicing.invoice import Invoice
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.models import Person
from kvitto.runs.correction_usage import corrects_only
from kvitto.runs.invoice_usage import NoUsageFile, invoice_usage_csv
from kvitto.runs.make_documents import UsageFile


@require_GET
def invoice_usage_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """The file, for those who may have both the document and its usage."""
    with audited_download(request, kind="usage-csv", number=number):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_INVOICE)
        gate.invoice_for(person_of(request), number, Action.DOWNLOAD_USAGE)
        content = _usage_of(record.number)
    return file_answer(content, f"{record.number}-usage.csv", "text/csv; charset=utf-8")


def has_own_usage_file(person: Person, invoice: Invoice) -> bool:
    """True if the person may have the usage file of this document, and it is not the one of its period."""
    if not corrects_only(invoice):
        return False
    try:
        gate.invoice_for(person, invoice.number, Action.DOWNLOAD_USAGE)
    except (gate.Refused, gate.NotFound):
        return False
    return True


def _usage_of(number: str) -> UsageFile:
    try:
        return invoice_usage_csv(settings.OFFICE, number)
    except NoUsageFile as none:
        raise gate.NotFound(none.phrase) from none
