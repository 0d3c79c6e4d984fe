"""Charges: what usage comes to, unrounded, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.periods import Period


@dataclass(frozen=True)
class Member:
    """A subscription whose usage in `period` counts in `pool` (tier positions are counted per pool and meter).

    `price_sheet` and `currency` choose the prices. A subscription may appear with several periods, never overlapping.
    `counted_from`: the first day of what its tiers are counted over, and `billed_from` that of the billing period, both
    shared by all members that count and are billed together; None: the first day of `period`.
    """

    pool: str
    subscription: str
    period: Period
    price_sheet: str
    currency: str
    counted_from: date | None = None
    billed_from: date | None = None

    @property
    def counting_start(self) -> date:
        """The day from which its tiers are filled."""
        return self.counted_from or self.period.start

    @property
    def period_start(self) -> date:
        """The first day of the billing period, which its charges are named by."""
        return self.billed_from or self.period.start


@dataclass(frozen=True, order=True)
class Charge:
    """What one resource used of one meter on one day at one price and tier, and its exact, unrounded amount.

    `quantity` is in the price's unit (width `money.QUANTITY`), `amount` = quantity × unit_price exactly. A day whose
    quantity crosses a tier bound has a charge per tier. `period_start` is the member's.
    """

    pool: str
    period_start: date
    subscription: str
    meter: str
    price_id: int
    tier_from: Decimal
    day: date
    resource: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, order=True)
class ChargeLine:
    """Charges of one pool summed by subscription, meter, price version and tier: what an invoice line is made of.

    `first_day` and `last_day` are the first and last days of use in it.
    """

    pool: str
    period_start: date
    subscription: str
    meter: str
    price_id: int
    tier_from: Decimal
    unit_price: Decimal
    quantity: Decimal
    amount: Decimal
    first_day: date
    last_day: date


@dataclass(frozen=True, order=True)
class Unpriced:
    """Usage that no price covers, counted by pool, meter, unit sent and day, so that its invoice can be held back.

    `cause`: "no-price" (none valid that day, or withdrawn) or "unit" (sent in another unit than the price converts).
    """

    pool: str
    period_start: date
    subscription: str
    meter: str
    unit: str
    day: date
    cause: str
    rows: int


@dataclass(frozen=True)
class ChargeTotal:
    """Charges summed by some of day, subscription, meter and resource (None where not asked for), unit and currency.

    `quantity` is in `unit`, the unit of the price; `amount` is exact.
    """

    day: date | None
    subscription: str | None
    meter: str | None
    resource: str | None
    unit: str
    currency: str
    quantity: Decimal
    amount: Decimal
