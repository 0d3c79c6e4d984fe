"""The days on which a subscription's credit ended: what its state is made from (`agreements.subscription_states`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kvitto.agreements.billing_periods import period_containing
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.settlement import taken_of
from kvitto.invoicing.settlement_lots import LotState
from kvitto.invoicing.spending_limit import credit_comes_back, has_spending_limit, used_up_on
from kvitto.money import zero
from kvitto.periods import ONE_DAY, Period
from kvitto.records.in_force import invoice_in_force
from kvitto.records.invoices import load
from kvitto.records.lot_states import lots_of
from kvitto.records.models import LotEntry
from kvitto.records.settlement import Movement
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period


@dataclass(frozen=True)
class CreditDays:
    """As `StateFacts` has them; all None for a subscription without credit, or with some left."""

    limit_reached_on: date | None = None
    limit_ends_on: date | None = None
    credit_used_up_on: date | None = None
    credit_expires_on: date | None = None


def credit_days(office: Office, scope: InvoiceScope) -> CreditDays:
    """The days of a MOSP subscription, as known now.

    The limit's are those of the period that holds today. Lots are used up on a day of that period or of the one before,
    or, if nothing was left of them before these, of the last one that took from them.
    """
    subscription, today = scope.subscription, office.today()
    period = period_containing(scope, today) if subscription else None
    if not subscription or not period:
        return CreditDays()
    lots = lots_of(scope.scope)
    used_up = _used_up_on(office, scope, period)
    is_limited = has_spending_limit(scope.agreement, subscription) and used_up is not None and used_up in period
    return CreditDays(
        limit_reached_on=used_up if is_limited else None,
        limit_ends_on=period.end if is_limited and credit_comes_back(subscription.offer) else None,
        credit_used_up_on=used_up if lots and subscription.offer.monthly_credit is None else None,
        credit_expires_on=_last_expiry(lots),
    )


def _used_up_on(office: Office, scope: InvoiceScope, period: Period) -> date | None:
    credit = scope.subscriptions[0].offer.monthly_credit
    if credit is not None:
        return used_up_on(credit, _charges(office, scope, [period]), _lots_before(scope.scope, period))
    # The period before may wait for its invoice; if it has one, its lots are as they were before that.
    periods = [*_previous(scope, period), period]
    lots = _lots_before(scope.scope, periods[0])
    if not any(state.left for state in lots):
        last = _last_settled(scope.scope)
        periods = [found for found in [last and period_containing(scope, last)] if found]
        lots = _lots_before(scope.scope, periods[0]) if periods else []
    return used_up_on(zero(scope.currency), _charges(office, scope, periods), lots) if lots else None


def _previous(scope: InvoiceScope, period: Period) -> list[Period]:
    found = period_containing(scope, period.start - ONE_DAY)
    return [found] if found else []


def _charges(office: Office, scope: InvoiceScope, periods: Iterable[Period]) -> list[tuple[date, Decimal]]:
    """Day and amount of every charge that credit may pay for."""
    charges: list[tuple[date, Decimal]] = []
    for period in periods:
        with charges_of_period(office, scope, period) as found:
            eligible = {line.price_id for line in found.invoice.lines if line.charge_kind.is_credit_eligible}
            charges += [(one.day, one.amount) for one in found.charges() if one.price_id in eligible]
    return charges


def _lots_before(scope: Scope, period: Period) -> list[LotState]:
    """The lots as they were before the period took from them, provided that no later one did."""
    invoice = invoice_in_force(scope, period)
    taken = taken_of(load(invoice.number)) if invoice else {}
    return [
        replace(state, left=state.left + taken[state.lot.id]) if state.lot.id in taken else state
        for state in lots_of(scope, period)
    ]


def _last_settled(scope: Scope) -> date | None:
    """The first day of the latest period that took from the lots."""
    entries = LotEntry.objects.filter(
        lot__scope_kind=scope.kind.value, lot__scope_key=scope.id, kind=Movement.SETTLED_CHARGES
    )
    billed = entries.exclude(invoice=None).values_list("invoice__period_start", flat=True)
    prefix = f"{InvoiceKind.SERVICES.value} "
    alone = entries.filter(invoice=None, reference__startswith=prefix).values_list("reference", flat=True)
    days = [*billed, *(date.fromisoformat(reference.split(" ")[1]) for reference in alone if reference)]
    return max(days, default=None)


def _last_expiry(lots: tuple[LotState, ...]) -> date | None:
    """The first day on which no lot can be used any more; None without lots, or if one never expires."""
    ends = [state.lot.expires_on for state in lots]
    return max((end for end in ends if end), default=None) if all(ends) else None
