"""Bars by day: how tall, how wide, where, and what they say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.money import Money
from kvitto.periods import Period
from kvitto.portal.chart import chart_of_days

FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1))


def _usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def _number(percent: str) -> Decimal:
    return Decimal(percent.removesuffix("%"))


def test_a_day_without_usage_has_no_bar_and_every_day_a_mark() -> None:
    """Unknown is not zero: only days with an amount are drawn, also when it is zero."""
    chart = chart_of_days(FEBRUARY, {date(2024, 2, 2): _usd("0"), date(2024, 2, 5): _usd("3")}, "USD")
    assert [bar.day.day for bar in chart.bars] == [2, 5]
    assert len(chart.marks) == 29
    assert chart.bars[0].height == "0.6%"


def test_the_highest_line_is_the_next_round_number() -> None:
    """1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten holds the highest bar."""
    tops = {
        "3": "3",
        "188.35": "200",
        "111": "150",
        "6.5": "8",
        "0.0051": "0.006",
        "0.007": "0.008",
        "9.5": "10",
        "41": "50",
    }
    for highest, top in tops.items():
        chart = chart_of_days(FEBRUARY, {date(2024, 2, 1): _usd(highest)}, "USD")
        assert chart.rules[-1].amount.amount == Decimal(top), highest


def test_bars_are_as_tall_as_their_share_of_the_top_line() -> None:
    """Half the amount is half the height."""
    chart = chart_of_days(FEBRUARY, {date(2024, 2, 1): _usd("100"), date(2024, 2, 2): _usd("50")}, "USD")
    tall, short = (_number(bar.height) for bar in chart.bars)
    assert tall == 2 * short
    assert chart.highest == chart.bars[0]


def test_a_negative_day_keeps_its_value_and_has_the_least_height() -> None:
    """A correction below zero does not draw a bar upwards."""
    chart = chart_of_days(FEBRUARY, {date(2024, 2, 1): _usd("-5"), date(2024, 2, 2): _usd("5")}, "USD")
    assert chart.bars[0].height == "0.6%"
    assert chart.bars[0].amount == _usd("-5")


def test_no_usage_gives_no_bars_and_no_highest() -> None:
    """An empty period is drawn without a fault."""
    chart = chart_of_days(FEBRUARY, {}, "USD")
    assert chart.bars == ()
    assert chart.highest is None


@given(
    length=st.integers(1, 31),
    amounts=st.lists(st.decimals(0, 10**9, allow_nan=False, places=9), min_size=1, max_size=31),
)
@settings(max_examples=50)
def test_everything_stays_inside_the_drawing(length: int, amounts: list[Decimal]) -> None:
    """No bar, reach or text leaves 0–100 %, whatever the amounts and the length of the period."""
    period = Period(FEBRUARY.start, FEBRUARY.start + timedelta(days=length))
    chart = chart_of_days(period, dict(zip(period.days(), (Money(a, "USD") for a in amounts), strict=False)), "USD")
    for bar in chart.bars:
        assert 0 <= _number(bar.left) <= _number(bar.left) + _number(bar.width) <= Decimal("100.01")
        assert 0 <= _number(bar.reach_left) <= _number(bar.reach_left) + _number(bar.reach_width) <= Decimal("100.01")
        assert Decimal(12) <= _number(bar.top) <= _number(bar.top) + _number(bar.height) <= Decimal("90.01")
        assert 0 <= _number(bar.anchor_at) <= Decimal("100.01")
