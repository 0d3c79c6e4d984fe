"""Asking for files: the usage of a large period, and several invoices at once."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.permission import person_of
from kvitto.portal.reader import page_before
from kvitto.records.audit import Door
from kvitto.records.audited import audited
from kvitto.records.jobs import TooManyJobs
from kvitto.runs.jobs.invoice_files import UnableToPack, ask_for_invoices, choose, packed
from kvitto.runs.jobs.usage_file import ask_for_usage_file


@require_POST
def prepare_usage(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Prepare the usage file of a period in the background, and show how far it is."""
    person, asked, now = person_of(request), Scope(kind, id), settings.OFFICE.now
    facts = {"kind": "usage-csv", "period": day.isoformat()}
    with audited("document.prepare", door=Door.PORTAL, now=now, who=person.id, scope=asked, facts=facts):
        try:
            ask_for_usage_file(settings.OFFICE, person, asked, day)
        except TooManyJobs as error:
            messages.warning(request, str(error.phrase))
    return redirect("downloads")


@require_POST
def invoice_files(request: HttpRequest) -> HttpResponseBase:
    """The chosen invoices (`number`, once for each; `usage` for their usage files too) as one ZIP archive.

    A few come at once; many, or with usage, are prepared in the background.
    """
    person, numbers = person_of(request), request.POST.getlist("number")
    try:
        with audited_download(request, kind="invoices-zip", invoices=len(numbers)):
            chosen = choose(person, numbers, with_usage=request.POST.get("usage") == "on")
            if chosen.is_small:
                content = b"".join(packed(settings.OFFICE, chosen))
                return file_answer(content, chosen.name, "application/zip")
            ask_for_invoices(settings.OFFICE, person, chosen)
    except (UnableToPack, TooManyJobs) as error:
        messages.warning(request, str(error.phrase))
        return HttpResponseRedirect(page_before(request))
    return redirect("downloads")
