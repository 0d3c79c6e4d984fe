"""Which subscriptions the list shows, and in which order, from what its address asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from kvitto.agreements.hierarchy import AgreementType, Scope
from kvitto.agreements.subscription_states import STATE_NAMES, State
from kvitto.agreements.tree import PlacedSubscription
from kvitto.language import Phrase, phrase, said
from kvitto.portal.offers import offer_name
from kvitto.portal.scope_words import AGREEMENTS
from kvitto.records.gate import Everything
from kvitto.runs.subscription_state import states_of

if TYPE_CHECKING:
    from django.http import QueryDict

MOST_STATES = 200  # subscriptions whose state is found out to choose among them; of more it stands in the list alone
SORTS = {
    "": phrase("Account and name"),
    "name": phrase("Name"),
    "offer": phrase("Offer"),
}
_AGREEMENTS = {one.name.lower(): one for one in AgreementType}


@dataclass(frozen=True)
class Choice:
    """What was asked for; empty is everything, in the usual order."""

    search: str = ""
    agreement: str = ""
    state: str = ""
    sort: str = ""

    @property
    def is_narrowed(self) -> bool:
        """True if some may be left out."""
        return bool(self.search or self.agreement or self.state)


def choice_in(query: QueryDict) -> Choice:
    """What makes no sense asks for nothing."""
    agreement, state, sort = (query.get(name, "") for name in ("agreement", "state", "sort"))
    return Choice(
        search=query.get("search", "").strip(),
        agreement=agreement if agreement in _AGREEMENTS else "",
        state=state if state in {one.value for one in State} else "",
        sort=sort if sort in SORTS else "",
    )


@dataclass(frozen=True)
class Found:
    """Those that fit, in order, and among what one may choose: values of the form with their words."""

    places: Sequence[PlacedSubscription]
    agreements: Sequence[tuple[str, Phrase]]
    states: Sequence[tuple[str, Phrase]]


def found_by(everything: Everything, choice: Choice, may_see_invoices: Collection[Scope]) -> Found:
    """What fits the choice. A state is asked for among few only."""
    listed = everything.once("listed", lambda: _with_texts(everything.subscriptions()))
    agreements = everything.once("agreements", lambda: {place.account.agreement for place, _ in listed})
    wanted, wanted_agreement = choice.search.casefold(), _AGREEMENTS.get(choice.agreement)
    if wanted or wanted_agreement:
        places = [
            place for place, text in listed if wanted in text and wanted_agreement in {None, place.account.agreement}
        ]
    else:
        places = everything.once("in order", lambda: [place for place, _ in listed])
    offers_states = len(listed) > 1 and len(places) <= MOST_STATES
    if choice.state and offers_states:
        states = states_of(settings.OFFICE, places, may_see_invoices=may_see_invoices)
        places = [place for place in places if states[place.scope].state.state.value == choice.state]
    return Found(
        _sorted(places, choice.sort),
        [(name, AGREEMENTS[one]) for name, one in _AGREEMENTS.items() if one in agreements]
        if len(agreements) > 1
        else [],
        [(one.value, STATE_NAMES[one]) for one in State] if offers_states else [],
    )


def _sorted(places: Sequence[PlacedSubscription], by: str) -> Sequence[PlacedSubscription]:
    match by:
        case "name":
            return sorted(places, key=lambda place: place.subscription.name.casefold())
        case "offer":
            return sorted(places, key=lambda place: said(offer_name(place.subscription.offer, place.account.agreement)))
        case _:
            return places


def _with_texts(places: Iterable[PlacedSubscription]) -> list[tuple[PlacedSubscription, str]]:
    """In order, each with the texts in which it is looked for, one on a line, so that none runs into the next."""
    return [(place, "\n".join(_searched(place)).casefold()) for place in sorted(places, key=_order)]


def _searched(place: PlacedSubscription) -> tuple[str, ...]:
    above = (place.profile, place.customer)
    return (place.subscription.name, place.subscription.id, place.account.name, *(one.name for one in above if one))


def _order(place: PlacedSubscription) -> tuple[str, ...]:
    profile = place.profile.name if place.profile else ""
    customer = place.customer.name if place.customer else ""
    return (place.account.name, profile, customer, place.subscription.name, place.subscription.id)
