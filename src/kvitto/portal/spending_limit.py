"""The spending limit of a subscription that is bought online: how it stands, and changing it (roles.md §2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.invoicing.spending_limit import Removal
from kvitto.language import Phrase, phrase
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.models import Person
from kvitto.runs.spending_limit import SpendingLimit, limit_of, remove_limit, restore_limit

RESTORE = "restore"


@dataclass(frozen=True)
class LimitForm:
    """How the limit stands, and what the reader may choose: values of the form with their words; none for most."""

    limit: SpendingLimit
    choices: tuple[tuple[str, Phrase], ...]

    @property
    def stands(self) -> Phrase:
        """How it stands, in a sentence."""
        return self.limit.stands


def limit_form_of(person: Person, scope: InvoiceScope) -> LimitForm | None:
    """The limit of this scope; None where there is none, or none any more. The caller asked the gate for the scope."""
    limit = limit_of(settings.OFFICE, scope.scope) if scope.subscription else None
    if limit is None or not (limit.is_on or limit.returns_on or limit.may_return_on):
        return None
    may_change = gate.is_allowed(person, scope.scope, gate.Action.CHANGE_SPENDING_LIMIT)
    return LimitForm(limit, tuple(_choices(limit)) if may_change else ())


@require_POST
def change_spending_limit(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Take the limit away or turn it on again, as the form says, and go back to the invoices."""
    person, scope = person_of(request), Scope(ScopeKind.SUBSCRIPTION, id)
    wanted = request.POST.get("value", "")
    if wanted == RESTORE:
        limit = restore_limit(settings.OFFICE, person, scope)
    elif wanted in tuple(Removal):
        limit = remove_limit(settings.OFFICE, person, scope, Removal(wanted))
    else:
        gate.require(person, scope, gate.Action.CHANGE_SPENDING_LIMIT)
        raise UnableTo(phrase("Choose what becomes of the spending limit."))
    messages.success(request, str(limit.stands))
    return redirect("subscription_invoices", id)


def _choices(limit: SpendingLimit) -> list[tuple[str, Phrase]]:
    words = {
        Removal.INDEFINITELY: phrase("Remove it for good"),
        Removal.THIS_PERIOD: phrase("Remove it for this billing period only"),
    }
    found = [(removal.value, words[removal]) for removal in limit.removals]
    if limit.may_return_on:
        found.append((RESTORE, phrase("Turn it on again, from {day}", day=limit.may_return_on)))
    return found
