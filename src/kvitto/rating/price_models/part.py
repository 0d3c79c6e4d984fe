"""A part of a quantity that has one unit price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Part:
    """So much of a charge's quantity stands in the tier that begins at `tier_from` and costs `unit_price` each."""

    tier_from: Decimal
    unit_price: Decimal
    quantity: Decimal
