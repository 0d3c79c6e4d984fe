"""How a quantity becomes amounts: one file per price model, each with its SQL twin in `rating/steps`.

A model takes the quantity of one charge and the position in the tiers at which it starts, and gives its parts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kvitto.agreements.price_sheet import Price, PriceModel
from kvitto.rating.price_models import graduated, per_unit

if TYPE_CHECKING:
    from kvitto.rating.price_models.part import Part

_MODELS = {PriceModel.PER_UNIT: per_unit.parts, PriceModel.GRADUATED: graduated.parts}


def parts_of(price: Price, position: Decimal, quantity: Decimal) -> list[Part]:
    """The quantity (in price units) cut into parts of one unit price each, lowest tier first, adding up to it exactly.

    `position` is what the pool has already used of the meter in the billing period, in price units.
    """
    return _MODELS[price.model](price.tiers, position, quantity)
