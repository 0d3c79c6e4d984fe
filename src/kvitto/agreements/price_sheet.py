"""Dated prices: what one unit of a meter costs on a day, and how usage becomes that unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PriceModel(StrEnum):
    """How a quantity becomes an amount; one file each in `rating/price_models/`."""

    PER_UNIT = "per-unit"
    GRADUATED = "graduated"


class ChargeKind(StrEnum):
    """What is sold: it decides on which invoice it stands, and whether credit may pay for it."""

    USAGE = "usage"
    SEPARATE = "separate"  # services outside an enrollment's credit (agreements.md §6.2)
    MARKETPLACE = "marketplace"  # sold by a third party
    RESERVATION = "reservation"
    SUPPORT = "support"
    LICENCE = "licence"  # software that is sold by the piece, beside what is metered

    @property
    def is_credit_eligible(self) -> bool:
        """True if credits and prepayment may pay for it (agreements.md §10)."""
        return self in {ChargeKind.USAGE, ChargeKind.RESERVATION}


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
    `tax_class` chooses a rate of the buyer's country ("" for the standard rate). `publisher`: of what a third party
    sells. `earned_credit`: percent of the price that a partner earns, 0 or 15 (agreements.md §7).
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
    kind: ChargeKind = ChargeKind.USAGE
    tax_class: str = ""
    publisher: str = ""
    earned_credit: int = 0

    def holds_on(self, day: date) -> bool:
        """True if the day is within its validity."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def key(self) -> tuple[str, str, str]:
        """What one price at a time can hold for: price sheet, meter and currency."""
        return (self.price_sheet, self.meter, self.currency)


def in_force(prices: Iterable[Price]) -> list[Price]:
    """The prices, each ending no later than the next of its key begins; ordered by key and first day.

    No two of a key may begin on the same day.
    """
    by_key: dict[tuple[str, str, str], list[Price]] = defaultdict(list)
    for price in prices:
        by_key[price.key].append(price)
    ended: list[Price] = []
    for key in sorted(by_key):
        following: date | None = None
        until_now: list[Price] = []
        for price in sorted(by_key[key], key=lambda price: price.valid_from, reverse=True):
            ends = [day for day in (price.valid_to, following) if day]
            until_now.append(replace(price, valid_to=min(ends, default=None)))
            following = price.valid_from
        ended += reversed(until_now)
    return ended


def price_on(prices: Iterable[Price], price_sheet: str, meter: str, currency: str, day: date) -> Price | None:
    """The price in force on the day; None if there is none or it was withdrawn."""
    for price in prices:
        if price.key == (price_sheet, meter, currency) and price.holds_on(day):
            return None if price.withdrawn else price
    return None
