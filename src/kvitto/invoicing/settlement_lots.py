"""Which lots an invoice may use, in which order, and for how much of a line.

Order: what was given before what was bought, then the soonest to expire, then the first to begin, then by id. So the
buyer loses as little as can be.

A lot pays for usage of the days inside its life, not for what happens to be invoiced then: a lot that expired before
the invoice is made still pays for its days. A line that reaches over an edge of the life counts by its days, as if it
had been used evenly over its service period (agreements.md §10 leaves it open).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

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


def days_of_lives(service_period: Period, lots: Iterable[LotState]) -> list[Period]:
    """The service period, cut wherever the life of one of the lots begins or ends."""
    edges = {day for one in lots for day in (one.lot.starts_on, one.lot.expires_on) if day and day in service_period}
    cuts = sorted(edges | {service_period.start, service_period.end})
    return [Period(start, end) for start, end in pairwise(cuts)]


def lives_through(lot: CreditLot, days: Period) -> bool:
    """True if the lot pays for what was used on each of these days."""
    return lot.starts_on <= days.start and (lot.expires_on is None or days.end <= lot.expires_on)


def is_alive(lot: CreditLot, day: date) -> bool:
    """True if what is used on the day may be paid from the lot."""
    return lot.starts_on <= day and (lot.expires_on is None or day < lot.expires_on)


def shared_out(amount: Money, pieces: Sequence[Period], country: str) -> list[Money]:
    """The amount on each of these days, as if it had been used evenly; together exactly the amount."""
    return allocate(amount, [Decimal(days.length_in_days) for days in pieces], country)
