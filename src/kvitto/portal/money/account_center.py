"""The Account Center: billing history and current statement of what somebody bought online (roles.md §2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.portal.frame import held_by_reader
from kvitto.portal.money.instead import instead, instead_of_all
from kvitto.portal.money.moved import moved_to
from kvitto.portal.money.statements import statement_context
from kvitto.portal.offers import offer_name
from kvitto.portal.permission import person_of
from kvitto.portal.search.asked import Asked
from kvitto.records import gate
from kvitto.records.bought_online import BoughtOnline, bought_online
from kvitto.runs.billing_history import UnableToShowHistory, account_center_of, history_of
from kvitto.runs.statement import statement
from kvitto.runs.subscription_rows import subscription_rows

_ROWS = 25


@dataclass(frozen=True)
class ListedSubscription:
    """A row of the list. `charges`: of the open period, None without one or where they are not known."""

    id: str
    name: str
    account: str
    offer: Phrase | None
    charges: Money | None
    has_left: bool


@require_safe
def account_center(request: HttpRequest) -> HttpResponse:
    """The subscriptions that the reader is Account Administrator of, some at a time."""
    person, held = person_of(request), held_by_reader(request)
    if not held:
        raise gate.NotFound(phrase("There is no such page."))
    if not any(Role.ACCOUNT_ADMINISTRATOR in roles for roles in held.values()):
        return instead_of_all(request)
    asked = Asked.typed(request.GET.get("q", ""))
    found = [one for one in bought_online(person) if _is_asked_for(one, asked)]
    page = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    context = {
        "here": "account_center",
        "rows": _listed(list(page.object_list)),
        "page": page,
        "asked": asked.text,
        "moment": settings.OFFICE.now(),
    }
    return render(request, "portal/money/account_center.html", context)


@require_safe
def billing_history(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The last six billing periods and the open one; for others what they may use instead."""
    person, scope = person_of(request), Scope(ScopeKind.SUBSCRIPTION, id)
    try:
        history = history_of(settings.OFFICE, person, scope)
    except (gate.Refused, UnableToShowHistory) as error:
        return instead(request, scope, error)
    listed = [row.invoice for row in history.rows if row.invoice]
    (closed,) = gate.closed_invoices(person, history.scope, listed, Action.DOWNLOAD_INVOICE)
    context = {
        "standing": scope,
        "here": "account_center_history",
        "scope": history.scope,
        "offer": offer_name(history.scope.subscriptions[0].offer, history.scope.agreement),
        "history": history,
        "rows": (*history.unbilled, *history.rows),
        "closed": closed,
        "moved": moved_to(person, scope),
    }
    return render(request, "portal/money/billing_history.html", context)


@require_safe
def current_statement(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """What is not billed yet, estimated now."""
    person, scope = person_of(request), Scope(ScopeKind.SUBSCRIPTION, id)
    try:
        found = account_center_of(person, scope)
    except (gate.Refused, UnableToShowHistory) as error:
        return instead(request, scope, error)
    rows = found.rows(settings.OFFICE)
    context = {
        **statement_context(statement(settings.OFFICE, found.scope, rows), rows, "subscription", may_download=True),
        "standing": scope,
        "here": "account_center_statement",
        "title": phrase("Current statement"),
        "history_of": id,
        "moved": moved_to(person, scope),
    }
    return render(request, "portal/money/statement.html", context)


def _is_asked_for(one: BoughtOnline, asked: Asked) -> bool:
    return not asked.words or asked.is_in(one.subscription.name, one.subscription.id, one.account)


def _listed(shown: list[BoughtOnline]) -> list[ListedSubscription]:
    places = [one.place for one in shown if one.place]
    seen = {place.scope for place in places}
    rows = subscription_rows(settings.OFFICE, places, may_see_charges=seen, may_see_invoices=())
    charges = {row.place.subscription.id: row.charges for row in rows}
    return [
        ListedSubscription(
            one.subscription.id,
            one.subscription.name,
            one.account,
            offer_name(one.subscription.offer, one.place.account.agreement) if one.place else None,
            charges.get(one.subscription.id),
            has_left=one.place is None,
        )
        for one in shown
    ]
