"""The days on which a subscription's credit ended: what its state is made from (`agreements.subscription_states`).

Of many subscriptions at once: the number of queries, and of ratings, is the same however many they are. Everything is
as known now: usage that came after an invoice was made counts on the day on which it was used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from kvitto.agreements.billing_periods import period_containing
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import OfferKind
from kvitto.invoicing.settlement_lots import LotState
from kvitto.invoicing.spending_limit import credit_comes_back, has_spending_limit, used_up_on
from kvitto.money import EXACT, Money, zero
from kvitto.periods import ONE_DAY, Period
from kvitto.records.lot_states import lots_of_scopes
from kvitto.records.models import LotEntry
from kvitto.records.settlement import Movement
from kvitto.runs.office import Office
from kvitto.runs.own_charges import own_charges
from kvitto.runs.rate_period import current_as_of, rate_scopes
from kvitto.runs.scope_versions import ScopeVersions

DailyCharges = Mapping[Scope, Sequence[tuple[date, Decimal]]]
_AT_ONCE = 500  # parameters of a query; databases have a limit
_TAKEN = (Movement.SETTLED_CHARGES, Movement.GIVEN_BACK, Movement.EXPIRED)


@dataclass(frozen=True)
class CreditDays:
    """As `StateFacts` has them; all None for a subscription without credit, or with some left."""

    limit_reached_on: date | None = None
    limit_ends_on: date | None = None
    credit_used_up_on: date | None = None
    credit_expires_on: date | None = None


def credit_days(office: Office, scope: InvoiceScope) -> CreditDays:
    """The days of one MOSP subscription; see `credit_days_of`."""
    return credit_days_of(office, [scope]).get(scope.scope, CreditDays())


def credit_days_of(office: Office, scopes: Iterable[InvoiceScope]) -> dict[Scope, CreditDays]:
    """The days of those MOSP subscriptions that stop without credit, as known now; the others are left out.

    The limit's are those of the period that holds today. Lots are used up on a day of that period or of the one before,
    or, if nothing was left of them before these, of the last one that took from them.
    """
    today = office.today()
    limited = [scope for scope in scopes if _stops_without_credit(scope)]
    held = lots_of_scopes({scope.scope for scope in limited})
    ledger = _Moves.of([state.lot.id for states in held.values() for state in states])
    found = [
        _Credited(scope, period, held.get(scope.scope, ()), ledger)
        for scope in limited
        if (period := period_containing(scope, today))
    ]
    charges = _daily_charges(office, [(one.scope, period) for one in found for period in one.windows])
    return {one.scope.scope: one.days(charges.get(one.scope.scope, ())) for one in found}


def _stops_without_credit(scope: InvoiceScope) -> bool:
    one = scope.subscription
    if one is None:
        return False
    return one.offer.kind is OfferKind.AZURE_IN_OPEN or has_spending_limit(scope.agreement, one)


@dataclass(frozen=True)
class _Moves:
    """What was taken from lots, by lot: from which day on, and how many minor units; below zero, as the ledger has it.

    A movement counts from the first day of the period that it was made for, an expiry from its own.
    """

    of_lot: Mapping[str, Sequence[tuple[date, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, lots: Sequence[str]) -> _Moves:
        found: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for first in range(0, len(lots), _AT_ONCE):
            entries = LotEntry.objects.filter(lot__in=lots[first : first + _AT_ONCE], kind__in=_TAKEN)
            for lot, kind, minor, invoice, start, reference, day in entries.values_list(
                "lot", "kind", "amount_minor", "invoice", "invoice__period_start", "reference", "on_day"
            ):
                if kind == Movement.EXPIRED:
                    found[lot].append((day, minor))
                elif invoice:
                    found[lot].append((start, minor))
                elif (reference or "").startswith(f"{InvoiceKind.SERVICES.value} "):
                    found[lot].append((date.fromisoformat(str(reference).split(" ")[1]), minor))
        return cls(found)

    def before(self, state: LotState, day: date) -> LotState:
        """The lot as it was before everything that was taken since the day."""
        since = sum(minor for from_day, minor in self.of_lot.get(state.lot.id, ()) if from_day >= day)
        exponent = int(state.left.amount.as_tuple().exponent)
        return replace(state, left=state.left - Money(Decimal(since).scaleb(exponent), state.left.currency))

    def latest(self, lots: Iterable[LotState]) -> date | None:
        """The first day of the latest period that took from one of these lots and was not given all of it back."""
        together: dict[date, int] = defaultdict(int)
        for state in lots:
            for day, minor in self.of_lot.get(state.lot.id, ()):
                together[day] += minor
        return max((day for day, minor in together.items() if minor), default=None)


@dataclass(frozen=True)
class _Credited:
    """A subscription that stops without credit, its period of today, its lots as they are now, and what they gave."""

    scope: InvoiceScope
    period: Period
    lots: tuple[LotState, ...]
    moves: _Moves

    @property
    def windows(self) -> list[Period]:
        """The periods in whose days credit may have been used up; their charges have to be known."""
        if self._monthly is None and not self.lots:
            return []
        return self._searched

    @cached_property
    def _searched(self) -> list[Period]:
        if self._monthly is not None:
            return [self.period]
        # The period before may wait for its invoice; if it has one, its lots are as they were before that.
        periods = [*_found(self.scope, self.period.start - ONE_DAY), self.period]
        if any(state.left for state in self._lots_before(periods[0])):
            return periods
        last = self.moves.latest(self.lots)
        return _found(self.scope, last) if last else []

    def days(self, charges: Sequence[tuple[date, Decimal]]) -> CreditDays:
        """Its days, from the charges of its windows."""
        used_up = self._used_up_on(charges)
        subscription = self.scope.subscriptions[0]
        is_limited = has_spending_limit(self.scope.agreement, subscription) and used_up and used_up in self.period
        return CreditDays(
            limit_reached_on=used_up if is_limited else None,
            limit_ends_on=self.period.end if is_limited and credit_comes_back(subscription.offer) else None,
            credit_used_up_on=used_up if self.lots and self._monthly is None else None,
            credit_expires_on=_last_expiry(self.lots),
        )

    def _used_up_on(self, charges: Sequence[tuple[date, Decimal]]) -> date | None:
        if not self.windows:
            return None
        credit = zero(self.scope.currency) if self._monthly is None else self._monthly
        return used_up_on(credit, charges, self._lots_before(self.windows[0]))

    @property
    def _monthly(self) -> Money | None:
        return self.scope.subscriptions[0].offer.monthly_credit

    def _lots_before(self, period: Period) -> list[LotState]:
        return [self.moves.before(state, period.start) for state in self.lots]


def _found(scope: InvoiceScope, day: date) -> list[Period]:
    period = period_containing(scope, day)
    return [period] if period else []


def _daily_charges(office: Office, windows: Sequence[tuple[InvoiceScope, Period]]) -> DailyCharges:
    """Day and amount of every charge that credit may pay for, of all these periods; rated in one go."""
    if not windows:
        return {}
    as_of = current_as_of()
    versions = ScopeVersions(as_of.revision, {scope.scope for scope, _ in windows})
    asked = [(then, period) for scope, period in windows if (then := versions.for_period(scope, period))]
    scopes = {scope.scope.id: scope.scope for scope, _ in asked}
    found: dict[Scope, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    with rate_scopes(office, asked, as_of) as rated:
        own = own_charges(rated.lines(), rated.unpriced(), asked, as_of, InvoiceKind.SERVICES)
        eligible = {key for one in own for key, price in one.prices.items() if price.kind.is_credit_eligible}
        for charge in rated.charges():
            if charge.price_id in eligible:
                days = found[scopes[charge.pool]]
                days[charge.day] = EXACT.add(days[charge.day], charge.amount)
    return {scope: sorted(days.items()) for scope, days in found.items()}


def _last_expiry(lots: tuple[LotState, ...]) -> date | None:
    """The first day on which no lot can be used any more; None without lots, or if one never expires."""
    ends = [state.lot.expires_on for state in lots]
    return max((end for end in ends if end), default=None) if all(ends) else None
