"""The state of subscriptions in use, from what is recorded of them: dates, credit, and invoices that are not paid.

Of many at once: the number of queries is the same for any list of a page's length. What is owed for a billing profile
or an enrollment is owed for each of its subscriptions, so that all of them share its state (agreements.md §5, §13).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.agreements.subscription_state_words import ToldState, told_state
from kvitto.agreements.subscription_states import State, StateFacts, only_debt_stops
from kvitto.agreements.tree import PlacedSubscription
from kvitto.periods import ONE_DAY
from kvitto.records.agreements import tree, tree_around
from kvitto.records.amounts_due import past_due
from kvitto.records.invoices import Payer, list_invoices
from kvitto.records.models import InvoiceRecord
from kvitto.records.payments import first_failures, standings
from kvitto.runs.credit_days import CreditDays, credit_days_of
from kvitto.runs.office import Office

_AT_ONCE = 500  # subscriptions whose facts are in memory together


@dataclass(frozen=True)
class SubscriptionWithState:
    """A subscription, where it stands, and how it is."""

    place: PlacedSubscription
    told: ToldState


def states_of(
    office: Office, places: Sequence[PlacedSubscription], may_see_invoices: Collection[Scope] | None = None
) -> Mapping[Scope, ToldState]:
    """How each of these subscriptions is today, by its scope.

    `may_see_invoices`: the invoice scopes of which the reader may see invoices (`Everything.invoice_scopes`), None for
    all. Of the others an unpaid invoice is not told. The caller asks the gate for the places.
    """
    today = office.today()
    scopes = {place.invoice_scope for place in places}
    now = tree_around(scopes, on=today)  # as it holds today: a spending limit may be off until the next period
    found = [scope for scope in now.invoice_scopes() if scope.scope in scopes]
    present = [
        replace(place, subscription=now.subscriptions.get(place.scope.id, place.subscription)) for place in places
    ]
    return _told(present, _overdue_since(places), credit_days_of(office, found), today, may_see_invoices)


def in_state(
    office: Office,
    places: Sequence[PlacedSubscription],
    state: State,
    may_see_invoices: Collection[Scope],
    most: int,
) -> list[PlacedSubscription] | None:
    """Those of the places that are in this state today, exactly, in their order.

    Most subscriptions are active unless an invoice is past due, which one question tells of all; the others are looked
    at one by one. None if these are invoiced in more than `most` ways: then no list can be had in the time of a page.
    """
    today = office.today()
    owing = _owing(places, today)
    looked_at = [
        place
        for place in places
        if _payer(place) in owing or not only_debt_stops(place.subscription, place.account.enrollment, today)
    ]
    if len({place.invoice_scope for place in looked_at}) > most:
        return None
    states = states_of(office, looked_at, may_see_invoices)
    told = {scope: one.state.state for scope, one in states.items()}
    return [place for place in places if told.get(place.scope, State.ACTIVE) is state]


def _owing(places: Iterable[PlacedSubscription], today: date) -> set[Payer]:
    """The payers of whom something is past due. One query."""
    accounts = {place.account.id for place in places}
    invoices = InvoiceRecord.objects.all()
    if len(accounts) <= _AT_ONCE:
        invoices = invoices.filter(account_key__in=accounts)
    late = past_due(invoices, today).values_list("scope_kind", "scope_key", "account_key").distinct()
    return {Payer(Scope(ScopeKind(kind), key), account) for kind, key, account in late}


def state_of_scope(office: Office, scope: InvoiceScope) -> ToldState | None:
    """How the subscription of a MOSP invoice scope is today, for someone who sees its invoices; None of other scopes.

    Also None of what moved under another agreement: it lives on there.
    """
    if scope.subscription is None:
        return None
    place = tree_around([scope.scope]).place(scope.scope.id)
    if place is None or place.invoice_scope != scope.scope:
        return None
    return states_of(office, [place])[scope.scope]


def all_states(office: Office) -> Iterator[SubscriptionWithState]:
    """Every subscription of the office with its state, in order of id, a portion at a time."""
    places = sorted(tree().places(), key=lambda place: place.subscription.id)
    for first in range(0, len(places), _AT_ONCE):
        portion = places[first : first + _AT_ONCE]
        states = states_of(office, portion)
        yield from (SubscriptionWithState(place, states[place.scope]) for place in portion)


def _told(
    places: Iterable[PlacedSubscription],
    overdue: Mapping[Payer, date],
    credit: Mapping[Scope, CreditDays],
    today: date,
    may_see_invoices: Collection[Scope] | None,
) -> dict[Scope, ToldState]:
    told = {}
    for place in places:
        days = credit.get(place.scope, CreditDays())
        facts = StateFacts(
            place.subscription,
            overdue_since=overdue.get(_payer(place)),
            limit_reached_on=days.limit_reached_on,
            limit_ends_on=days.limit_ends_on,
            credit_used_up_on=days.credit_used_up_on,
            credit_expires_on=days.credit_expires_on,
            enrollment=place.account.enrollment,
        )
        tells = may_see_invoices is None or place.invoice_scope in may_see_invoices
        told[place.scope] = told_state(facts, today, tells_of_invoices=tells)
    return told


def _overdue_since(places: Iterable[PlacedSubscription]) -> dict[Payer, date]:
    """For each payer the day from which the oldest of what is open is past due; it may be still to come.

    That is the day after its due day, or the day on which a charge for it failed, if that was earlier. What a former
    owner owes for a subscription is not owed by the present one.
    """
    payers = {_payer(place) for place in places}
    invoices = list_invoices({payer.scope for payer in payers})
    standing = standings(invoices)
    unpaid = [one for one in invoices if standing[one.number].amount_due and not standing[one.number].is_void]
    failed = first_failures(one.number for one in unpaid)
    found: dict[Payer, date] = {}
    for one in unpaid:
        payer, after_due = Payer(one.scope, one.account_id), one.due_date + ONE_DAY
        since = min(after_due, failed.get(one.number, after_due))
        if payer in payers:
            found[payer] = min(since, found.get(payer, since))
    return found


def _payer(place: PlacedSubscription) -> Payer:
    return Payer(place.invoice_scope, place.account.id)
