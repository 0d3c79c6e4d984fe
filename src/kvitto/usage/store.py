"""Usage records in DuckDB: told apart from those known already, sorted for the store, and read back for rating.

The store's files are Parquet with the columns of `STORED`; which of them exist is the caller's to say, as paths.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.periods import Period, midnight
from kvitto.usage.staging import Staging

MEMORY = "1GB"
_AT_ONCE = 100_000
_PATTERN = re.compile(r"[*?\[]")

# md5_number_lower is a published digest, the same in every version of DuckDB, unlike its hash().
_CONTENT_DIGEST = """
    CREATE TEMP MACRO content_digest_of(sent_as, resource, meter, used_at, quantity, unit, dimensions) AS
        md5_number_lower(to_json([sent_as, resource, meter, strftime(used_at, '%Y-%m-%dT%H:%M:%S.%f'),
            quantity::VARCHAR, unit, dimensions])::VARCHAR)
"""
_STAGED = "CREATE TEMP VIEW staged AS SELECT * FROM read_parquet('{file}')"  # ``line`` names a row of the file
_KEYS = """
    CREATE TEMP TABLE keys AS SELECT event_id, line,
        content_digest_of(sent_as, resource, meter, used_at, quantity, unit, dimensions) AS content_digest FROM staged
"""
_FIRST_ROWS = """
    CREATE TEMP TABLE first_rows AS
        SELECT event_id, min_by(content_digest, line) AS content_digest, min(line) AS line FROM keys GROUP BY event_id
"""
_KNOWN = """
    CREATE OR REPLACE TEMP TABLE known AS
        SELECT event_id, content_digest, file, line, filename AS path
        FROM read_parquet($files, filename = true, hive_partitioning = false)
        WHERE source = $source AND event_id IN (SELECT event_id FROM keys)
"""
_NOTHING_KNOWN = """
    CREATE OR REPLACE TEMP TABLE known
        (event_id VARCHAR, content_digest UBIGINT, file VARCHAR, line BIGINT, path VARCHAR)
"""
_NOT_NEW = """
    CREATE OR REPLACE TEMP TABLE not_new AS
        SELECT keys.line, keys.event_id,
            CASE WHEN known.event_id IS NULL THEN keys.content_digest = first_rows.content_digest
                ELSE keys.content_digest = known.content_digest END AS is_duplicate,
            known.path, coalesce(known.file, $file) AS first_file, coalesce(known.line, first_rows.line) AS first_line
        FROM keys JOIN first_rows USING (event_id) LEFT JOIN known USING (event_id)
        WHERE known.event_id IS NOT NULL OR keys.line <> first_rows.line
"""
_NEW_ROWS = """
    SELECT strftime(used_at, '%Y-%m') AS month, bucket, subscription, resource, meter, used_at, quantity, unit, source,
        event_id, content_digest, dimensions, file, line
    FROM staged JOIN keys USING (line, event_id) JOIN buckets USING (subscription)
    WHERE line NOT IN (SELECT line FROM not_new)
    ORDER BY month, bucket, subscription, meter, used_at, resource, event_id
"""
_REFUSED = """
    WITH refused AS (
        SELECT row_digest, line, "column", reason, "values", raw FROM read_parquet($refused)
        UNION ALL
        SELECT sha256(raw), line, $event_columns, 'conflict',
            to_json({'event_id': event_id, 'first_file': first_file, 'first_line': first_line})::VARCHAR, raw
        FROM staged JOIN not_new USING (line, event_id) WHERE NOT is_duplicate
    )
    SELECT *, row_number() OVER (PARTITION BY row_digest ORDER BY line) AS occurrence FROM refused ORDER BY line
"""
_SETTLED = """
    SELECT DISTINCT row_digest, path FROM (
        SELECT sha256(raw) AS row_digest, not_new.path
        FROM staged LEFT JOIN not_new USING (line) WHERE coalesce(is_duplicate, true)
    ) WHERE row_digest IN (SELECT row_digest FROM open_refusals)
