"""The list of all subscriptions a person may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.hierarchy import Department, EnrollmentAccount, InvoiceScope, ScopeKind
from kvitto.agreements.tree import PlacedSubscription
from kvitto.portal.offers import offer_name
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.runs.subscription_rows import subscription_rows

_ROWS = 25


@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Each subscription with what the open period came to so far, and its latest invoice or the reason for none."""
    person = person_of(request)
    search = request.GET.get("search", "").strip()
    places = sorted(_found(gate.subscriptions_of(person), search), key=_order)
    page = Paginator(places, _ROWS).get_page(request.GET.get("page"))
    invoiced = gate.invoice_scopes_of(person)
    rows = subscription_rows(
        settings.OFFICE,
        list(page.object_list),
        may_see_charges={
            place.scope for place in gate.subscriptions_of(person, gate.Action.SEE_CHARGES, at_agreed_prices=True)
        },
        may_see_invoices={scope.scope for scope in invoiced},
    )
    context = {
        "rows": [(row, offer_name(row.place.subscription.offer)) for row in rows],
        "page": page,
        "search": search,
        "moment": settings.OFFICE.now(),
        "profiles": [scope.profile for scope in invoiced if scope.profile],
        "parts": [(part.name, address) for scope, part in gate.parts_of(person) if (address := _address(scope, part))],
        "enrollments": [scope.account for scope in invoiced if scope.scope.kind is ScopeKind.BILLING_ACCOUNT],
    }
    return render(request, "portal/subscriptions.html", context)


def _address(scope: InvoiceScope, part: Department | EnrollmentAccount) -> str:
    """The page of the part's usage in the latest period; empty if none has begun."""
    period = max(periods_of(scope, settings.OFFICE.today()), default=None)
    if period is None:
        return ""
    kind = ScopeKind.DEPARTMENT if isinstance(part, Department) else ScopeKind.ENROLLMENT_ACCOUNT
    return reverse(f"{kind}_period", args=[part.id, period.start])


def _found(places: Iterable[PlacedSubscription], search: str) -> list[PlacedSubscription]:
    wanted = search.casefold()
    return [place for place in places if any(wanted in text.casefold() for text in _searched(place))]


def _searched(place: PlacedSubscription) -> tuple[str, ...]:
    profile = place.profile.name if place.profile else ""
    return (place.subscription.name, place.subscription.id, place.account.name, profile)


def _order(place: PlacedSubscription) -> tuple[str, str, str, str]:
    profile = place.profile.name if place.profile else ""
    return (place.account.name, profile, place.subscription.name, place.subscription.id)
