"""Graduated: each unit costs what the tier says in which it falls; a tier begins where the one before it ends.

The position is how much was used before in the billing period. It may go down: a correction with a negative quantity
gives back the units that were used last, at the prices of the tiers they stood in. Below zero there is only the
first tier, above the last bound only the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kvitto.agreements.price_sheet import Tier
from kvitto.money import EXACT
from kvitto.rating.price_models.part import Part


def parts(tiers: Sequence[Tier], position: Decimal, quantity: Decimal) -> list[Part]:
    """A part for each tier that the way from `position` to `position + quantity` crosses.

    A quantity of zero is one part of zero in the tier in which the position stands; on a bound that is the upper one.
    """
    after = EXACT.add(position, quantity)
    ends: list[Decimal | None] = [tier.from_quantity for tier in tiers[1:]] + [None]
    found = []
    for number, (tier, end) in enumerate(zip(tiers, ends, strict=True)):
        start = tier.from_quantity if number else None
        inside = EXACT.subtract(_within(start, end, after), _within(start, end, position))
        if inside or (not quantity and _holds(start, end, position)):
            found.append(Part(tier.from_quantity, tier.unit_price, inside))
    return found


def _within(start: Decimal | None, end: Decimal | None, position: Decimal) -> Decimal:
    """The point of the tier that lies nearest to the position; a bound of None is never reached."""
    if start is not None and position < start:
        return start
    if end is not None and position > end:
        return end
    return position


def _holds(start: Decimal | None, end: Decimal | None, position: Decimal) -> bool:
    return (start is None or position >= start) and (end is None or position < end)
