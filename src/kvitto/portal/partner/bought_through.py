"""Whom to ask who buys from a partner: said wherever they would look for invoices or usage."""

from __future__ import annotations

from kvitto.access.actions import Action
from kvitto.access.answers import Refused
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase
from kvitto.records.access_view import HeldOn
from kvitto.records.models import Person
from kvitto.records.reach import current, reached
from kvitto.records.scope_path import Doors, doors_of

_LOOKED_AT = 25  # subscriptions of partners' customers; those of one customer have one partner
_RESOURCES = frozenset((ScopeKind.SUBSCRIPTION, ScopeKind.MANAGEMENT_GROUP))


def bought_through(person: Person, held: HeldOn) -> list[Phrase]:
    """For each partner that the person buys from: that the partner has the invoices, and how to reach it.

    One query more for people with roles on subscriptions, and a few if a partner sells one of these.
    """
    if not any(scope.kind in _RESOURCES for scope in held):
        return []
    of_customers = reached(person, ScopeKind.SUBSCRIPTION).filter(parent__in=current(ScopeKind.CUSTOMER).values("key"))
    keys = of_customers.order_by("key").values_list("key", flat=True)[:_LOOKED_AT]
    scopes = [Scope(ScopeKind.SUBSCRIPTION, key) for key in keys]
    doors = doors_of(person, scopes, held) if scopes else None
    rules = [rule for scope in scopes if doors and (rule := _rule(doors, scope))]
    return list({str(rule.values): rule for rule in rules}.values())


def _rule(doors: Doors, scope: Scope) -> Phrase | None:
    """Why the invoices are closed, if it is because a partner sells this."""
    spot = doors.view.spot(scope)
    decision = doors.decide(scope, Action.SEE_INVOICES)
    is_customers = spot is not None and spot.place.sold_by is not None
    return decision.rule if is_customers and isinstance(decision, Refused) and not decision.helpful_role else None
