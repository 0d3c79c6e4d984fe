"""Money is exact, carries its currency, and is rounded in one place."""

from __future__ import annotations

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.money import (
    AMOUNT,
    EXACT,
    QUANTITY,
    QUANTITY_SENT,
    CurrencyMismatch,
    Money,
    Width,
    allocate,
    convert_unit,
    currency_decimals,
    cut_towards_zero,
    exact_sum,
    plain,
    round_half_away,
    round_to_step,
    total,
    zero,
)
from tests.campaign import size

exact_quantities = st.decimals(min_value=-(10**20), max_value=10**20, places=15, allow_nan=False)


def usd(amount: str) -> Money:
    """So many US dollars."""
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("0.135", 2, "0.14"),
        ("0.1249999999999999999999999999999", 2, "0.12"),
        ("951.435", 2, "951.44"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1", 2, "1.00"),
    ],
)
def test_halves_go_away_from_zero(value: str, decimals: int, rounded: str) -> None:
    """Rounding is half away from zero, whatever the sign and however long the tail."""
    assert str(round_half_away(Decimal(value), decimals)) == rounded


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=100_000))
@given(exact_quantities)
def test_rounding_never_moves_further_than_half_a_unit(value: Decimal) -> None:
    """The rounded number is the nearest one; at a tie, the larger by absolute value."""
    rounded = round_half_away(value, 2)
    distance = abs(Fraction(rounded) - Fraction(value))
    assert distance <= Fraction(1, 200)
    if distance == Fraction(1, 200):
        assert abs(rounded) > abs(value)


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=100_000))
@given(exact_quantities, st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_unit_is_converted_with_one_rounding(quantity: Decimal, numerator: int, denominator: int) -> None:
    """× numerator ÷ denominator equals the exact fraction, rounded once to the charge's width."""
    converted = convert_unit(quantity, numerator, denominator)
    exact = Fraction(quantity) * numerator / denominator
    step = Fraction(1, 10**QUANTITY.decimals)
    assert abs(Fraction(converted) - exact) * 2 <= step
    assert QUANTITY.decimals >= -int(converted.as_tuple().exponent)


@pytest.mark.parametrize(("value", "cut"), [("1.239", "1.23"), ("-1.239", "-1.23"), ("0.009", "0.00"), ("5", "5.00")])
def test_cutting_goes_towards_zero(value: str, cut: str) -> None:
    """As a partner's lines are cut: -1.239 becomes -1.23, not -1.24."""
    assert str(cut_towards_zero(Decimal(value), 2)) == cut


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("4815.12", "1", "4815"),
        ("4815.50", "1", "4816"),
        ("-4815.50", "1", "-4816"),
        ("0.075", "0.05", "0.10"),
        ("0.07", "0.05", "0.05"),
        ("-0.024", "0.05", "0.00"),
        ("10", "3", "9"),
    ],
)
def test_an_amount_is_rounded_to_a_step(value: str, step: str, rounded: str) -> None:
    """To the nearest multiple; halves go away from zero, also of a step that no power of ten divides."""
    assert round_to_step(Decimal(value), Decimal(step)) == Decimal(rounded)


def test_seconds_become_hours() -> None:
    """33.16 s are 0.009211111111 hours: twelve decimals, the rest rounded once."""
    assert convert_unit(Decimal("33.16"), 1, 3600) == Decimal("0.009211111111")
    assert convert_unit(Decimal("0.0000000018"), 1, 3600) == Decimal("0.000000000001")
    assert convert_unit(Decimal("-0.0000000018"), 1, 3600) == Decimal("-0.000000000001")
    assert convert_unit(Decimal("0.00000000179999"), 1, 3600) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.0000001000", "0.0000001"), ("1E+3", "1000"), ("-0.00", "0"), ("10", "10"), ("0E-18", "0"), ("-1.50", "-1.5")],
)
def test_plain_numbers_have_no_exponent_and_no_idle_zeros(value: str, text: str) -> None:
    """Files and JSON carry numbers that every program reads the same way."""
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize(
    ("width", "value", "fits"),
    [
        (Width(5, 2), "123.45", True),
        (Width(5, 2), "123.450", True),
        (Width(5, 2), "123.456", False),
        (Width(5, 2), "1234", False),
        (Width(5, 2), "0", True),
        (Width(5, 2), "NaN", False),
        (Width(5, 2), "Infinity", False),
        (QUANTITY_SENT, "1" + "0" * 22, True),
        (QUANTITY_SENT, "1" + "0" * 23, False),
        (AMOUNT, "0." + "0" * 23 + "1", True),
    ],
)
def test_a_width_says_whether_every_digit_fits(width: Width, value: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """A value that would lose a digit does not fit."""
    assert width.holds(Decimal(value)) is fits


def test_what_cannot_be_exact_is_refused() -> None:
    """The exact context raises rather than dropping a digit."""
    with pytest.raises(Inexact):
        EXACT.divide(Decimal(1), Decimal(3))


def test_two_currencies_do_not_meet() -> None:
    """Adding, subtracting or comparing two currencies is a fault."""
    with pytest.raises(CurrencyMismatch):
        _ = usd("1") + Money(Decimal(1), "SEK")
    with pytest.raises(CurrencyMismatch):
        _ = usd("1") < Money(Decimal(1), "SEK")


@pytest.mark.parametrize(("currency", "decimals"), [("USD", 2), ("SEK", 2), ("TWD", 0), ("JPY", 0), ("BHD", 2)])
def test_a_currency_has_its_decimals(currency: str, decimals: int) -> None:
    """ISO 4217, at most two (EN 16931 BR-DEC), New Taiwan dollars whole."""
    assert currency_decimals(currency, "SE") == decimals


def test_minor_units_are_whole() -> None:
    """Rounded money is an integer of minor units; unrounded money has none."""
    assert usd("12.34").minor_units("SE") == 1234
    with pytest.raises(Inexact):
        usd("12.345").minor_units("SE")


@given(st.lists(exact_quantities, max_size=20), st.randoms(use_true_random=False))
def test_no_sum_depends_on_order(amounts: list[Decimal], shuffle: object) -> None:
    """Sums are exact, so any order gives the same."""
    turned = list(amounts)
    shuffle.shuffle(turned)  # type: ignore[attr-defined]
    assert exact_sum(amounts) == exact_sum(turned)
    assert total((Money(amount, "USD") for amount in turned), "USD").amount == exact_sum(amounts)


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=100_000))
@given(st.integers(-(10**9), 10**9), st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=12))
def test_parts_add_up_to_the_whole(cents: int, weights: list[Decimal]) -> None:
    """An allocation loses no cent, and no part is further than one cent from its share."""
    whole = Money(Decimal(cents).scaleb(-2), "USD")
    parts = allocate(whole, weights, "SE")
    assert total(parts, "USD") == whole
    weight_sum = exact_sum(weights)
    if weight_sum:
        for part, weight in zip(parts, weights, strict=True):
            share = Fraction(whole.amount) * Fraction(weight) / Fraction(weight_sum)
            assert abs(Fraction(part.amount) - share) < Fraction(1, 100)


def test_nothing_is_zero_of_its_currency() -> None:
    """The sum of no amounts still has a currency."""
    assert total([], "SEK") == zero("SEK") == Money(Decimal(0), "SEK")
