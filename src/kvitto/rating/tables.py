"""Members and prices as Arrow tables, as the SQL steps take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa

from kvitto.agreements.price_sheet import Price, PriceModel
from kvitto.money import PRICE, QUANTITY, Width
from kvitto.rating.charge import Member

_FOREVER = date.max  # stands for "until further notice": no usage is that late
PriceLists = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class GivenTables:
    """What the steps call `given_members`, `given_prices` and `given_tiers`."""

    members: pa.Table
    prices: pa.Table
    tiers: pa.Table


def given_tables(members: Sequence[Member], prices: Sequence[Price]) -> GivenTables:
    """The facts as columns; prices that no member buys from are left out.

    ValueError (a fault of the caller) if two periods of a subscription, or two prices of a meter, hold the same day, or
    two prices have the same id.
    """
    price_lists: PriceLists = {
        name: number
        for number, name in enumerate(sorted({(member.price_sheet, member.currency) for member in members}))
    }
    wanted = [price for price in prices if (price.price_sheet, price.currency) in price_lists]
    _refuse_overlapping_periods(members)
    _refuse_overlapping_prices(wanted)
    if len({price.id for price in wanted}) < len(wanted):
        message = "two prices have the same id"
        raise ValueError(message)
    return GivenTables(_members(members, price_lists), _prices(wanted, price_lists), _tiers(wanted))


def _members(members: Sequence[Member], price_lists: PriceLists) -> pa.Table:
    return pa.table(
        {
            "pool": pa.array([member.pool for member in members], pa.string()),
            "period_start": pa.array([member.period_start for member in members], pa.date32()),
            "counting_start": pa.array([member.counting_start for member in members], pa.date32()),
            "first_day": pa.array([member.period.start for member in members], pa.date32()),
            "end_day": pa.array([member.period.end for member in members], pa.date32()),
            "subscription": pa.array([member.subscription for member in members], pa.string()),
            "price_list": pa.array(
                [price_lists[member.price_sheet, member.currency] for member in members], pa.int32()
            ),
            "currency": pa.array([member.currency for member in members], pa.string()),
        }
    )


def _prices(prices: Sequence[Price], price_lists: PriceLists) -> pa.Table:
    counted = {price.meter for price in prices if price.model is PriceModel.GRADUATED}
    return pa.table(
        {
            "price": pa.array([price.id for price in prices], pa.int64()),
            "price_list": pa.array([price_lists[price.price_sheet, price.currency] for price in prices], pa.int32()),
            "meter": pa.array([price.meter for price in prices], pa.string()),
            "usage_unit": pa.array([price.usage_unit for price in prices], pa.string()),
            "price_unit": pa.array([price.price_unit for price in prices], pa.string()),
            "numerator": pa.array([price.numerator for price in prices], pa.int64()),
            "denominator": pa.array([price.denominator for price in prices], pa.int64()),
            "valid_from": pa.array([price.valid_from for price in prices], pa.date32()),
            "valid_to": pa.array([price.valid_to or _FOREVER for price in prices], pa.date32()),
            "withdrawn": pa.array([price.withdrawn for price in prices], pa.bool_()),
            "graduated": pa.array([price.model is PriceModel.GRADUATED for price in prices], pa.bool_()),
            "counted": pa.array([price.meter in counted for price in prices], pa.bool_()),
        }
    )


def _tiers(prices: Sequence[Price]) -> pa.Table:
    rows = [row for price in prices if not price.withdrawn for row in _tiers_of(price)]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    kinds = (pa.int64(), pa.bool_(), _kind(QUANTITY), _kind(QUANTITY), _kind(QUANTITY), _kind(PRICE))
    names = ("price", "graduated", "tier_from", "starts_at", "ends_at", "unit_price")
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, kinds, strict=True)})


def _tiers_of(price: Price) -> list[tuple[int, bool, Decimal, Decimal | None, Decimal | None, Decimal]]:
    bounds: list[Decimal | None] = [None, *(tier.from_quantity for tier in price.tiers[1:]), None]
    graduated = price.model is PriceModel.GRADUATED
    return [
        (price.id, graduated, tier.from_quantity, start, end, tier.unit_price)
        for tier, (start, end) in zip(price.tiers, pairwise(bounds), strict=True)
    ]


def _kind(width: Width) -> pa.DataType:
    return pa.decimal128(width.digits, width.decimals)


def _refuse_overlapping_periods(members: Sequence[Member]) -> None:
    by_subscription: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for member in members:
        by_subscription[member.subscription].append((member.period.start, member.period.end))
    _refuse_overlaps("subscription", by_subscription)


def _refuse_overlapping_prices(prices: Sequence[Price]) -> None:
    by_meter: dict[tuple[str, str, str], list[tuple[date, date]]] = defaultdict(list)
    for price in prices:
        key = (price.price_sheet, price.currency, price.meter)
        by_meter[key].append((price.valid_from, price.valid_to or _FOREVER))
    _refuse_overlaps("price", by_meter)


def _refuse_overlaps(what: str, spans_by_name: Mapping[Any, list[tuple[date, date]]]) -> None:
    for name, spans in spans_by_name.items():
        if len(spans) > 1:
            for (_, earlier_end), (later_start, _) in pairwise(sorted(spans)):
                if later_start < earlier_end:
                    message = f"{what} {name} is given twice for {later_start}"
                    raise ValueError(message)
