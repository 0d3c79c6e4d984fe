"""The PDF of an invoice beside its page: the one file that a page of ours may hold, and no page of others.

It is fetched only when the reader asks to see it (`?pdf=`), because handing out a document is noted in the audit trail.
"""

from __future__ import annotations

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from kvitto.language import LANGUAGES
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.runs.make_documents import invoice_pdf as pdf_of

SHOWN = "pdf"  # in the address of an invoice's page: the language of the PDF to show, or "own" for the payer's
_OF_THE_FILE = {"default-src": [NONE], "object-src": [SELF], "frame-ancestors": [SELF]}
_OF_THE_PAGE = {"object-src": [SELF], "frame-src": [SELF]}


@require_safe
@xframe_options_sameorigin
def shown_pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """The same file as for download, to be shown in place."""
    language = _language(request)
    with audited_download(request, kind="invoice-pdf", number=number, language=language):
        record = gate.invoice_for(person_of(request), number, Action.DOWNLOAD_INVOICE)
        content = pdf_of(settings.OFFICE, record.number, language)
    answer = file_answer(content, f"{record.number}.pdf", "application/pdf")
    answer.headers["Content-Disposition"] = "inline"
    return csp_replace(_OF_THE_FILE)(lambda _request: answer)(request)


def asked_pdf(request: HttpRequest, number: str) -> str:
    """The address of the PDF that the page was asked to show; empty if it was not asked to."""
    wanted = request.GET.get(SHOWN, "")
    if not wanted:
        return ""
    language = wanted if wanted in LANGUAGES else ""
    return reverse("shown_pdf", args=[number]) + (f"?language={language}" if language else "")


def holding_pdf(request: HttpRequest, page: HttpResponse) -> HttpResponseBase:
    """The page, allowed to hold a PDF of ours."""
    return csp_update(_OF_THE_PAGE)(lambda _request: page)(request)


def _language(request: HttpRequest) -> str | None:
    wanted = request.GET.get("language", "")
    return wanted if wanted in LANGUAGES else None
