"""The subscriptions whose Account Center somebody may use: bought online, also those that left for other agreements."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.access.actions import Action
from kvitto.access.answers import Allowed
from kvitto.agreements.hierarchy import Scope, ScopeKind, Subscription
from kvitto.agreements.tree import PlacedSubscription
from kvitto.records.gate import Asker, Everything
from kvitto.records.models import Person


@dataclass(frozen=True)
class BoughtOnline:
    """A subscription of somebody's Account Center; `place` is None of one that stands elsewhere now."""

    subscription: Subscription
    account: str
    place: PlacedSubscription | None = None


def bought_online(person: Person) -> list[BoughtOnline]:
    """All of them, by name."""
    asker = Asker.of_all(person)
    here = {
        place.subscription.id: BoughtOnline(place.subscription, place.account.name, place)
        for place in Everything(asker).subscriptions(Action.USE_ACCOUNT_CENTER)
    }
    left = {key: one for key in asker.view.tree.stays if key not in here and (one := _left(asker, key))}
    return sorted((here | left).values(), key=lambda one: (one.subscription.name.casefold(), one.subscription.id))


def _left(asker: Asker, key: str) -> BoughtOnline | None:
    """One that moved away from an account on which this person may use the Account Center, as it last stood there."""
    scope, tree = Scope(ScopeKind.SUBSCRIPTION, key), asker.view.tree
    for stay in reversed(tree.stays[key]):
        spot = asker.view.earlier_spot(scope, stay.value.account_id)
        if isinstance(asker.decide(spot, Action.USE_ACCOUNT_CENTER), Allowed):
            return BoughtOnline(stay.value, tree.accounts[stay.value.account_id].name)
    return None
