"""The switch *Allow others to download invoice* of a subscription that is bought online (roles.md §6)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kvitto.access.policies import ON, Policy
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.language import phrase
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.agreements import invoice_scope
from kvitto.records.models import Person
from kvitto.records.policies import policies_on, set_policy
from kvitto.records.role_places import place_of

_NOW_ON = phrase("Others may download the invoices of this subscription now.")
_NOW_OFF = phrase("Others may no longer download the invoices of this subscription.")


@dataclass(frozen=True)
class Sharing:
    """How the switch stands, and whether the reader may turn it."""

    is_on: bool
    may_set: bool


def sharing_of(person: Person, scope: InvoiceScope) -> Sharing | None:
    """The switch of this scope; None where there is none: under another agreement, or of what moved to one."""
    now = invoice_scope(scope.scope) if scope.subscription else None
    if now is None or now.subscription is None:
        return None
    is_on = policies_on([scope.scope])[scope.scope].get(Policy.INVOICES_SHARED) == ON
    return Sharing(is_on, gate.is_allowed(person, scope.scope, gate.Action.SHARE_INVOICES))


@require_http_methods(["GET", "HEAD", "POST"])
def share_invoices(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The switch as a page; turned as the form says, and then back to the invoices."""
    person, scope = person_of(request), Scope(ScopeKind.SUBSCRIPTION, id)
    if request.method != "POST":
        place = place_of(person, scope)
        gate.require(person, scope, gate.Action.SHARE_INVOICES)
        is_on = policies_on([scope])[scope].get(Policy.INVOICES_SHARED) == ON
        context = {"standing": scope, "here": "invoices", "name": place.name, "is_on": is_on}
        return render(request, "portal/access/switch.html", context)
    value = request.POST.get("value", "")
    set_policy(person, scope, Policy.INVOICES_SHARED, value, settings.OFFICE.now())
    messages.success(request, str(_NOW_ON if value == ON else _NOW_OFF))
    return redirect("subscription_invoices", id)
