"""The real virtual machine jobs at the real prices of their day come to the published totals."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.agreements.price_files.price_file import read_prices
from kvitto.agreements.price_files.price_mapping import read_price_mapping
from kvitto.agreements.price_sheet import Price
from kvitto.money import exact_sum, round_half_away
from kvitto.periods import Period, calendar_month
from kvitto.rating import reference
from kvitto.rating.charge import Member
from kvitto.rating.engine import rate
from tests.campaign import size
from tests.rating.cast import UsageRow, reference_rows, write_usage

_FILES = Path(__file__).parents[2] / "src" / "kvitto" / "demo" / "files"
_CONTROL = Path(__file__).parents[1] / "control"
_MONTHS = {
    "2024-02": (["azure-vm-jobs-2024-02.csv.gz"], Decimal("4275.002445")),
    "2024-03": (
        ["azure-vm-jobs-2024-03-before-20.csv.gz", "azure-vm-jobs-2024-03-from-20.csv.gz"],
        Decimal("4363.362127"),
    ),
}


@pytest.mark.campaign
@pytest.mark.parametrize("month", list(_MONTHS)[: size(sample=1, full=len(_MONTHS))])
def test_a_real_month(tmp_path: Path, month: str) -> None:
    """All of it, and every suite, region and size of the control file, at six decimals; the reference agrees."""
    names, expected = _MONTHS[month]
    rows = [row for name in names for row in _jobs(_FILES / "usage" / name)]
    period = calendar_month(date.fromisoformat(f"{month}-01"))
    members = [_member(suite, period) for suite in sorted({row[0] for row in rows})]

    with rate(write_usage(tmp_path, rows), members, _prices()) as result:
        lines, unpriced = result.lines(), result.unpriced()

    assert not unpriced
    assert round_half_away(exact_sum(line.amount for line in lines), 6) == expected
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line.subscription, line.meter] += line.amount
    assert {key: round_half_away(amount, 6) for key, amount in found.items()} == _control(month)
    assert lines == reference.rate(reference_rows(rows), members, _prices()).lines


def _member(suite: str, period: Period) -> Member:
    return Member(suite, suite, period, "list", "USD")


def _prices() -> list[Price]:
    mapping = read_price_mapping(_FILES / "mappings" / "vm-prices.toml")
    found = read_prices(_FILES / "prices" / "azure-vm-payg-price-history.csv.gz", mapping).prices
    wanted = {f"{region}/{size}" for region in ("eastus", "westus2") for size in ("D8s_v5", "B8ms")}
    return [replace(price, id=number) for number, price in enumerate(found) if price.meter in wanted]


def _jobs(path: Path) -> list[UsageRow]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [
            (
                job["test_suite"],
                f"{job['region']}/{job['vm_sku']}/{job['vm_lifespan']}/{job['vm_index']}",
                f"{job['region']}/{job['vm_sku']}",
                datetime.fromisoformat(job["start"]).replace(tzinfo=None),
                Decimal(job["runtime_seconds"]),
                "second",
            )
            for job in csv.DictReader(file)
        ]


def _control(month: str) -> dict[tuple[str, str], Decimal]:
    with (_CONTROL / f"azure-vm-jobs-{month}.control.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["test_suite"], f"{row['region']}/{row['vm_sku']}"): Decimal(row["cost_usd_at_price_in_force"])
            for row in csv.DictReader(file)
        }
