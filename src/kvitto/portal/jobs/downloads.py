"""`/downloads/`: the files that were prepared for the reader, and fetching, removing or asking again for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from kvitto.agreements.hierarchy import Scope
from kvitto.language import phrase
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.jobs.rows import row_of
from kvitto.portal.permission import person_of
from kvitto.records.audit import Fact
from kvitto.records.gate import NotFound
from kvitto.records.jobs import JobState, spoil
from kvitto.records.models import Job
from kvitto.runs.jobs import mine
from kvitto.runs.jobs.invoice_files import ask_for_invoices, require_invoices
from kvitto.runs.jobs.job import INVOICE_FILES, USAGE_FILE
from kvitto.runs.jobs.prepared_files import read_prepared
from kvitto.runs.jobs.usage_file import ask_for_usage_file, asked_scope, require_usage_file

_ROWS = 20
_GONE = phrase("The file is no longer there. Prepare it again.")
_TYPES = {USAGE_FILE: "text/csv; charset=utf-8", INVOICE_FILES: "application/zip"}


@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    """The reader's files, newest first; looking at them is having seen them."""
    person = person_of(request)
    page = Paginator(mine.files_of(person), _ROWS).get_page(request.GET.get("page"))
    rows = [row_of(job) for job in page.object_list]
    mine.mark_seen(settings.OFFICE, person)
    context = {
        "here": "downloads",
        "rows": rows,
        "page": page,
        "is_open": any(row.is_open for row in rows),
        "new": sum(row.is_new and row.is_ready for row in rows),
    }
    return render(request, "portal/jobs/downloads.html", context)


@require_safe
def fetch(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The file, if the reader may have what is in it now; back to the list if it is not there to be had."""
    job = mine.files_of(person_of(request)).filter(pk=key).first()
    try:
        with audited_download(request, _scope_of(job), **_facts_of(job, key)):
            content = _content(request, job)
    except _NotThere:
        return redirect("downloads")
    assert job  # noqa: S101 - what is not there has no content
    return file_answer(content, job.result["name"], _TYPES[job.kind], size=job.result["bytes"])


@require_POST
def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a file off the list; one that is being prepared is prepared no further."""
    mine.remove(settings.OFFICE, mine.file_of(person_of(request), key))
    messages.success(request, str(phrase("The file was removed.")))
    return redirect("downloads")


@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask once more for a file that could not be prepared."""
    person = person_of(request)
    job = mine.file_of(person, key)
    person.look_from(job.parameters["directory"])
    if job.kind == USAGE_FILE:
        day = date.fromisoformat(job.parameters["day"])
        asked = ask_for_usage_file(settings.OFFICE, person, asked_scope(job.parameters), day)
    else:
        asked = ask_for_invoices(settings.OFFICE, person, require_invoices(person, job.parameters))
    if asked.pk != job.pk:
        mine.remove(settings.OFFICE, job)
    return redirect("downloads")


class _NotThere(Exception):  # noqa: N818 - not a fault
    """The file is not ready, or no longer there."""


def _content(request: HttpRequest, job: Job | None) -> Iterator[bytes]:
    if job is None:
        raise NotFound(phrase("There is no such file."))
    person = person_of(request)
    if job.kind == USAGE_FILE:
        require_usage_file(settings.OFFICE, person, job.parameters)
    else:
        require_invoices(person, job.parameters)
    if job.state != JobState.DONE:
        raise _NotThere
    content = read_prepared(settings.OFFICE, job.result)
    if content is None:
        spoil(job, _GONE)
        raise _NotThere
    return content


def _scope_of(job: Job | None) -> Scope | None:
    return asked_scope(job.parameters) if job and job.kind == USAGE_FILE else None


def _facts_of(job: Job | None, key: UUID) -> dict[str, Fact]:
    """What the audit trail keeps of it: which file, and of which period or how many invoices."""
    if job is None:
        return {"kind": "prepared-file", "job": str(key)}
    if job.kind == USAGE_FILE:
        return {"kind": "usage-csv", "period": job.parameters["day"], "job": str(key)}
    return {"kind": "invoices-zip", "invoices": len(job.parameters["numbers"]), "job": str(key)}
