"""Daily usage of a billing period: as a page, and as a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.periods import Period
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.parts import part_of
from kvitto.portal.permission import person_of
from kvitto.portal.usage_page import context_of
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.runs.listed_periods import begun_periods
from kvitto.runs.make_documents import usage_csv


@require_safe
def usage_page(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The usage of a subscription, section, department … in the billing period that begins on the day."""
    asked = Scope(kind, id)
    scope, periods, period = _loaded(request, asked, day, Action.SEE_CHARGES)
    at = periods.index(period)
    neighbours = {"earlier": periods[at - 1] if at else None, "later": dict(enumerate(periods)).get(at + 1)}
    return render(request, "portal/period.html", context_of(request, asked, scope, period) | neighbours)


@require_GET
def usage_file(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The same usage as a file."""
    asked = Scope(kind, id)
    with audited_download(request, asked, kind="usage-csv", period=day.isoformat()):
        scope, _, period = _loaded(request, asked, day, Action.DOWNLOAD_USAGE)
        content = usage_csv(settings.OFFICE, scope, period)
    return file_answer(content, f"usage-{asked.id}-{period.start.isoformat()}.csv", "text/csv; charset=utf-8")


def _loaded(
    request: HttpRequest, asked: Scope, day: date, action: Action
) -> tuple[InvoiceScope, Sequence[Period], Period]:
    """What was asked for and the person may see, its periods, and the one of the day; Http404 if none begins then.

    Of a subscription that stood under several accounts, each period is that account's who is invoiced for it.
    """
    person = person_of(request)
    history = gate.history_of(person, asked, action)
    if history:
        held = [period for period in _periods(history.scope) if history.holds(period)]
        if period := _beginning(held, day):
            return history.scope, held, period
    scope = part_of(gate.scope_for(person, asked, action), asked)
    periods = _periods(scope)
    period = _beginning(periods, day)
    if period is None or (history and scope == history.scope):
        raise Http404
    return scope, periods, period


def _periods(scope: InvoiceScope) -> Sequence[Period]:
    """Those that have begun by now, oldest first."""
    return begun_periods(scope, settings.OFFICE.today())


def _beginning(periods: Sequence[Period], day: date) -> Period | None:
    return next((period for period in periods if period.start == day), None)
