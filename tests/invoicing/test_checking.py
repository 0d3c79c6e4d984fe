"""Engine against reference."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from kvitto.invoicing.checking import differences, unpriced_differ
from kvitto.rating.charge import Unpriced
from tests.invoicing.cast import charged

LINE = charged("1.00000000000000000001")
UNPRICED = Unpriced("lab", date(2024, 2, 1), "lab", "GPU", "s", date(2024, 2, 3), "no-price", 7)


def test_equal_ratings_do_not_differ() -> None:
    """The order of lines and zeros at the end of a number mean nothing."""
    other = charged("2.50", meter="E8s")
    assert differences([LINE, other], [charged("2.5", meter="E8s"), LINE]) == []


def test_one_digit_is_named_with_its_line_and_both_numbers() -> None:
    """The twentieth decimal counts."""
    (found,) = differences([LINE], [dataclasses.replace(LINE, amount=Decimal("1.00000000000000000002"))])
    assert str(found.phrase) == (
        "Subscription lab, meter D8s, price 1, tier from 0: amount is 1.00000000000000000001 by the engine and"
        " 1.00000000000000000002 by the reference."
    )


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("quantity", Decimal(7)),
        ("unit_price", Decimal("0.51")),
        ("amount", Decimal(1)),
        ("first_day", date(2024, 2, 2)),
        ("last_day", date(2024, 2, 2)),
    ],
)
def test_every_value_of_a_line_is_compared(value: str, other: object) -> None:
    """Quantity, price, amount and days of use must all agree."""
    found = differences([LINE], [dataclasses.replace(LINE, **{value: other})])  # type: ignore[arg-type]
    assert [one.value for one in found] == [value]


def test_a_line_that_one_side_lacks_is_a_difference() -> None:
    """Both ways."""
    (lacking, *_), (extra, *_) = differences([], [LINE]), differences([LINE], [])
    assert (lacking.engine, extra.reference) == ("", "")
    assert "is missing by the engine" in str(lacking.phrase)


def test_lines_of_other_tiers_are_other_lines() -> None:
    """A charge in the wrong tier is found."""
    assert differences([charged("1", tier_from="0")], [charged("1", tier_from="10")])


def test_usage_without_a_price_must_be_the_same_but_for_its_rows() -> None:
    """Counted rows may differ, days may not."""
    assert not unpriced_differ([UNPRICED], [dataclasses.replace(UNPRICED, rows=1)])
    assert unpriced_differ([UNPRICED], [])
    assert unpriced_differ([UNPRICED], [dataclasses.replace(UNPRICED, day=date(2024, 2, 4))])