"""


class UnableToReadStore(UnableTo):
    """A file of the store is gone or damaged, or there is no room to work with it."""


@dataclass(frozen=True)
class Comparison:
    """What became of the staged rows: how many are new, known already, or known with other content."""

    new: int
    duplicates: int
    conflicts: int


@dataclass(frozen=True)
class RefusedStaged:
    """A refused row; `occurrence` counts equal lines of one file from 1."""

    row_digest: str
    line: int
    column: str
    reason: str
    values: str
    raw: str
    occurrence: int


def bucket_of(subscription: str, buckets: int) -> int:
    """Which of so many buckets holds the usage of this subscription: its SHA-256's first 8 bytes, modulo `buckets`."""
    return int.from_bytes(hashlib.sha256(subscription.encode()).digest()[:8], "big") % buckets


def literal_path(path: Path) -> str:
    """The path as DuckDB takes it literally: a bracket, star or question mark in a folder's name is no pattern."""
    return _PATTERN.sub(lambda found: f"[{found[0]}]", str(path))


class Incoming:
    """The staged rows of one file beside the rows that the store has."""

    def __init__(self, staging: Staging, source: str, file: str, event_columns: Sequence[str]) -> None:
        self._staging, self._source, self._file = staging, source, file
        self._event_columns = ", ".join(event_columns)[:200]
        self._database = _open(staging.folder / "sorting")
        # A view takes no parameters, so the path stands in its text.
        self._database.execute(_STAGED.format(file=literal_path(staging.accepted_file).replace("'", "''")))
        self._database.execute(_CONTENT_DIGEST)
        self._database.execute(_KEYS)
        self._database.execute(_FIRST_ROWS)

    def compare(self, files: Sequence[Path]) -> Comparison:
        """Tell new rows from known ones, given the files that are the store now. May be asked again with others."""
        try:
            return self._compare(files)
        except duckdb.Error as error:
            raise UnableToReadStore(
                phrase("The usage store cannot be read: {cause}. Run “kvitto store check”.", cause=str(error))
            ) from error

    def _compare(self, files: Sequence[Path]) -> Comparison:
        if files:
            self._database.execute(_KNOWN, {"files": [literal_path(file) for file in files], "source": self._source})
        else:
            self._database.execute(_NOTHING_KNOWN)
        self._database.execute(_NOT_NEW, {"file": self._file})
        counted = "SELECT count(*), count(*) FILTER (is_duplicate) FROM not_new"
        known, duplicates = _one(self._database.execute(counted))
        (staged,) = _one(self._database.execute("SELECT count(*) FROM keys"))
        return Comparison(staged - known, duplicates, known - duplicates)

    def new_rows(self, buckets: int) -> Any:
        """Arrow record batches of the new rows in the store's order, with `month` and `bucket` in front."""
        self._database.execute("CREATE OR REPLACE TEMP TABLE buckets (subscription VARCHAR, bucket INTEGER)")
        names = [name for (name,) in self._database.execute("SELECT DISTINCT subscription FROM staged").fetchall()]
        self._database.execute(
            "INSERT INTO buckets SELECT unnest($names), unnest($numbers)",
            {"names": names, "numbers": [bucket_of(name, buckets) for name in names]},
        )
        return self._database.sql(_NEW_ROWS).to_arrow_reader(_AT_ONCE)

    def refused(self) -> Iterator[RefusedStaged]:
        """The rows that checks refused and those in conflict, by line."""
        parameters = {"refused": literal_path(self._staging.refused_file), "event_columns": self._event_columns}
        result = self._database.execute(_REFUSED, parameters)
        names = [described[0] for described in result.description or ()]
        for row in _rows(result):
            yield RefusedStaged(**dict(zip(names, row, strict=True)))

    def settled(self, open_refusals: Iterator[list[str]]) -> list[tuple[str, Path | None]]:
        """Of the digests of rows refused before, those accepted now (path None) or known from a file of the store."""
        self._database.execute("CREATE OR REPLACE TEMP TABLE open_refusals (row_digest VARCHAR)")
        for digests in open_refusals:
            self._database.execute("INSERT INTO open_refusals SELECT unnest($digests)", {"digests": digests})
        return [(digest, Path(path) if path else None) for digest, path in self._database.execute(_SETTLED).fetchall()]

    def close(self) -> None:
        """Let go of memory and files."""
        self._database.close()


