"""The same month, rated by Kvitto's engine from its store.

Usage: kvitto_rate.py FOLDER STORE OUT [--threads N] [--memory SIZE]
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kvitto.agreements.price_sheet import Price, PriceModel, Tier
from kvitto.money import exact_sum, plain
from kvitto.periods import Period
from kvitto.rating.charge import Member
from kvitto.rating.engine import rate

MONTH = Period(date(2026, 10, 1), date(2026, 11, 1))


def rate_store(folder: Path, store: Path, out: Path, threads: int, memory: str) -> dict[str, str]:
    """Write all charges into `out`; gives the number of subscriptions and their total."""
    out.mkdir(parents=True, exist_ok=True)
    members = [Member(name, name, MONTH, "list", "USD") for name in subscriptions(store)]
    files = sorted(store.glob("month=*/bucket=*/*.parquet"))
    with rate(files, members, prices(folder), threads=threads, memory=memory) as rated:
        rated.write_parquet(out / "charges.parquet")
        totals = rated.totals(["subscription"], MONTH.start, MONTH.end)
    names = {total.subscription for total in totals}
    return {"subscriptions": str(len(names)), "total": plain(exact_sum(total.amount for total in totals))}


def subscriptions(store: Path) -> list[str]:
    """Whom the office's agreements would name; here, everybody whom the list beside the store names."""
    return (store / "subscriptions.txt").read_text(encoding="utf-8").split()


def prices(folder: Path) -> list[Price]:
    """The generated prices as price versions."""
    table: pa.Table = pq.read_table(folder / "prices.parquet")
    return [_price(row) for row in table.to_pylist()]


def _price(row: dict[str, Decimal]) -> Price:
    tiers: tuple[Tier, ...] = (Tier(Decimal(0), row["first_price"]),)
    if row["tiered"]:
        tiers = (
            Tier(Decimal(0), Decimal(0)),
            Tier(row["included"], row["first_price"]),
            Tier(row["second_from"], row["second_price"]),
            Tier(row["third_from"], row["third_price"]),
        )
    return Price(
        id=int(row["meter_id"]) + 1,
        price_sheet="list",
        meter=f"meter-{row['meter_id']:04d}",
        currency="USD",
        model=PriceModel.GRADUATED if row["tiered"] else PriceModel.PER_UNIT,
        tiers=tiers,
        usage_unit="unit",
        price_unit="unit",
        numerator=1,
        denominator=1,
        valid_from=MONTH.start,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="12GB")
    given = parser.parse_args()
    print(json.dumps(rate_store(given.folder, given.store, given.out, given.threads, given.memory)))
