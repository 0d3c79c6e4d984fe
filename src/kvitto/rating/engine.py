"""Rating the fast way: the SQL steps beside this file, run by DuckDB in this process.

Two steps. (a) Bucket by bucket, usage becomes exact sums per subscription, meter, resource and day, and finds its
price. (b) Over all buckets, pools get their tier positions, and charges are worked out on those sums. The result is
the same for any number of threads and however the usage is cut into files.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.resources import files as resources
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb

from kvitto.agreements.price_sheet import Price
from kvitto.money import AMOUNT, PRICE, QUANTITY, QUANTITY_SENT, Width
from kvitto.rating.charge import Charge, ChargeLine, ChargeTotal, Member, Unpriced
from kvitto.rating.limits import UnableToRate, too_large
from kvitto.rating.tables import given_tables
from kvitto.usage.store import kept_database, literal_path, reading, unreadable

Row = TypeVar("Row")
_ROWS_AT_A_TIME = 10_000
_numbers = count()  # of ratings in this process
_SHORT_DIGITS = 18  # decimals of up to so many digits are calculated in 64 bits


def rate(
    files: Sequence[Path],
    members: Sequence[Member],
    prices: Sequence[Price],
    *,
    threads: int | None = None,
    memory: str | None = None,
) -> RatedUsage:
    """Rate the usage in these Parquet files of the usage store, as far as the members and their periods cover it.

    `threads` and `memory` ("4GB") bound what DuckDB takes; what does not fit goes to a temporary folder. Close the
    result, or use it as a context manager. Raises `UnableToRate` if a file cannot be read or a digit would be lost.
    """
    rated = RatedUsage(threads, memory)
    try:
        rated.take(files, members, prices)
    except BaseException:
        rated.close()
        raise
    return rated


def meters_used(files: Sequence[Path], members: Sequence[Member]) -> set[str]:
    """The meters in these files that the members used between their first and last day; raises as `rate` does."""
    if not files or not members:
        return set()
    first_day, end_day = _span(members)
    values = {
        "files": [literal_path(file) for file in files],
        "first_day": first_day,
        "end_day": end_day,
        "subscriptions": sorted({member.subscription for member in members}),
    }
    (statement,) = _statements("01_meters_used")
    with _told(), reading() as connection:
        return {meter for (meter,) in connection.execute(statement, values).fetchall()}


class RatedUsage:
    """Charges of some usage, ready to be asked for. Every list comes in the order of its fields."""

    def __init__(self, threads: int | None, memory: str | None) -> None:
        bounds = {name: str(bound) for name, bound in (("threads", threads), ("memory_limit", memory)) if bound}
        self._own = _Database(bounds) if bounds else None
        self._name = f"rating_{next(_numbers)}"
        self._connection = (self._own.connection if self._own else kept_database(_kept_database)).cursor()
        self._connection.execute(f"ATTACH ':memory:' AS {self._name}")
        self._connection.execute(f"USE {self._name}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of memory and temporary files; closing again does nothing."""
        if not self._name:
            return
        self._connection.execute("USE memory")
        self._connection.execute(f"DETACH {self._name}")
        self._connection.close()
        self._name = ""
        if self._own:
            self._own.close()

    def take(self, files: Sequence[Path], members: Sequence[Member], prices: Sequence[Price]) -> None:
        """Run the steps up to the charges; `rate` calls it once."""
        given = given_tables(members, prices)
        for name in ("members", "prices", "tiers"):
            self._connection.register(f"given_{name}", getattr(given, name))
        self._run("00_convert_unit")
        self._run("05_members")
        self._run("06_prices")
        if members:
            first_day, end_day = _span(members)
            for bucket in _buckets(files):
                self._take_bucket(bucket, first_day, end_day)
        self._run("30_tier_positions")
        self._run("40_charges")
        self._run("50_named_charges")

    def lines(self) -> list[ChargeLine]:
        """Charges summed by pool, period, subscription, meter, price version and tier."""
        return list(self._ask("61_lines", ChargeLine))

    def charges(self, pool: str | None = None) -> Iterator[Charge]:
        """Every charge, or those of one pool."""
        return self._ask("60_ordered_charges", Charge, pool=pool)

    def charge_count(self) -> int:
        """How many charges there are."""
        return self._run_count("charges")

    def unpriced(self) -> list[Unpriced]:
        """Usage that no price covers."""
        return list(self._ask("62_unpriced", Unpriced))

    def totals(self, by: Collection[str], first_day: date, end_day: date) -> list[ChargeTotal]:
        """Charges of the days from `first_day` up to, not including, `end_day`.

        `by` names some of "day", "subscription", "meter", "resource"; sums are always parted by unit and currency.
        """
        asked = {f"by_{name}": name in by for name in ("day", "subscription", "meter", "resource")}
        return list(self._ask("63_totals", ChargeTotal, first_day=first_day, end_day=end_day, **asked))

    def write_parquet(self, path: Path) -> None:
        """All charges, with the fields of `Charge`, as one Parquet file; its rows are in no particular order."""
        (statement,) = _statements("64_write_charges")
        with _told():
            self._cursor().execute(statement, {"path": str(path)})

    def _take_bucket(self, files: Sequence[Path], first_day: date, end_day: date) -> None:
        names = [literal_path(file) for file in files]
        self._run("10_daily_sums", files=names, first_day=first_day, end_day=end_day)
        priced = self._run("20_priced_days")
        if priced != self._run_count("daily_sums"):
            self._run("25_unpriced_days")
        self._connection.execute("DROP TABLE daily_sums")

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._connection.cursor().execute(f"USE {self._name}")

    def _run(self, step: str, **values: object) -> int:
        with _told():
            for statement in _statements(step):
                counted = self._connection.execute(statement, values).fetchall()
        return int(counted[0][0]) if counted else 0

    def _run_count(self, table: str) -> int:
        return int(self._connection.table(table).count("*").fetchall()[0][0])

    def _ask(self, step: str, made: Callable[..., Row], **values: object) -> Iterator[Row]:
        (statement,) = _statements(step)
        with _told():
            asked = self._cursor().execute(statement, values)
            while rows := asked.fetchmany(_ROWS_AT_A_TIME):
                yield from (made(*row) for row in rows)


