"""Which lots an invoice may use, in which order, and for how much of a line.

Order: what was given before what was bought, then the soonest to expire, then the first to begin, then by id. So the
buyer loses as little as can be.

A lot pays for usage of the days inside its life, not for what happens to be invoiced then: a lot that expired before
the invoice is made still pays for its days. A line that reaches over an edge of the life counts by its days, as if it
had been used evenly over its service period (agreements.md §10 leaves it open).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.hierarchy import Scope
from kvitto.money import Money, allocate
from kvitto.periods import Period

_BOUGHT = frozenset((LotSource.PURCHASED, LotSource.PREPAYMENT, LotSource.PREPAID_KEY))


@dataclass(frozen=True)
class LotState:
    """A lot and what is left of it, in the currency's billed decimals."""

    lot: CreditLot
    left: Money


def order_of(lot: CreditLot) -> tuple[bool, date, date, str]:
    """The key by which lots are used one after another."""
    return (lot.source in _BOUGHT, lot.expires_on or date.max, lot.starts_on, lot.id)


def usable(lots: Iterable[LotState], scope: Scope, treatment: LotTreatment) -> list[LotState]:
    """The lots of this treatment that the scope's invoices may use, in their order; those of other scopes never are."""
    own = (one for one in lots if one.lot.scope == scope and one.lot.treatment is treatment and one.left.amount > 0)
    return sorted(own, key=lambda one: order_of(one.lot))


def share_in_life(lot: CreditLot, service_period: Period, amount: Money, country: str) -> Money:
    """How much of an amount used evenly over the service period lies inside the lot's life.

    Rounded to a minor unit, so that the share inside and the share outside add up to the amount.
    """
    end = min(lot.expires_on or service_period.end, service_period.end)
    inside = (end - max(lot.starts_on, service_period.start)).days
    if inside <= 0:
        return Money(Decimal(0), amount.currency)
    outside = service_period.length_in_days - inside
    return allocate(amount, [Decimal(inside), Decimal(outside)], country)[0] if outside else amount
