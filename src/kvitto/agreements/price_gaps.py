"""Prices that were known once, with those that came later for the days on which there was none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from kvitto.agreements.price_sheet import Price
from kvitto.periods import Period


def with_gaps_filled(known: Sequence[Price], later: Iterable[Price]) -> list[Price]:
    """The known prices, and of the later ones those days that no known price holds on; a withdrawn price holds on none.

    A later price that would fill several separate gaps fills none, because a price has one span of days. All must be
    `in_force`: of one key no two hold on the same day.
    """
    found = [price for price in known if not price.withdrawn]
    ids = {price.id for price in found}
    filling = []
    for price in later:
        if price.withdrawn or price.id in ids:
            continue
        gaps = _gaps(price, [one for one in found if one.key == price.key])
        if len(gaps) == 1:
            (gap,) = gaps
            end = gap.end if gap.end < date.max else None
            filling.append(replace(price, valid_from=gap.start, valid_to=end))
    return sorted([*found, *filling], key=lambda price: (price.key, price.valid_from))


def _gaps(price: Price, known: Sequence[Price]) -> list[Period]:
    """The days of the price that none of these holds on."""
    start, end = price.valid_from, price.valid_to or date.max
    gaps = []
    for other in sorted(known, key=lambda one: one.valid_from):
        other_end = other.valid_to or date.max
        if other_end <= start or other.valid_from >= end:
            continue
        if start < other.valid_from:
            gaps.append(Period(start, other.valid_from))
        start = other_end
    if start < end:
        gaps.append(Period(start, end))
    return gaps