@contextmanager
def reading() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for reading the store; what it makes is temporary."""
    with kept_database(_reading_database).cursor() as connection:
        yield connection


def kept_database(opened: Callable[[int], duckdb.DuckDBPyConnection]) -> duckdb.DuckDBPyConnection:
    """The database in memory that this process keeps for whoever asks with the same function, which is cached.

    To open one takes longer than most questions that are asked in it. Each asks on a cursor of its own. One that broke
    is replaced; a forked process, in which its threads are missing, opens its own.
    """
    database = opened(os.getpid())
    try:
        database.cursor().execute("SELECT 1").close()
    except duckdb.Error:
        opened.cache_clear()  # type: ignore[attr-defined]
        database = opened(os.getpid())
    return database


def unreadable(error: duckdb.Error) -> Phrase:
    """What DuckDB says of a file that it cannot read, and what to do; not where the store lies, which readers see."""
    return phrase(
        "A file of the usage store cannot be read: {cause} Run “kvitto store check” to see what is damaged.",
        cause=re.sub(r"[^\s\"']*/(?=month=)", "", str(error).splitlines()[0]),
    )


def raw_rows(
    files: Sequence[Path], subscriptions: Sequence[str], period: Period
) -> Iterator[tuple[str, str, str, datetime, Decimal, str]]:
    """(subscription, resource, meter, UTC moment, quantity, unit) of each record of the subscriptions in the period."""
    query = """
        SELECT subscription, resource, meter, used_at, quantity, unit
        FROM read_parquet($files, hive_partitioning = false)
        WHERE used_at >= $start AND used_at < $end AND subscription IN (SELECT unnest($subscriptions))
        ORDER BY subscription, meter, used_at, resource, event_id
    """
    for subscription, resource, meter, used_at, quantity, unit in _selected(query, files, subscriptions, period):
        yield subscription, resource, meter, used_at.replace(tzinfo=UTC), quantity, unit


def count_rows(files: Sequence[Path], subscriptions: Sequence[str], period: Period) -> int:
    """How many records of the subscriptions lie in the period."""
    query = """
        SELECT count(*) FROM read_parquet($files, hive_partitioning = false)
        WHERE used_at >= $start AND used_at < $end AND subscription IN (SELECT unnest($subscriptions))
    """
    return sum(count for (count,) in _selected(query, files, subscriptions, period))


def daily_sums(
    files: Sequence[Path], subscriptions: Sequence[str], period: Period
) -> Iterator[tuple[str, str, str, date, str, Decimal, int]]:
    """(subscription, meter, resource, UTC day, unit, exact quantity, rows) for each of these that has usage."""
    query = """
        SELECT subscription, meter, resource, CAST(used_at AS DATE) AS day, unit,
            sum(quantity) AS quantity, count(*) AS "rows"
        FROM read_parquet($files, hive_partitioning = false)
        WHERE used_at >= $start AND used_at < $end AND subscription IN (SELECT unnest($subscriptions))
        GROUP BY subscription, meter, resource, day, unit
        ORDER BY subscription, meter, resource, day, unit
    """
    yield from _selected(query, files, subscriptions, period)


@dataclass(frozen=True)
class Contents:
    """What a file of the store holds."""

    rows: int
    months: set[str]
    subscriptions: set[str]


def contents(file: Path) -> Contents:
    """What the file holds; raises `duckdb.Error` if it is no file of a store."""
    query = """
        SELECT count(*), list(DISTINCT strftime(used_at, '%Y-%m')), list(DISTINCT subscription)
        FROM read_parquet($file, hive_partitioning = false)
    """
    with reading() as database:
        rows, months, subscriptions = _one(database.execute(query, {"file": literal_path(file)}))
    return Contents(rows, set(months or ()), set(subscriptions or ()))


def _selected(query: str, files: Sequence[Path], subscriptions: Sequence[str], period: Period) -> Iterator[Any]:
    if not files or not subscriptions:
        return
    parameters = {
        "files": [literal_path(file) for file in files],
        "subscriptions": list(subscriptions),
        "start": midnight(period.start).replace(tzinfo=None),
        "end": midnight(period.end).replace(tzinfo=None),
    }
    with reading() as database:
        try:
            yield from _rows(database.execute(query, parameters))
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise UnableToReadStore(unreadable(error)) from error


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    while rows := result.fetchmany(10_000):
        yield from rows


def _one(result: duckdb.DuckDBPyConnection) -> Any:
    return result.fetchone() or ()


@cache
def _settings() -> dict[str, str]:
    return {"memory_limit": MEMORY, "preserve_insertion_order": "true", "autoinstall_known_extensions": "false"}


def _open(temporary: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={**_settings(), "temp_directory": str(temporary)})


@cache
def _reading_database(_process: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config=dict(_settings()))
