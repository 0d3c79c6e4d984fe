"""Usage, members and prices for tests of rating, and usage files laid out as the store lays them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kvitto.agreements.price_sheet import Price, PriceModel, Tier
from kvitto.money import QUANTITY_SENT
from kvitto.periods import Period
from kvitto.rating.charge import Member
from kvitto.rating.engine import RatedUsage, rate
from kvitto.rating.reference import Row
from kvitto.usage.store import bucket_of

FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1))
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))
UsageRow = tuple[str, str, str, datetime, Decimal, str]
_COLUMNS = {
    "subscription": pa.string(),
    "resource": pa.string(),
    "meter": pa.string(),
    "used_at": pa.timestamp("us"),
    "quantity": pa.decimal128(QUANTITY_SENT.digits, QUANTITY_SENT.decimals),
    "unit": pa.string(),
}


def used(
    quantity: str,
    day: date = FEBRUARY.start,
    *,
    subscription: str = "anna",
    resource: str = "vm-1",
    meter: str = "cpu",
    unit: str = "second",
    hour: int = 0,
) -> UsageRow:
    """One row of usage; what is not told is usual."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC).replace(tzinfo=None)
    return (subscription, resource, meter, at, Decimal(quantity), unit)


def member(
    subscription: str = "anna",
    period: Period = FEBRUARY,
    *,
    pool: str = "",
    currency: str = "EUR",
    counted_from: date | None = None,
    billed_from: date | None = None,
) -> Member:
    """A member of a pool, of its own unless one is named."""
    return Member(pool or subscription, subscription, period, "list", currency, counted_from, billed_from)


def per_unit(
    unit_price: str,
    *,
    id: int = 1,  # noqa: A002 - the field's name
    meter: str = "cpu",
    fraction: tuple[int, int] = (1, 1),
    valid_from: date = date(2024, 1, 1),
    valid_to: date | None = None,
    withdrawn: bool = False,
    currency: str = "EUR",
    usage_unit: str = "second",
) -> Price:
    """A price for each unit."""
    return Price(
        id=id,
        price_sheet="list",
        meter=meter,
        currency=currency,
        model=PriceModel.PER_UNIT,
        tiers=() if withdrawn else (Tier(Decimal(0), Decimal(unit_price)),),
        usage_unit=usage_unit,
        price_unit="priced unit",
        numerator=fraction[0],
        denominator=fraction[1],
        valid_from=valid_from,
        valid_to=valid_to,
        withdrawn=withdrawn,
    )


def graduated(
    *tiers: tuple[str, str],
    id: int = 1,  # noqa: A002 - the field's name
    meter: str = "cpu",
    fraction: tuple[int, int] = (1, 1),
    valid_from: date = date(2024, 1, 1),
    valid_to: date | None = None,
) -> Price:
    """A price in tiers of (from quantity, unit price)."""
    return Price(
        id=id,
        price_sheet="list",
        meter=meter,
        currency="EUR",
        model=PriceModel.GRADUATED,
        tiers=tuple(Tier(Decimal(start), Decimal(unit_price)) for start, unit_price in tiers),
        usage_unit="second",
        price_unit="priced unit",
        numerator=fraction[0],
        denominator=fraction[1],
        valid_from=valid_from,
        valid_to=valid_to,
    )


def write_usage(folder: Path, rows: Sequence[UsageRow], *, buckets: int = 2, cuts: int = 1) -> list[Path]:
    """The rows as files of a usage store, those of each bucket dealt out over so many files."""
    files = []
    for bucket in range(buckets):
        inside = [row for row in rows if bucket_of(row[0], buckets) == bucket]
        for cut in range(cuts):
            dealt = inside[cut::cuts]
            path = folder / "month=2024-02" / f"bucket={bucket:03d}" / f"{cut}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            columns = list(zip(*dealt, strict=True)) or [()] * len(_COLUMNS)
            pq.write_table(
                pa.table(
                    {
                        name: pa.array(column, kind)
                        for (name, kind), column in zip(_COLUMNS.items(), columns, strict=True)
                    }
                ),
                path,
            )
            files.append(path)
    return files


def rated(folder: Path, rows: Sequence[UsageRow], members: Sequence[Member], prices: Sequence[Price]) -> RatedUsage:
    """The rows rated by the engine."""
    return rate(write_usage(folder, rows), members, prices, threads=2)


def reference_rows(rows: Iterable[UsageRow]) -> list[Row]:
    """The same rows as the reference takes them."""
    return [(subscription, resource, meter, at.date(), *rest) for subscription, resource, meter, at, *rest in rows]  # type: ignore[misc]
