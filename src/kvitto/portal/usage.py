"""Daily usage of a billing period: as a page, and as a CSV file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.periods import Period
from kvitto.portal.audited import audited_download
from kvitto.portal.downloads import file_answer
from kvitto.portal.permission import person_of
from kvitto.portal.usage_page import context_of
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.runs.make_documents import usage_csv


@require_safe
def subscription_period(request: HttpRequest, id: str, day: date) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The usage of one subscription in the period that begins on the day."""
    return _page(request, Scope(ScopeKind.SUBSCRIPTION, id), day)


@require_safe
def profile_period(request: HttpRequest, id: str, day: date) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The usage of a billing profile in the period that begins on the day."""
    return _page(request, Scope(ScopeKind.BILLING_PROFILE, id), day)


@require_GET
def subscription_csv(request: HttpRequest, id: str, day: date) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The usage of one subscription as a file."""
    return _csv(request, Scope(ScopeKind.SUBSCRIPTION, id), day)


@require_GET
def profile_csv(request: HttpRequest, id: str, day: date) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The usage of a billing profile as a file."""
    return _csv(request, Scope(ScopeKind.BILLING_PROFILE, id), day)


def _page(request: HttpRequest, asked: Scope, day: date) -> HttpResponse:
    scope = _asked_part(gate.scope_for(person_of(request), asked, Action.SEE_CHARGES), asked)
    period = _period(scope, day)
    return render(request, "portal/period.html", context_of(request, asked, scope, period))


def _csv(request: HttpRequest, asked: Scope, day: date) -> HttpResponseBase:
    with audited_download(request, asked, kind="usage-csv", period=day.isoformat()):
        scope = _asked_part(gate.scope_for(person_of(request), asked, Action.DOWNLOAD_USAGE), asked)
        period = _period(scope, day)
        content = usage_csv(settings.OFFICE, scope, period)
    return file_answer(content, f"usage-{asked.id}-{period.start.isoformat()}.csv", "text/csv; charset=utf-8")


def _asked_part(scope: InvoiceScope, asked: Scope) -> InvoiceScope:
    """Of a billing profile, the one subscription that was asked for; else the scope as it is."""
    if asked.kind is not ScopeKind.SUBSCRIPTION or not scope.profile:
        return scope
    own = tuple(subscription for subscription in scope.subscriptions if subscription.id == asked.id)
    sections = tuple(section for section in scope.sections if section.id == own[0].section_id)
    return replace(scope, subscriptions=own, sections=sections)


def _period(scope: InvoiceScope, day: date) -> Period:
    """The period that begins on the day and has begun by now; Http404 if there is none."""
    for period in periods_of(scope, settings.OFFICE.today()):
        if period.start == day:
            return period
    raise Http404
