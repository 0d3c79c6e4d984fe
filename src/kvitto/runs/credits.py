"""The credit of whatever invoices are made for: lots, events, balances; and adjusting a lot by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.invoicing.credit_history import (
    CreditEvent,
    CreditMonth,
    CreditSummary,
    EventType,
    LotStatus,
    months_of,
    pending_expired,
    status_of,
    summary_of,
    with_balance,
)
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.settlement import taken_of
from kvitto.invoicing.settlement_lots import LotState, order_of
from kvitto.language import phrase
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.agreements import own_invoice_scope, subscription_called
from kvitto.records.audit import Door, Result, note
from kvitto.records.in_force import invoices_in_force
from kvitto.records.lot_states import lots_of
from kvitto.records.models import LotEntry
from kvitto.records.settlement import Movement, adjust
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, rate_periods
from kvitto.runs.scope_versions import ScopeVersions

_TYPES = {
    Movement.NEW_CREDIT: EventType.NEW_CREDIT,
    Movement.SETTLED_CHARGES: EventType.SETTLED_CHARGES,
    Movement.GIVEN_BACK: EventType.SETTLED_CHARGES,
    Movement.EXPIRED: EventType.CREDIT_EXPIRED,
    Movement.ADJUSTMENT: EventType.ADJUSTMENT,
}
_HOLDERS = (ScopeKind.SUBSCRIPTION, ScopeKind.BILLING_PROFILE, ScopeKind.BILLING_ACCOUNT)


class UnableToShowCredit(UnableTo):
    """Nothing that holds credit has this id."""


@dataclass(frozen=True)
class ListedLot:
    """A lot, what is left of it as far as it is settled, and its status."""

    state: LotState
    status: LotStatus


@dataclass(frozen=True)
class Credit:
    """Everything about the credit of a scope: lots in the order in which they are used, events oldest first.

    What is pending, among the events after those that are settled, is an estimate of the services of every period that
    has begun and has no invoice.
    """

    scope: InvoiceScope
    lots: tuple[ListedLot, ...]
    events: tuple[CreditEvent, ...]
    summary: CreditSummary

    @property
    def months(self) -> list[CreditMonth]:
        """The months of the settled events."""
        return months_of(self.events, self.scope.currency)


def credit_of(office: Office, named: str) -> Credit:
    """The credit of a MOSP subscription (its id or a name), a billing profile or an enrollment (its id).

    Raises `UnableToShowCredit` if nothing that invoices are made for is called so.
    """
    return credit_of_scope(office, _scope_named(named))


def credit_of_scope(office: Office, scope: InvoiceScope) -> Credit:
    """The credit of this scope."""
    today = office.today()
    states = sorted(lots_of(scope.scope), key=lambda state: order_of(state.lot))
    settled = with_balance(_settled(states, today), scope.currency)
    charges = _pending_charges(office, scope) if states else []
    events = [*settled, *charges, *pending_expired(states, charges, today)]
    latest = {event.lot_id: event.type for event in settled}
    lapsed = {key for key, kind in latest.items() if kind is EventType.CREDIT_EXPIRED}
    lots = tuple(ListedLot(one, status_of(one, today, lapsed=one.lot.id in lapsed)) for one in states)
    return Credit(scope, lots, tuple(events), summary_of(states, events, today, scope.currency))


def adjust_lot(  # noqa: PLR0913, PLR0917 - what is told of an adjustment
    office: Office, lot: str, amount: Decimal, code: str, reason: str, reference: str | None = None
) -> LotState:
    """Add to a lot or take from it, and note it in the audit trail; raises as `records.settlement.adjust` does."""
    with transaction.atomic():
        adjusted = adjust(lot, amount, code, reason, office.now(), reference)
        if adjusted.is_new:
            facts = {"lot": lot, "code": code, "amount": f"{amount:f}"}
            scope, at = adjusted.state.lot.scope, office.now()
            note("credit.adjust", Result.DONE, door=Door.COMMAND, scope=scope, facts=facts, at=at)
    return adjusted.state


def _scope_named(name: str) -> InvoiceScope:
    subscription = subscription_called(name)
    ids = [(ScopeKind.SUBSCRIPTION, subscription.id)] if subscription else []
    for kind, key in (*ids, *((kind, name) for kind in _HOLDERS)):
        found = own_invoice_scope(Scope(kind, key))
        if found:
            return found
    raise UnableToShowCredit(
        phrase(
            "Nothing that holds credit is called {name}. Name a subscription that is invoiced by itself, a billing"
            " profile or an enrollment.",
            name=name,
        )
    )


def _settled(states: list[LotState], today: date) -> list[CreditEvent]:
    lots = {state.lot.id: state for state in states}
    entries = LotEntry.objects.filter(lot__in=lots).order_by("pk").select_related("lot")
    return [
        CreditEvent(
            entry.on_day,
            _type_of(entry, today),
            entry.lot_id,
            Money(Decimal(entry.amount_minor).scaleb(-entry.lot.currency_decimals), entry.lot.currency),
            document=entry.invoice_id or "",
            cause=entry.cause,
        )
        for entry in entries
    ]


def _type_of(entry: LotEntry, today: date) -> EventType:
    kind = _TYPES[Movement(entry.kind)]
    return EventType.PENDING_NEW_CREDIT if kind is EventType.NEW_CREDIT and today < entry.on_day else kind


def _pending_charges(office: Office, scope: InvoiceScope) -> list[CreditEvent]:
    """What the unbilled periods would take of each lot, beyond what they took without an invoice."""
    as_of, now = current_as_of(), office.now()
    billed = {one.period.start for one in invoices_in_force([scope.scope])}
    versions = ScopeVersions(as_of.revision, [scope.scope])
    unbilled = [
        (then, period)
        for period in sorted(periods_of(scope, now.date()))
        if period.start not in billed and (then := versions.for_period(scope, period))
    ]
    return [event for one in rate_periods(office, unbilled, as_of) for event in _pending_of(one)]


def _pending_of(one: RatedPeriod) -> list[CreditEvent]:
    if not one.lots:
        return []
    drafted = draft(one.facts(one.period.last_day, current_as_of()))
    alone = _taken_alone(one.scope.scope, one.period)
    wanted = taken_of(drafted)
    return [
        CreditEvent(one.period.last_day, EventType.PENDING_CHARGES, lot, more)
        for lot in sorted({*wanted, *alone})
        if (more := _or_nothing(alone.get(lot), drafted.currency) - _or_nothing(wanted.get(lot), drafted.currency))
    ]


def _taken_alone(scope: Scope, period: Period) -> dict[str, Money]:
    now = {state.lot.id: state.left for state in lots_of(scope)}
    return {state.lot.id: state.left - now[state.lot.id] for state in lots_of(scope, period)}


def _or_nothing(amount: Money | None, currency: str) -> Money:
    return amount or Money(Decimal(0), currency)
