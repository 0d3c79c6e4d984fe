"""Usage + charges of an enrollment, department or enrollment account; and the way to the usage of the open period."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.parts import part_of
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.portal.navigation import open_entry
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.records import gate
from kvitto.records.agreements import invoice_scope
from kvitto.runs.charges_by_period import charges_by_period
from kvitto.runs.listed_periods import begun_periods

_ROWS = 12


class NothingYet(UnableTo):
    """No billing period has begun."""


@require_safe
def usage_and_charges(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Each month with what it came to, and its file."""
    person, scope = person_of(request), Scope(kind, id)
    path = open_entry(person, scope, "usage_and_charges")
    part = part_of(gate.scope_for(person, scope, Action.SEE_CHARGES), scope)
    periods = begun_periods(part, settings.OFFICE.today())[::-1]
    page = Paginator(periods, _ROWS).get_page(request.GET.get("page"))
    whole = invoice_scope(scope) or part
    context = {
        "path": path,
        "here": "usage_and_charges",
        "name": name_of(path.value),
        "kind": kind_of(kind, path.account),
        "rows": charges_by_period(settings.OFFICE, whole, part, list(page.object_list)),
        "page": page,
        "moment": settings.OFFICE.now(),
        "today": settings.OFFICE.today(),
        "period_page": f"{kind.value}_period",
        "period_file": f"{kind.value}_csv",
        "scope_id": id,
        "may_download": path.may(Action.DOWNLOAD_USAGE),
    }
    return render(request, "portal/billing/usage_and_charges.html", context)


@require_safe
def current_usage(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Lead on to the latest billing period that has begun."""
    person, scope = person_of(request), Scope(kind, id)
    part = part_of(gate.scope_for(person, scope, Action.SEE_CHARGES), scope)
    periods = begun_periods(part, settings.OFFICE.today())
    if not periods:
        raise NothingYet(phrase("No billing period of {id} has begun yet, so there is no usage to show.", id=id))
    return redirect(f"{kind.value}_period", id, periods[-1].start)
