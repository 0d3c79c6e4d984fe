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
from kvitto.portal.usage_asked import asked_in
from kvitto.portal.usage_page import context_of
from kvitto.records.gate import Action
from kvitto.runs.asked_period import asked_period
from kvitto.runs.chosen_usage import chosen_usage_csv
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
    """The same usage as a file, or what the filters in the address let pass of it.

    The whole of a large period is prepared first: then this is the page on which one asks for it.
    """
    asked, chosen = Scope(kind, id), asked_in(request.GET)
    facts = {"kind": "chosen-usage-csv" if chosen.is_filtered else "usage-csv", "period": day.isoformat()}
    try:
        with audited_download(request, asked, **facts):
            found = asked_period(settings.OFFICE, person_of(request), asked, day, Action.DOWNLOAD_USAGE)
            if chosen.is_filtered:
                content = chosen_usage_csv(settings.OFFICE, found.scope, found.period, chosen)
            elif is_large(settings.OFFICE, found.scope, found.period):
                raise _Large  # noqa: TRY301 - leaves the block in which a file is handed out
            else:
                content = usage_csv(settings.OFFICE, found.scope, found.period)
    except _Large:
        context = {"standing": asked, "name": name_of_part(found.scope, asked), "period": found.period}
        return render(request, "portal/jobs/large.html", context)
    name = f"usage-{asked.id}-{found.period.start.isoformat()}{'-chosen' if chosen.is_filtered else ''}.csv"
    return file_answer(content, name, "text/csv; charset=utf-8")


class _Large(Exception):  # noqa: N818 - not a fault
    """The file is not handed out at once: it is prepared first."""
