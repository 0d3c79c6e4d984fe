"""Graduated: each unit at the price of the tier in which it falls."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.agreements.price_sheet import Tier
from kvitto.money import exact_sum
from kvitto.rating.price_models import graduated

_TIERS = (Tier(Decimal(0), Decimal(3)), Tier(Decimal(10), Decimal(2)), Tier(Decimal(20), Decimal(1)))
_HALVES = st.integers(-100, 100).map(lambda halves: Decimal(halves) / 2)


@pytest.mark.parametrize(
    ("position", "quantity", "expected"),
    [
        ("0", "10", [("0", "10")]),  # up to the bound is the lower tier
        ("10", "5", [("10", "5")]),  # from the bound on the upper one
        ("5", "10", [("0", "5"), ("10", "5")]),
        ("9.5", "11", [("0", "0.5"), ("10", "10"), ("20", "0.5")]),
        ("20", "100", [("20", "100")]),
        ("25", "-10", [("10", "-5"), ("20", "-5")]),  # given back at the prices they stood at
        ("10", "-4", [("0", "-4")]),
        ("0", "-3", [("0", "-3")]),  # below zero there is only the first tier
        ("-3", "5", [("0", "5")]),
        ("4", "0", [("0", "0")]),
        ("10", "0", [("10", "0")]),  # nothing, on a bound: the upper tier
        ("-2", "0", [("0", "0")]),
    ],
)
def test_a_quantity_is_cut_at_the_bounds(position: str, quantity: str, expected: list[tuple[str, str]]) -> None:
    """The parts are what lies in each tier between where the quantity begins and where it ends."""
    parts = graduated.parts(_TIERS, Decimal(position), Decimal(quantity))

    assert [(part.tier_from, part.quantity) for part in parts] == [
        (Decimal(start), Decimal(inside)) for start, inside in expected
    ]
    assert all(part.unit_price == {0: 3, 10: 2, 20: 1}[int(part.tier_from)] for part in parts)


@given(position=_HALVES, first=_HALVES, second=_HALVES)
def test_two_steps_cost_what_one_does(position: Decimal, first: Decimal, second: Decimal) -> None:
    """However usage is cut, and whichever way it goes, what it costs depends on where it begins and ends."""

    def cost(start: Decimal, quantity: Decimal) -> Decimal:
        return exact_sum(part.quantity * part.unit_price for part in graduated.parts(_TIERS, start, quantity))

    assert cost(position, first) + cost(position + first, second) == cost(position, first + second)


@given(position=_HALVES, quantity=_HALVES)
def test_the_parts_add_up_to_the_quantity(position: Decimal, quantity: Decimal) -> None:
    """Nothing is lost at a bound, and no part goes the other way than the whole."""
    parts = graduated.parts(_TIERS, position, quantity)

    assert exact_sum(part.quantity for part in parts) == quantity
    assert all((part.quantity > 0) == (quantity > 0) and (part.quantity < 0) == (quantity < 0) for part in parts)
