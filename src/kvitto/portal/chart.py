"""Bars by day as ready coordinates for an SVG: nothing here is money, only how tall and how wide.

Coordinates are percentages, so that the bars follow the page's width while the text keeps its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kvitto.money import Money, plain, round_half_away

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kvitto.periods import Period

_TOP, _BASE = Decimal(12), Decimal(90)  # the plot lies between these heights; above it the value, below it the days
_LEAST = Decimal("0.6")  # of the height: a day with usage that cost nothing does not look like one without usage
_GAP = Decimal("0.22")  # of a day's width
_STEPS = tuple(Decimal(step) for step in ("1", "1.5", "2", "3", "4", "5", "6", "8", "10"))
_LABEL_EVERY = 5


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands, and where its reach (the whole column) and its value text lie."""

    day: date
    amount: Money
    left: str
    width: str
    top: str
    height: str
    reach_left: str
    reach_width: str
    anchor_at: str
    anchor: str  # how the value text hangs at `anchor_at`: start, middle or end


@dataclass(frozen=True)
class Mark:
    """A day named below the base line; a minor one may be left out where there is little room."""

    day: date
    at: str
    is_minor: bool


@dataclass(frozen=True)
class Rule:
    """A horizontal line and its amount."""

    at: str
    amount: Money


@dataclass(frozen=True)
class Chart:
    """The bars of the days that have usage, the marks of all days, and the lines behind them."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]
    highest: Bar | None


def chart_of_days(period: Period, amounts: Mapping[date, Money], currency: str) -> Chart:
    """A bar for each day of the period that has an amount. A day at or below zero has the least bar."""
    ceiling = _ceiling(max((amount.amount for amount in amounts.values()), default=Decimal(0)))
    width = Decimal(100) / period.length_in_days
    bars = tuple(
        _bar(day, amounts[day], number * width, width, ceiling)
        for number, day in enumerate(period.days())
        if day in amounts
    )
    marks = tuple(
        Mark(day, _percent((number + Decimal("0.5")) * width), is_minor=number % _LABEL_EVERY != 0)
        for number, day in enumerate(period.days())
    )
    rules = tuple(
        Rule(_percent(_height_at(share)), Money(ceiling * share, currency))
        for share in (Decimal(0), Decimal("0.5"), Decimal(1))
    )
    return Chart(bars, marks, rules, max(bars, key=lambda bar: bar.amount.amount, default=None))


def _bar(day: date, amount: Money, left: Decimal, width: Decimal, ceiling: Decimal) -> Bar:
    top = min(_height_at(max(amount.amount, Decimal(0)) / ceiling), _BASE - _LEAST)
    middle = left + width / 2
    anchor, anchor_at = ("start", left) if middle < 20 else ("end", left + width) if middle > 80 else ("middle", middle)  # noqa: PLR2004
    return Bar(
        day,
        amount,
        left=_percent(left + width * _GAP / 2),
        width=_percent(width * (1 - _GAP)),
        top=_percent(top),
        height=_percent(_BASE - top),
        reach_left=_percent(left),
        reach_width=_percent(width),
        anchor_at=_percent(anchor_at),
        anchor=anchor,
    )


def _height_at(share: Decimal) -> Decimal:
    return _BASE - (_BASE - _TOP) * share


def _ceiling(highest: Decimal) -> Decimal:
    """The next round number that holds the highest bar: 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten."""
    if highest <= 0:
        return Decimal(1)
    magnitude = Decimal(1).scaleb(highest.adjusted())
    return next(step * magnitude for step in _STEPS if step * magnitude >= highest)


def _percent(value: Decimal) -> str:
    return f"{plain(round_half_away(value, 3))}%"
