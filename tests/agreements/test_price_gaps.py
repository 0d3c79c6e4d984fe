"""Prices of then, with later ones on the days that had none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kvitto.agreements.price_gaps import with_gaps_filled
from kvitto.agreements.price_sheet import Price
from tests.invoicing.cast import price


def on(number: int, start: int, end: int | None = None, meter: str = "D8s") -> Price:
    """A price valid on these days of February."""
    last = date(2024, 2, end) if end else None
    return replace(price(number, meter), valid_from=date(2024, 2, start), valid_to=last)


def told(prices: list[Price]) -> list[tuple[int, int, int | None]]:
    """Number, first day and first day after."""
    return [(one.id, one.valid_from.day, one.valid_to.day if one.valid_to else None) for one in prices]


def test_a_later_price_holds_only_where_there_was_none() -> None:
    """Before the first known price, and after the last."""
    known = [on(1, 10, 20)]
    assert told(with_gaps_filled(known, [on(2, 1, 15)])) == [(2, 1, 10), (1, 10, 20)]
    assert told(with_gaps_filled(known, [on(2, 15)])) == [(1, 10, 20), (2, 20, None)]
    assert told(with_gaps_filled([on(1, 10)], [on(2, 5), on(3, 12)])) == [(2, 5, 10), (1, 10, None)]


def test_a_meter_that_had_no_price_takes_the_later_ones() -> None:
    """With their own days."""
    assert told(with_gaps_filled([], [on(2, 1, 15), on(3, 15)])) == [(2, 1, 15), (3, 15, None)]


def test_days_of_a_withdrawn_price_had_none() -> None:
    """A withdrawn price fills nothing either."""
    withdrawn = replace(on(1, 10), withdrawn=True)
    assert told(with_gaps_filled([on(4, 1, 10), withdrawn], [on(2, 1)])) == [(4, 1, 10), (2, 10, None)]
    assert told(with_gaps_filled([on(4, 1, 10)], [withdrawn])) == [(4, 1, 10)]


def test_a_price_has_one_span_of_days() -> None:
    """One that would be needed on both sides of a known price, and one that is known already, fill nothing."""
    assert told(with_gaps_filled([on(1, 10, 20)], [on(2, 1)])) == [(1, 10, 20)]
    assert told(with_gaps_filled([on(1, 10, 20)], [on(1, 10)])) == [(1, 10, 20)]
