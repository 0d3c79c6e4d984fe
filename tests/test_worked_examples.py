"""Every worked example comes out as it was worked out by hand, by the reference and by the engine."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from kvitto.agreements.price_sheet import Price, PriceModel, Tier
from kvitto.periods import Period
from kvitto.rating import reference
from kvitto.rating.charge import Charge, Member
from tests.rating.cast import UsageRow, rated, reference_rows

_FOLDER = Path(__file__).parent / "worked_examples"
_EXAMPLES = sorted(path.name for path in _FOLDER.iterdir() if path.is_dir())


def _by_reference(_folder: Path, rows: list[UsageRow], members: list[Member], prices: list[Price]) -> list[Charge]:
    return reference.rate(reference_rows(rows), members, prices).charges


def _by_engine(folder: Path, rows: list[UsageRow], members: list[Member], prices: list[Price]) -> list[Charge]:
    with rated(folder, rows, members, prices) as result:
        return list(result.charges())


@pytest.mark.parametrize("rate", [_by_reference, _by_engine])
@pytest.mark.parametrize("example", _EXAMPLES)
def test_worked_example(tmp_path: Path, example: str, rate: Callable[..., list[Charge]]) -> None:
    """The charges are those of expected_charges.csv, all of them and no others."""
    folder = _FOLDER / example
    charges = rate(tmp_path, _usage(folder), _members(folder), _prices(folder))

    expected = _table(folder / "expected_charges.csv")
    columns = [field.name for field in fields(Charge) if field.name != "period_start"]
    assert [[_plain(getattr(charge, column)) for column in columns] for charge in charges] == [
        [row[column] for column in columns] for row in expected
    ]


def test_there_are_examples() -> None:
    """The folder is where this test looks for it."""
    assert len(_EXAMPLES) >= 4


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _usage(folder: Path) -> list[UsageRow]:
    return [
        (
            row["subscription"],
            row["resource"],
            row["meter"],
            datetime.fromisoformat(row["used_at"]),
            Decimal(row["quantity"]),
            row["unit"],
        )
        for row in _table(folder / "usage.csv")
    ]


def _members(folder: Path) -> list[Member]:
    return [
        Member(
            row["pool"],
            row["subscription"],
            Period(date.fromisoformat(row["first_day"]), date.fromisoformat(row["end_day"])),
            "list",
            row["currency"],
        )
        for row in _table(folder / "members.csv")
    ]


def _prices(folder: Path) -> list[Price]:
    by_price = groupby(_table(folder / "prices.csv"), key=lambda row: row["id"])
    return [_price(list(rows)) for _, rows in by_price]


def _price(rows: list[dict[str, str]]) -> Price:
    first = rows[0]
    return Price(
        id=int(first["id"]),
        price_sheet="list",
        meter=first["meter"],
        currency=first["currency"],
        model=PriceModel.GRADUATED if len(rows) > 1 else PriceModel.PER_UNIT,
        tiers=tuple(Tier(Decimal(row["from_quantity"]), Decimal(row["unit_price"])) for row in rows),
        usage_unit=first["usage_unit"],
        price_unit=first["price_unit"],
        numerator=int(first["numerator"]),
        denominator=int(first["denominator"]),
        valid_from=date.fromisoformat(first["valid_from"]),
        valid_to=date.fromisoformat(first["valid_to"]) if first["valid_to"] else None,
    )
