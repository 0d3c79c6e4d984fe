"""Per unit: one price whatever was used before."""

from decimal import Decimal

from kvitto.agreements.price_sheet import Tier
from kvitto.rating.price_models import per_unit
from kvitto.rating.price_models.part import Part

_TIERS = (Tier(Decimal(0), Decimal("0.384")),)


def test_the_whole_quantity_has_the_one_price() -> None:
    """The position makes no difference."""
    for position in (Decimal(0), Decimal(10**6), Decimal(-5)):
        assert per_unit.parts(_TIERS, position, Decimal("2.5")) == [Part(Decimal(0), Decimal("0.384"), Decimal("2.5"))]


def test_zero_usage_is_a_part_of_zero() -> None:
    """Zero usage leaves a trace; missing usage does not."""
    assert per_unit.parts(_TIERS, Decimal(0), Decimal(0)) == [Part(Decimal(0), Decimal("0.384"), Decimal(0))]
