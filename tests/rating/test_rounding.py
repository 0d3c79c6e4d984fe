"""Where, when and how often a quantity is rounded: each case would come out otherwise if one of these were wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.agreements.price_sheet import Price
from kvitto.rating import reference
from tests.rating.cast import UsageRow, graduated, member, per_unit, rated, reference_rows, used

_SMALLEST = Decimal("0.000000000001")  # the last digit of a charge's quantity
_HALF = "0.0000000000005"


@pytest.mark.parametrize(
    ("why", "rows", "price", "quantities"),
    [
        (
            "the day's sum is rounded, not each event: three halves are one and a half, not three",
            [used(_HALF, hour=1), used(_HALF, hour=2), used(_HALF, hour=3)],
            per_unit("1"),
            [2 * _SMALLEST],
        ),
        (
            "each resource and day has a sum of its own, which is rounded on its own",
            [used(_HALF, resource="vm-1"), used(_HALF, resource="vm-2")],
            per_unit("1"),
            [_SMALLEST, _SMALLEST],
        ),
        (
            "a half goes away from zero, not to the even digit",
            [used("0.0000000000025")],
            per_unit("1"),
            [3 * _SMALLEST],
        ),
        (
            "a negative half goes away from zero too",
            [used("-0.0000000000025")],
            per_unit("1"),
            [-3 * _SMALLEST],
        ),
        (
            "just under a half goes to zero",
            [used("0.000000000000499")],
            per_unit("1"),
            [Decimal(0)],
        ),
        (
            "just over a negative half goes to zero",
            [used("-0.000000000000499")],
            per_unit("1"),
            [Decimal(0)],
        ),
        (
            "multiply first: 1 s × 7 ÷ 3 is 2.333333333333, where 1 ÷ 3 rounded × 7 would end in …331",
            [used("1")],
            per_unit("1", fraction=(7, 3)),
            [Decimal("2.333333333333")],
        ),
        (
            "round after dividing: the thousandth of a sum that is not rounded before",
            [used("0.0000000004996")],
            per_unit("1", fraction=(1, 1000)),
            [Decimal(0)],
        ),
        (
            "once, not twice: 0.4996 of the last digit, which rounded to 0.500 first would become a whole one",
            [used("0.000000000003497")],
            per_unit("1", fraction=(1, 7)),
            [Decimal(0)],
        ),
        (
            "seconds to hours do not terminate: 1 s is 0.000277777778 h",
            [used("1")],
            per_unit("1", fraction=(1, 3600)),
            [Decimal("0.000277777778")],
        ),
        (
            "a correction cancels what it corrects: both lie in one sum",
            [used("1"), used("-1", hour=2)],
            per_unit("1", fraction=(1, 3600)),
            [Decimal(0)],
        ),
        (
            "a divisor that is odd has no half: 1 ÷ 3 of the last digit goes down",
            [used("0.000000000001")],
            per_unit("1", fraction=(1, 3)),
            [Decimal(0)],
        ),
        (
            "and 2 ÷ 3 of it goes up",
            [used("0.000000000002")],
            per_unit("1", fraction=(1, 3)),
            [_SMALLEST],
        ),
        (
            "1,800 s are exactly half an hour, whatever the way",
            [used("1800")],
            per_unit("1", fraction=(1, 3600)),
            [Decimal("0.5")],
        ),
        (
            "a half in the last digit after a division: 1 ÷ 2",
            [used("0.000000000001")],
            per_unit("1", fraction=(1, 2)),
            [_SMALLEST],
        ),
        (
            "more than 18 digits: none is lost on the way",
            [used("12345678901234.123456789012500")],
            per_unit("1"),
            [Decimal("12345678901234.123456789013")],
        ),
        (
            "tiers are cut after rounding, so the parts are the rounded quantity",
            [used("10.0000000000005")],
            graduated(("0", "1"), ("10", "2")),
            [Decimal(10), _SMALLEST],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rounding(tmp_path: Path, why: str, rows: list[UsageRow], price: Price, quantities: list[Decimal]) -> None:
    """Both engines round once per charge, half away from zero, after summing and multiplying."""
    by_reference = reference.rate(reference_rows(rows), [member()], [price]).charges
    with rated(tmp_path, rows, [member()], [price]) as by_engine:
        by_sql = list(by_engine.charges())

    assert [charge.quantity for charge in by_reference] == quantities, why
    assert [charge.quantity for charge in by_sql] == quantities, why


def test_amounts_are_never_rounded(tmp_path: Path) -> None:
    """An amount has all 24 decimals that a quantity and a price of 12 each can make."""
    rows, price = [used("0.000000000001")], per_unit("0.000000000001")

    with rated(tmp_path, rows, [member()], [price]) as by_engine:
        (line,) = by_engine.lines()

    assert line.amount == Decimal("1E-24")
    assert line == reference.rate(reference_rows(rows), [member()], [price]).lines[0]
