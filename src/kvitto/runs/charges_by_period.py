"""What each billing period came to, for a whole that is invoiced together or for a part of it.

Of a period with an invoice its lines are added up; the others are rated now, all in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import load
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, rate_periods


@dataclass(frozen=True)
class PeriodTotal:
    """The charges of a period without tax, before credit; None if they cannot be worked out. `is_final`: invoiced."""

    period: Period
    charges: Money | None
    is_final: bool


def charges_by_period(
    office: Office, whole: InvoiceScope, part: InvoiceScope, periods: Sequence[Period]
) -> list[PeriodTotal]:
    """The totals of the part's subscriptions, in the order of the periods; prices are those of the whole."""
    own = frozenset(one.id for one in part.subscriptions)
    invoices = {one.period: one.number for one in invoices_in_force([whole.scope]) if one.kind is InvoiceKind.SERVICES}
    billed = {
        period: PeriodTotal(period, _of_invoice(invoices[period], own), is_final=True)
        for period in periods
        if period in invoices
    }
    open_ones = [(whole, period) for period in periods if period not in billed]
    rated = rate_periods(office, open_ones, current_as_of(), InvoiceKind.SERVICES) if open_ones else []
    found = billed | {one.period: PeriodTotal(one.period, _of_rated(one, part), is_final=False) for one in rated}
    return [found.get(period, PeriodTotal(period, None, is_final=False)) for period in periods]


def _of_invoice(number: str, own: frozenset[str]) -> Money:
    facts = load(number)
    lines = [line for section in facts.sections for line in section.lines if line.subscription_id in own]
    return Money(sum((line.amount for line in lines), Decimal(0)), facts.currency)


def _of_rated(rated: RatedPeriod, part: InvoiceScope) -> Money | None:
    own = {one.id for one in part.subscriptions}
    scope = replace(rated.scope, subscriptions=part.subscriptions)
    lines = tuple(line for line in rated.lines if line.subscription in own)
    try:
        return replace(rated, scope=scope, lines=lines).estimate.charges
    except UnableTo:
        return None
