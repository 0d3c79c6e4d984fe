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
def usage_page(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The usage of a subscription, section, department … in the billing period that begins on the day."""
    asked = Scope(kind, id)
    scope, period = _loaded(request, asked, day, Action.SEE_CHARGES)
    return render(request, "portal/period.html", context_of(request, asked, scope, period))


@require_GET
def usage_file(request: HttpRequest, kind: ScopeKind, id: str, day: date) -> HttpResponseBase:  # noqa: A002 - the address calls it id
    """The same usage as a file."""
    asked = Scope(kind, id)
    with audited_download(request, asked, kind="usage-csv", period=day.isoformat()):
        scope, period = _loaded(request, asked, day, Action.DOWNLOAD_USAGE)
        content = usage_csv(settings.OFFICE, scope, period)
    return file_answer(content, f"usage-{asked.id}-{period.start.isoformat()}.csv", "text/csv; charset=utf-8")


def _loaded(request: HttpRequest, asked: Scope, day: date, action: Action) -> tuple[InvoiceScope, Period]:
    """What was asked for and the person may see, and its period; Http404 if no period begins on the day.

    Of a subscription that stood under several accounts, each period is that account's who is invoiced for it.
    """
    person = person_of(request)
    history = gate.history_of(person, asked, action)
    if history and (period := _period(history.scope, day)) and history.holds(period):
        return history.scope, period
    scope = _asked_part(gate.scope_for(person, asked, action), asked)
    period = _period(scope, day)
    if period is None or (history and scope == history.scope):
        raise Http404
    return scope, period


def _asked_part(scope: InvoiceScope, asked: Scope) -> InvoiceScope:
    """Of a scope that is invoiced together, the part that was asked for."""
    if asked == scope.scope:
        return scope
    accounts = {each.id for each in scope.enrollment_accounts if each.department_id == asked.id}
    names = {
        ScopeKind.SUBSCRIPTION: lambda each: each.id == asked.id,
        ScopeKind.INVOICE_SECTION: lambda each: each.section_id == asked.id,
        ScopeKind.CUSTOMER: lambda each: each.customer_id == asked.id,
        ScopeKind.ENROLLMENT_ACCOUNT: lambda each: each.enrollment_account_id == asked.id,
        ScopeKind.DEPARTMENT: lambda each: each.enrollment_account_id in accounts,
    }
    own = tuple(filter(names[asked.kind], scope.subscriptions))
    sections = {each.section_id for each in own}
    return replace(scope, subscriptions=own, sections=tuple(each for each in scope.sections if each.id in sections))


def _period(scope: InvoiceScope, day: date) -> Period | None:
    """The period that begins on the day and has begun by now."""
    return next((period for period in periods_of(scope, settings.OFFICE.today()) if period.start == day), None)
