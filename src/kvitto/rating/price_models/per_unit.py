"""Per unit: every unit costs the same, whatever was used before."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kvitto.agreements.price_sheet import Tier
from kvitto.rating.price_models.part import Part


def parts(tiers: Sequence[Tier], _position: Decimal, quantity: Decimal) -> list[Part]:
    """The whole quantity at the one price."""
    (only,) = tiers
    return [Part(only.from_quantity, only.unit_price, quantity)]
