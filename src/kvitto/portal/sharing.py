"""The switch *Allow others to download invoice* of a subscription that is bought online (roles.md §6)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kvitto.access.policies import ON, Policy
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.language import phrase
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.agreements import invoice_scope
from kvitto.records.models import Person
from kvitto.records.policies import policies_on, set_policy

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


@require_POST
def share_invoices(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Turn the switch as the form says, and go back to the invoices."""
    scope = Scope(ScopeKind.SUBSCRIPTION, id)
    value = request.POST.get("value", "")
    set_policy(person_of(request), scope, Policy.INVOICES_SHARED, value, settings.OFFICE.now())
    messages.success(request, str(_NOW_ON if value == ON else _NOW_OFF))
    return redirect("subscription_invoices", id)
