"""Exact amounts with a currency, and the only place that rounds.

Everything here is `Decimal` under a context that refuses to lose a digit: an operation that would have to round
raises `decimal.Inexact` instead. What must be rounded is rounded by `round_half_away`, half away from zero
(EN 16931 §6.5: half up, by absolute value), to a width that the table below states.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_UP,
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from functools import cached_property

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow, Clamped])
_ROUNDING = Context(prec=200, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
_CUTTING = Context(prec=200, rounding=ROUND_DOWN, traps=[InvalidOperation, DivisionByZero, Overflow])


@dataclass(frozen=True)
class Width:
    """How many digits a kind of number may have: `digits` in all, `decimals` of them after the point."""

    digits: int
    decimals: int

    @property
    def sql_type(self) -> str:
        """The column type in SQL, for example `DECIMAL(38,15)`."""
        return f"DECIMAL({self.digits},{self.decimals})"

    def holds(self, value: Decimal) -> bool:
        """True if the value fits without losing a digit."""
        if not value.is_finite():
            return False
        try:
            EXACT.quantize(value, self._smallest)
        except (Inexact, InvalidOperation):
            return False
        return value.copy_abs() < self._beyond

    @cached_property
    def _smallest(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimals)

    @cached_property
    def _beyond(self) -> Decimal:
        return Decimal(1).scaleb(self.digits - self.decimals)


QUANTITY_SENT = Width(38, 15)  # a quantity, as its sender wrote it, in the sender's unit
QUANTITY = Width(38, 12)  # a charge's quantity, converted to the unit of its price
PRICE = Width(28, 12)  # the price of one unit
RATE = Width(9, 6)  # a tax rate in percent
AMOUNT = Width(38, 24)  # an unrounded amount: quantity times price, exactly

# ISO 4217 currencies without a minor unit. EN 16931 BR-DEC allows at most two decimals, so the currencies with
# three (BHD, KWD …) are billed with two. New Taiwan dollars are billed whole, as Taiwan's invoices ask.
_WITHOUT_DECIMALS = frozenset(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "TWD",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    )
)
_DECIMALS_OF_SELLERS_COUNTRY: dict[tuple[str, str], int] = {}  # (currency, country) where a law differs from the above


def currency_decimals(currency: str, seller_country: str) -> int:
    """Decimals of a billed amount in this currency, for a seller established in this country (ISO 3166 alpha-2)."""
    return _DECIMALS_OF_SELLERS_COUNTRY.get((currency, seller_country), 0 if currency in _WITHOUT_DECIMALS else 2)


def round_half_away(value: Decimal, decimals: int) -> Decimal:
    """The value with so many decimals, halves going away from zero: 0.125 → 0.13, -0.125 → -0.13."""
    return value.quantize(Decimal(1).scaleb(-decimals), context=_ROUNDING)


def cut_towards_zero(value: Decimal, decimals: int) -> Decimal:
    """The value with so many decimals, all others left out: 1.239 → 1.23, -1.239 → -1.23 (agreements.md §7)."""
    return value.quantize(Decimal(1).scaleb(-decimals), context=_CUTTING)


def round_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of the step, halves going away from zero: 4,815.12 by 1 → 4,815, 0.075 by 0.05 → 0.10."""
    steps = Fraction(value) / Fraction(step)
    magnitude = (2 * abs(steps.numerator) + steps.denominator) // (2 * steps.denominator)
    return EXACT.multiply(Decimal(magnitude if steps >= 0 else -magnitude), step)


def convert_unit(quantity: Decimal, numerator: int, denominator: int) -> Decimal:
    """The quantity × numerator ÷ denominator, rounded once to the width of `QUANTITY`.

    Exact integer arithmetic decides the half, so a fraction that does not end (seconds ÷ 3600) is not rounded twice.
    """
    shifted = int(EXACT.to_integral_exact(EXACT.scaleb(quantity, QUANTITY_SENT.decimals)))
    scale_down = 10 ** (QUANTITY_SENT.decimals - QUANTITY.decimals)
    dividend, divisor = shifted * numerator, denominator * scale_down
    magnitude = (2 * abs(dividend) + divisor) // (2 * divisor)
    return EXACT.scaleb(Decimal(magnitude if dividend >= 0 else -magnitude), -QUANTITY.decimals)


def plain(value: Decimal) -> str:
    """The number for files and JSON: no exponent, no grouping, no trailing zeros after the point, never "-0"."""
    text = str(value)
    if "E" in text:
        text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum, exactly; zero for nothing."""
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value)
    return total


class CurrencyMismatch(TypeError):  # noqa: N818 - says what happened
    """Two amounts in different currencies met in one sum; a fault of the program, not of a person."""


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency (ISO 4217 code). Adding two currencies raises `CurrencyMismatch`."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(EXACT.add(self.amount, self._amount_of(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(EXACT.subtract(self.amount, self._amount_of(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._amount_of(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._amount_of(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def times(self, factor: Decimal) -> Money:
        """The exact product; nothing is rounded."""
        return Money(EXACT.multiply(self.amount, factor), self.currency)

    def rounded(self, seller_country: str) -> Money:
        """The amount as it is billed by a seller of this country: half away from zero, to the currency's decimals."""
        return Money(round_half_away(self.amount, currency_decimals(self.currency, seller_country)), self.currency)

    def minor_units(self, seller_country: str) -> int:
        """The rounded amount as a whole number of minor units; raises `decimal.Inexact` if it is not rounded."""
        decimals = currency_decimals(self.currency, seller_country)
        return int(EXACT.to_integral_exact(EXACT.scaleb(self.amount, decimals)))

    def _amount_of(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            message = f"{self.currency} and {other.currency} cannot be calculated together"
            raise CurrencyMismatch(message)
        return other.amount


def zero(currency: str) -> Money:
    """No money, in this currency."""
    return Money(Decimal(0), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum of amounts in one currency; zero for none."""
    result = zero(currency)
    for amount in amounts:
        result += amount
    return result


def allocate(amount: Money, weights: Sequence[Decimal], seller_country: str) -> list[Money]:
    """The rounded amount split by weight so that the parts add up to it exactly (largest remainder; ties: first one).

    All weights zero, or none: the whole amount goes to the first part. Weights may not be negative.
    """
    decimals = currency_decimals(amount.currency, seller_country)
    units, whole = amount.minor_units(seller_country), _whole(weights)
    magnitude, weight_sum = abs(units), sum(whole)
    if not (magnitude and weight_sum):
        shares = [magnitude] + [0] * (len(weights) - 1)
    else:
        shares, remainders = map(list, zip(*(divmod(weight * magnitude, weight_sum) for weight in whole), strict=True))
        by_remainder = sorted(range(len(shares)), key=lambda index: (-remainders[index], index))
        for index in by_remainder[: magnitude - sum(shares)]:
            shares[index] += 1
    sign = -1 if units < 0 else 1
    return [Money(Decimal(sign * share).scaleb(-decimals), amount.currency) for share in shares]


def _whole(values: Sequence[Decimal]) -> list[int]:
    """The values as whole numbers, all multiplied by the same power of ten."""
    places = max((-int(value.as_tuple().exponent) for value in values), default=0)
    return [int(EXACT.scaleb(value, places)) for value in values]