class _Database:
    """A database in memory, and the folder that what does not fit goes to."""

    def __init__(self, bounds: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kvitto-rating-")
        settings = {"temp_directory": self._folder.name, "preserve_insertion_order": "false", **bounds}
        self.connection = duckdb.connect(":memory:", config=dict(settings))

    def close(self) -> None:
        self.connection.close()
        self._folder.cleanup()


_kept: list[_Database] = []


@cache
def _kept_database(_process: int) -> duckdb.DuckDBPyConnection:
    _kept.append(_Database({}))  # for as long as the process lives, and with it its folder
    return _kept[-1].connection


def _span(members: Sequence[Member]) -> tuple[date, date]:
    return min(member.period.start for member in members), max(member.period.end for member in members)


def _buckets(files: Sequence[Path]) -> list[list[Path]]:
    """The files of each bucket together, in the order of their names; files outside buckets are one more bucket."""
    by_bucket: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(files):
        by_bucket[next((part for part in file.parts if part.startswith("bucket=")), "")].append(file)
    return [by_bucket[name] for name in sorted(by_bucket)]


@cache
def _statements(step: str) -> tuple[str, ...]:
    """The statements of a step, with the widths of `money` filled in."""
    text = resources("kvitto.rating").joinpath("steps", f"{step}.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    for name, filled in _WIDTHS.items():
        code = code.replace(f"{{{name}}}", filled)
    return tuple(statement.strip() for statement in code.split(";") if statement.strip())


def _short(width: Width) -> str:
    """The type with the same decimals that is calculated in 64 bits."""
    return Width(_SHORT_DIGITS - (QUANTITY_SENT.decimals - width.decimals), width.decimals).sql_type


_WIDTHS = {
    "QUANTITY_SENT": QUANTITY_SENT.sql_type,
    "QUANTITY": QUANTITY.sql_type,
    "PRICE": PRICE.sql_type,
    "AMOUNT": AMOUNT.sql_type,
    "SHORT_QUANTITY_SENT": _short(QUANTITY_SENT),
    "SHORT_QUANTITY": _short(QUANTITY),
    "SENT_TO_CHARGED": str(10 ** (QUANTITY_SENT.decimals - QUANTITY.decimals)),
    "SMALLEST_QUANTITY": Width(QUANTITY.decimals, QUANTITY.decimals).sql_type.join(
        (f"CAST(0.{1:0{QUANTITY.decimals}} AS ", ")")
    ),
}


@contextmanager
def _told() -> Iterator[None]:
    """What DuckDB refuses, as a sentence for people."""
    try:
        yield
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise too_large() from error
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise UnableToRate(unreadable(error)) from error
