"""A folder of its own for one import: rows wait there, in bounded memory, until all of a file has been read.

It lies inside the store's folder, so that finished files can be moved to their place, and nobody else looks into it.
A lock says that its process lives; the lock goes when the process goes, however it went.
"""

from __future__ import annotations

import fcntl
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kvitto.money import QUANTITY_SENT
from kvitto.usage import durable
from kvitto.usage.record import RefusedUsage, UsageRecord

ASIDE = ".aside"
_LOCK = "running"
_ACCEPTED = pa.schema(
    [
        ("subscription", pa.string()),
        ("resource", pa.string()),
        ("meter", pa.string()),
        ("used_at", pa.timestamp("us")),
        ("quantity", pa.decimal128(QUANTITY_SENT.digits, QUANTITY_SENT.decimals)),
        ("unit", pa.string()),
        ("source", pa.string()),
        ("event_id", pa.string()),
        ("dimensions", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("sent_as", pa.string()),
        ("raw", pa.string()),
    ]
)
_REFUSED = pa.schema([(name, pa.string()) for name in ("row_digest", "column", "reason", "values", "raw")]).append(
    pa.field("line", pa.int64())
)


class Staging:
    """The rows of one file, accepted and refused, each kind in a Parquet file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.accepted_file, self.refused_file = folder / "accepted.parquet", folder / "refused.parquet"
        self._accepted = pq.ParquetWriter(self.accepted_file, _ACCEPTED, compression="lz4")
        self._refused = pq.ParquetWriter(self.refused_file, _REFUSED, compression="lz4")

    def add(self, records: Sequence[UsageRecord]) -> None:
        """Keep accepted rows; one call makes one row group."""
        if records:
            self._accepted.write_table(_table(_ACCEPTED, zip(*records, strict=True)))

    def add_refused(self, rows: Sequence[tuple[RefusedUsage, str]]) -> None:
        """Keep refused rows, each with its values as JSON."""
        if rows:
            columns = zip(
                *((row.row_digest, row.column, row.reason, values, row.raw, row.line) for row, values in rows),
                strict=True,
            )
            self._refused.write_table(_table(_REFUSED, columns))

    def finish(self) -> None:
        """No more rows will come."""
        self._accepted.close()
        self._refused.close()


def _table(schema: pa.Schema, columns: Any) -> pa.Table:
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


@contextmanager
def staging_folder(store: Path) -> Iterator[Path]:
    """A new folder inside the store, locked while the block runs and removed after it."""
    aside = store / ASIDE
    durable.make_folder(aside)
    folder = aside / secrets.token_hex(8)
    durable.make_folder(folder)
    with (folder / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            durable.remove_tree(folder)


def sweep_staging(store: Path, older_than: float) -> None:
    """Remove folders whose process is dead and that are older than so many seconds."""
    for folder in (store / ASIDE).glob("*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime >= older_than and not _is_running(folder):
                durable.remove_tree(folder)


def _is_running(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
