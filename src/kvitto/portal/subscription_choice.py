"""Which subscriptions the list shows, and in which order, from what its address asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, Scope
from kvitto.agreements.subscription_states import STATE_NAMES, State
from kvitto.agreements.tree import PlacedSubscription
from kvitto.language import Phrase, phrase, said
from kvitto.portal.offers import offer_name
from kvitto.portal.scope_words import AGREEMENTS
from kvitto.records.gate import Everything
from kvitto.runs.subscription_rows import charges_to_date
from kvitto.runs.subscription_state import in_state

if TYPE_CHECKING:
    from django.http import QueryDict

MOST_LOOKED_AT = 500  # invoice scopes that are looked at one by one to choose by state
MOST_RATED = 200  # subscriptions that can be put in order of what they came to
BY_CHARGES = "charges"
SORTS = {
    "": phrase("Account and name"),
    "name": phrase("Name"),
    "offer": phrase("Offer"),
    BY_CHARGES: phrase("Highest charges first"),
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
    """Those that fit, in order, and among what one may choose: values of the form with their words.

    `is_state_left_out`: too many would have to be looked at to choose by state, so that all are listed.
    """

    places: Sequence[PlacedSubscription]
    agreements: Sequence[tuple[str, Phrase]]
    states: Sequence[tuple[str, Phrase]]
    sorts: Sequence[tuple[str, Phrase]]
    is_state_left_out: bool = False


def found_by(everything: Everything, choice: Choice, may_see_invoices: Collection[Scope]) -> Found:
    """What fits the choice."""
    listed = everything.once("listed", lambda: _with_texts(everything.subscriptions()))
    agreements = everything.once("agreements", lambda: {place.account.agreement for place, _ in listed})
    wanted, wanted_agreement = choice.search.casefold(), _AGREEMENTS.get(choice.agreement)
    if wanted or wanted_agreement:
        places = [
            place for place, text in listed if wanted in text and wanted_agreement in {None, place.account.agreement}
        ]
    else:
        places = everything.once("in order", lambda: [place for place, _ in listed])
    in_it = (
        in_state(settings.OFFICE, places, State(choice.state), may_see_invoices, MOST_LOOKED_AT)
        if choice.state
        else places
    )
    places = places if in_it is None else in_it
    has_amounts = len(places) <= MOST_RATED
    return Found(
        _sorted(everything, places, choice.sort) if choice.sort != BY_CHARGES or has_amounts else places,
        [(name, AGREEMENTS[one]) for name, one in _AGREEMENTS.items() if one in agreements]
        if len(agreements) > 1
        else [],
        [(one.value, STATE_NAMES[one]) for one in State] if len(listed) > 1 else [],
        [(value, title) for value, title in SORTS.items() if value != BY_CHARGES or has_amounts],
        is_state_left_out=in_it is None,
    )


def _sorted(everything: Everything, places: Sequence[PlacedSubscription], by: str) -> Sequence[PlacedSubscription]:
    match by:
        case "name":
            return sorted(places, key=lambda place: place.subscription.name.casefold())
        case "offer":
            return sorted(places, key=lambda place: said(offer_name(place.subscription.offer, place.account.agreement)))
        case "charges":
            return _by_charges(everything, places)
        case _:
            return places


def _by_charges(everything: Everything, places: Sequence[PlacedSubscription]) -> Sequence[PlacedSubscription]:
    """The highest first, each currency by itself; last those of which the reader sees no amount."""
    seen = [one for one in places if everything.may(one.scope, Action.SEE_CHARGES, at_agreed_prices=True)]
    amounts = charges_to_date(settings.OFFICE, seen)

    def order(place: PlacedSubscription) -> tuple[bool, str, Decimal]:
        amount = amounts.get(place.scope)
        return (True, "", Decimal(0)) if amount is None else (False, amount.currency, -amount.amount)

    return sorted(places, key=order)


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
