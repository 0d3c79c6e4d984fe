"""Prices valid in time and recorded in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kvitto.agreements.price_sheet import Price, Tier
from kvitto.records.models import PriceRecord, Revision
from kvitto.records.prices import prices_as_of, prices_by_id, record_prices
from tests.rating.cast import graduated, per_unit

pytestmark = pytest.mark.django_db
_NOW = datetime(2024, 3, 1, tzinfo=UTC)
_JANUARY = per_unit("0.1", valid_from=date(2024, 1, 1))
_MARCH = per_unit("0.2", valid_from=date(2024, 3, 1))


def _found(revision: int | None = None) -> list[tuple[date, date | None, Decimal]]:
    return [(price.valid_from, price.valid_to, price.tiers[0].unit_price) for price in prices_as_of(revision)]


def test_what_is_recorded_comes_back_with_every_digit() -> None:
    """All facts of a price, its tiers with 12 decimals and 28 digits."""
    wide = graduated(("0", "1234567890123456.123456789012"), ("99999999999999999999999999.999999999999", "0"))
    price = replace(wide, name="Processor", category="Compute", region="eu", numerator=7, denominator=3600)

    recorded = record_prices([price], _NOW, "test")

    (found,) = prices_as_of()
    assert replace(found, id=price.id) == price
    assert (recorded.added, recorded.changed, recorded.unchanged) == (1, 0, 0)
    assert prices_by_id([found.id]) == {found.id: found}


def test_a_later_price_ends_the_one_before() -> None:
    """The earlier record and its id stay as they are."""
    record_prices([_JANUARY], _NOW, "first")
    (before,) = prices_as_of()
    second = record_prices([_MARCH], _NOW, "second")

    assert _found() == [
        (date(2024, 1, 1), date(2024, 3, 1), Decimal("0.1")),
        (date(2024, 3, 1), None, Decimal("0.2")),
    ]
    assert prices_as_of()[0].id == before.id
    assert second.revision
    assert _found(second.revision - 1) == [(date(2024, 1, 1), None, Decimal("0.1"))]


def test_the_same_prices_again_make_no_revision() -> None:
    """Nothing is new, so nothing was recorded."""
    record_prices([_JANUARY, _MARCH], _NOW, "first")
    again = record_prices([_MARCH, _JANUARY], _NOW, "again")

    assert (again.revision, again.added, again.changed, again.unchanged) == (None, 0, 0, 2)
    assert Revision.objects.count() == 1


def test_a_changed_price_is_superseded_not_edited() -> None:
    """What was believed before can still be asked for."""
    first = record_prices([_JANUARY, _MARCH], _NOW, "first")
    corrected = replace(_JANUARY, tiers=(Tier(Decimal(0), Decimal("0.15")),))
    second = record_prices([corrected, _MARCH], _NOW, "second")

    assert (second.added, second.changed, second.unchanged) == (0, 1, 1)
    assert [unit_price for *_, unit_price in _found()] == [Decimal("0.15"), Decimal("0.2")]
    assert [unit_price for *_, unit_price in _found(first.revision)] == [Decimal("0.1"), Decimal("0.2")]
    assert PriceRecord.objects.count() == 3


def test_a_price_that_was_withdrawn_by_mistake_can_be_given_again() -> None:
    """A withdrawal on the same day takes the place of a price, and a price that of a withdrawal."""
    withdrawn = per_unit("0", valid_from=date(2024, 1, 1), withdrawn=True)
    for given, expected in ((_JANUARY, False), (withdrawn, True), (_JANUARY, False)):
        record_prices([given], _NOW, "test")
        assert [price.withdrawn for price in prices_as_of()] == [expected]


def test_prices_of_some_meters_and_sheets() -> None:
    """Only what was asked for; another sheet, meter or currency ends nothing."""
    others: list[Price] = [
        replace(_MARCH, meter="disk"),
        replace(_MARCH, currency="SEK"),
        replace(_MARCH, price_sheet="partner"),
    ]
    record_prices([_JANUARY, *others], _NOW, "test")

    assert all(price.valid_to is None for price in prices_as_of())
    assert [price.meter for price in prices_as_of(meters=["disk", "unknown"])] == ["disk"]
    assert [price.price_sheet for price in prices_as_of(price_sheets=["partner"])] == ["partner"]
    assert prices_as_of(meters=[]) == []


def test_many_meters_in_few_queries(django_assert_num_queries: object) -> None:
    """Databases limit the values of a condition, so many are asked for in portions."""
    record_prices([replace(_JANUARY, meter=f"meter-{number}") for number in range(1200)], _NOW, "test")

    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(prices_as_of(meters=[f"meter-{number}" for number in range(1200)])) == 1200
