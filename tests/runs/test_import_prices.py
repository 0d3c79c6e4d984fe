"""Importing price lists: all of them, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kvitto.agreements.price_files.price_rows import UnableToReadPrices
from kvitto.records.models import Revision
from kvitto.records.prices import prices_as_of
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office

_MAPPING = """
price_sheet = "list"
currency = "EUR"
[meter]
column = "meter"
[price]
column = "price"
[valid_from]
column = "from"
[unit]
usage = "second"
price = "hour"
denominator = 3600
[only]
region = ["eu"]
"""


@pytest.fixture
def lists(tmp_path: Path) -> Callable[..., list[Path]]:
    """Writes price lists of (meter, from, price, region) rows: `lists("cpu,2024-01-01,0.1,eu", …)`, one file each."""

    def written(*contents: str) -> list[Path]:
        paths = []
        for number, content in enumerate(contents):
            paths.append(tmp_path / f"list-{number}.csv")
            paths[-1].write_text(f"meter,from,price,region\n{content}\n", encoding="utf-8")
        return paths

    return written


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """The mapping for them."""
    path = tmp_path / "mapping.toml"
    path.write_text(_MAPPING, encoding="utf-8")
    return path


def test_lists_are_imported_under_one_revision(
    office: Callable[..., Office], lists: Callable[..., list[Path]], mapping: Path
) -> None:
    """The revision carries the office's moment and the files' names; left-out rows are counted."""
    paths = lists("cpu,2024-01-01,0.1,eu\ncpu,2024-01-01,0.3,us", "cpu,2024-02-01,0.2,eu\ncpu,2024-01-01,0.1,eu")
    report = import_prices(office(clock=date(2024, 3, 1)), mapping, paths)

    assert (report.rows, report.left_out, report.prices, report.recorded.added) == (4, 1, 2, 2)
    revision = Revision.objects.get()
    assert (revision.number, revision.recorded_at.date()) == (report.recorded.revision, date(2024, 3, 1))
    assert revision.cause == "prices import list-0.csv list-1.csv"


def test_the_same_list_twice_changes_nothing(
    office: Callable[..., Office], lists: Callable[..., list[Path]], mapping: Path
) -> None:
    """No second revision."""
    paths = lists("cpu,2024-01-01,0.1,eu")
    first = import_prices(office(), mapping, paths)
    second = import_prices(office(), mapping, paths)

    assert (first.recorded.added, second.recorded.added, second.recorded.unchanged) == (1, 0, 1)
    assert Revision.objects.count() == 1


def test_one_bad_list_keeps_all_out(
    office: Callable[..., Office], lists: Callable[..., list[Path]], mapping: Path
) -> None:
    """Every fault of every list is told, and no price is recorded."""
    paths = lists("cpu,2024-01-01,0.1,eu", "cpu,2024-02-01,many,eu", "disk,never,0.1,eu")
    with pytest.raises(UnableToReadPrices) as refused:
        import_prices(office(), mapping, paths)

    assert [(fault.file, fault.line) for fault in refused.value.faults] == [("list-1.csv", 2), ("list-2.csv", 2)]
    assert prices_as_of() == []
    assert not Revision.objects.exists()


def test_two_lists_that_contradict_each_other(
    office: Callable[..., Office], lists: Callable[..., list[Path]], mapping: Path
) -> None:
    """Neither wins."""
    paths = lists("cpu,2024-01-01,0.1,eu", "cpu,2024-01-01,0.2,eu")
    with pytest.raises(
        UnableToReadPrices, match=r"list-1\.csv: cpu has another price for 1 January 2024 in list-0\.csv\."
    ):
        import_prices(office(), mapping, paths)
