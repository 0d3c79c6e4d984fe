"""Dated prices: what one unit of a meter costs on a day, and how usage becomes that unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PriceModel(StrEnum):
    """How a quantity becomes an amount; one file each in `rating/price_models/`."""

    PER_UNIT = "per-unit"
    GRADUATED = "graduated"


@dataclass(frozen=True)
class Tier:
    """From this quantity on (in price units, over the billing period and pool), each unit costs this much."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True)
class Price:
    """A price of a meter, valid from a day until another (None: until further notice).

    `id` names this version for ever. `numerator`/`denominator` turn a quantity in `usage_unit` into `price_unit`
    (seconds to hours: 1/3600). `tiers` holds one tier from 0 for PER_UNIT; for GRADUATED they rise from 0.
    `withdrawn` prices end a validity: usage on such a day has no price. `category` and `region` describe the meter.
    """

    id: int
    price_sheet: str
    meter: str
    currency: str
    model: PriceModel
    tiers: tuple[Tier, ...]
    usage_unit: str
    price_unit: str
    numerator: int
    denominator: int
    valid_from: date
    valid_to: date | None = None
    withdrawn: bool = False
    name: str = ""
    category: str = ""
    region: str = ""

    def holds_on(self, day: date) -> bool:
        """True if the day is within its validity."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
