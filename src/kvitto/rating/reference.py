"""Rating the slow, obvious way: plain Python, one row after the other. The engine must agree with it digit for digit.

The rules, in their order: sum what each resource used of a meter on a day; find the price of that day; convert the
sum to the price's unit, rounding once; cut it at the tiers; multiply. Nothing else is rounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.agreements.price_sheet import Price, price_on
from kvitto.money import AMOUNT, EXACT, QUANTITY, QUANTITY_SENT, convert_unit
from kvitto.rating.charge import Charge, ChargeLine, Member, Unpriced
from kvitto.rating.limits import held
from kvitto.rating.price_models import parts_of

Row = tuple[str, str, str, date, Decimal, str]


@dataclass(frozen=True)
class ReferenceRating:
    """What the engine gives too: charges, lines and unpriced usage, each in its order."""

    charges: list[Charge]
    lines: list[ChargeLine]
    unpriced: list[Unpriced]


@dataclass(frozen=True, order=True)
class _Day:
    """What one resource used of one meter on one day, in the order in which tiers are filled."""

    pool: str
    period_start: date
    meter: str
    day: date
    subscription: str
    resource: str
    unit: str


def rate(rows: Iterable[Row], members: Sequence[Member], prices: Iterable[Price]) -> ReferenceRating:
    """Rate rows of (subscription, resource, meter, day, quantity, unit), single ones or sums of a day.

    Rows of a subscription or day that no member covers are left out. `Unpriced.rows` counts the rows given here.
    Raises `UnableToRate` if a number does not fit its width.
    """
    membership = _Membership(members)
    sums: dict[_Day, Decimal] = defaultdict(Decimal)
    counts: dict[_Day, int] = defaultdict(int)
    for subscription, resource, meter, day, quantity, unit in rows:
        member = membership.on(subscription, day)
        if member:
            key = _Day(member.pool, member.period_start, meter, day, subscription, resource, unit)
            sums[key] = EXACT.add(sums[key], quantity)
            counts[key] += 1

    price_list = _PriceList(prices)
    positions: dict[tuple[str, date, str], Decimal] = defaultdict(Decimal)
    charges: list[Charge] = []
    unpriced: dict[tuple[str, date, str, str, str, date, str], int] = defaultdict(int)
    for key in sorted(sums):
        member = membership.of(key.subscription, key.day)
        total = held(sums[key], QUANTITY_SENT)
        price = price_list.on(member.price_sheet, key.meter, member.currency, key.day)
        if price is None or price.usage_unit != key.unit:
            cause = "no-price" if price is None else "unit"
            where = (key.pool, key.period_start, key.subscription, key.meter, key.unit, key.day, cause)
            unpriced[where] += counts[key]
            continue
        held(EXACT.multiply(total, Decimal(price.numerator)), QUANTITY_SENT)
        quantity = held(convert_unit(total, price.numerator, price.denominator), QUANTITY)
        scope = (key.pool, member.counting_start, key.meter)
        charges += _charges(key, price, positions[scope], quantity)
        positions[scope] = held(EXACT.add(positions[scope], quantity), QUANTITY)
    return ReferenceRating(
        charges=sorted(charges),
        lines=_lines(charges),
        unpriced=sorted(Unpriced(*where, rows=count) for where, count in unpriced.items()),
    )


def _charges(key: _Day, price: Price, position: Decimal, quantity: Decimal) -> list[Charge]:
    return [
        Charge(
            pool=key.pool,
            period_start=key.period_start,
            subscription=key.subscription,
            meter=key.meter,
            price_id=price.id,
            tier_from=part.tier_from,
            day=key.day,
            resource=key.resource,
            quantity=part.quantity,
            unit_price=part.unit_price,
            amount=held(EXACT.multiply(part.quantity, part.unit_price), AMOUNT),
        )
        for part in parts_of(price, position, quantity)
    ]


def _lines(charges: Iterable[Charge]) -> list[ChargeLine]:
    grouped: dict[tuple[str, date, str, str, int, Decimal, Decimal], list[Charge]] = defaultdict(list)
    for charge in charges:
        key = (charge.pool, charge.period_start, charge.subscription, charge.meter, charge.price_id, charge.tier_from)
        grouped[(*key, charge.unit_price)].append(charge)
    lines = []
    for (pool, period_start, subscription, meter, price_id, tier_from, unit_price), together in grouped.items():
        quantity, amount = Decimal(0), Decimal(0)
        for charge in together:
            quantity, amount = EXACT.add(quantity, charge.quantity), EXACT.add(amount, charge.amount)
        days = [charge.day for charge in together]
        lines.append(
            ChargeLine(
                pool=pool,
                period_start=period_start,
                subscription=subscription,
                meter=meter,
                price_id=price_id,
                tier_from=tier_from,
                unit_price=unit_price,
                quantity=held(quantity, QUANTITY),
                amount=held(amount, AMOUNT),
                first_day=min(days),
                last_day=max(days),
            )
        )
    return sorted(lines)


class _Membership:
    """Which member a subscription is on a day."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._of: dict[str, list[Member]] = defaultdict(list)
        for member in members:
            self._of[member.subscription].append(member)

    def on(self, subscription: str, day: date) -> Member | None:
        """The one member, or None if the day is in none of its periods."""
        return next((member for member in self._of.get(subscription, ()) if day in member.period), None)

    def of(self, subscription: str, day: date) -> Member:
        """The member that is known to be there."""
        return next(member for member in self._of[subscription] if day in member.period)


class _PriceList:
    """The price of a meter on a day."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self._of: dict[tuple[str, str, str], list[Price]] = defaultdict(list)
        for price in prices:
            self._of[price.price_sheet, price.meter, price.currency].append(price)

    def on(self, price_sheet: str, meter: str, currency: str, day: date) -> Price | None:
        """The price in force, or None if there is none or it was withdrawn."""
        prices = self._of.get((price_sheet, meter, currency), [])
        return price_on(prices, price_sheet, meter, currency, day)
