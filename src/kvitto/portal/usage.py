"""Daily usage of a billing period: as a page, and as a CSV file."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.parts import name_of_part
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.permission import person_of
from kvitto.portal.usage_page import context_of
from kvitto.records.gate import Action
from kvitto.runs.asked_period import asked_period
from kvitto.runs.jobs.usage_file import is_large
from kvitto.runs.make_documents import usage_csv


@require_safe
def usage_page(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The usage of a subscription, section, department … in the billing period that begins on the day."""
    asked = Scope(kind, id)
    found = asked_period(settings.OFFICE, person_of(request), asked, day, Action.SEE_CHARGES)
    at = found.periods.index(found.period)
    neighbours = {"earlier": found.periods[at - 1] if at else None, "later": dict(enumerate(found.periods)).get(at + 1)}
    return render(request, "portal/period.html", context_of(request, asked, found.scope, found.period) | neighbours)


@require_GET
def usage_file(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The same usage as a file; of a large period, the page on which it can be prepared."""
    asked = Scope(kind, id)
    try:
        with audited_download(request, asked, kind="usage-csv", period=day.isoformat()):
            found = asked_period(settings.OFFICE, person_of(request), asked, day, Action.DOWNLOAD_USAGE)
            if is_large(settings.OFFICE, found.scope, found.period):
                raise _Large  # noqa: TRY301 - leaves the block in which a file is handed out
            content = usage_csv(settings.OFFICE, found.scope, found.period)
    except _Large:
        context = {"standing": asked, "name": name_of_part(found.scope, asked), "period": found.period}
        return render(request, "portal/jobs/large.html", context)
    return file_answer(content, f"usage-{asked.id}-{found.period.start.isoformat()}.csv", "text/csv; charset=utf-8")


class _Large(Exception):  # noqa: N818 - not a fault
    """The file is not handed out at once: it is prepared first."""
