"""New files of the store: written aside, one per UTC month and bucket, then made durable under their final names."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from kvitto.usage import durable

_ROW_GROUP = 122_880
_DICTIONARIES = ["subscription", "resource", "meter", "unit", "source", "dimensions", "file", "quantity"]


@dataclass(frozen=True)
class StoredFile:
    """A finished file: its path below the store's folder, what it holds, and the SHA-256 of its content."""

    path: str
    month: str
    bucket: int
    rows: int
    bytes: int
    digest: str


def write_aside(batches: Iterable[Any], folder: Path, sequence: int) -> list[StoredFile]:
    """Write sorted record batches, which carry `month` and `bucket`, into files of `folder` laid out as in the store.

    `sequence` is that of the batch the rows will belong to; it stands in the names, with letters that make them unique.
    """
    name = f"{sequence:015d}-{secrets.token_hex(4)}.parquet"
    files = []
    for (month, bucket), tables in _by_partition(batches):
        path = f"month={month}/bucket={bucket:03d}/{name}"
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = _write(target, tables)
        files.append(StoredFile(path, month, bucket, rows, target.stat().st_size, digest_of(target)))
    return files


def digest_of(path: Path) -> str:
    """SHA-256 of the file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def publish(files: Sequence[StoredFile], aside: Path, store: Path) -> None:
    """Move the files into the store so that they survive a power cut; only then may the database name them."""
    for file in files:
        durable.sync_file(aside / file.path)
    folders = sorted({(store / file.path).parent for file in files})
    for folder in folders:
        durable.make_folders(folder, store)
    for file in files:
        durable.rename(aside / file.path, store / file.path)
    for folder in folders:
        durable.sync_folder(folder)


def withdraw(files: Sequence[StoredFile], store: Path) -> None:
    """Take back files that were published and that the database will not name."""
    for file in files:
        durable.remove(store / file.path)


def stored_paths(store: Path) -> Iterator[tuple[str, float]]:
    """Every file that lies in the store, named by the database or not, with the time it was last changed."""
    for path in sorted(store.glob("month=*/bucket=*/*")):
        with suppress(FileNotFoundError):
            yield path.relative_to(store).as_posix(), path.stat().st_mtime


def _by_partition(batches: Iterable[Any]) -> Iterator[tuple[tuple[str, int], Iterator[Any]]]:
    pieces = _pieces(batches)
    piece = next(pieces, None)
    while piece is not None:
        partition = piece[0]
        following: list[Any] = []

        def tables(
            first: Any = piece, partition: tuple[str, int] = partition, following: list[Any] = following
        ) -> Iterator[Any]:
            yield first[1]
            for other, table in pieces:
                if other != partition:
                    following.append((other, table))
                    return
                yield table

        yield partition, tables()
        piece = following[0] if following else None


def _pieces(batches: Iterable[Any]) -> Iterator[tuple[tuple[str, int], Any]]:
    # Each batch is sorted by partition, so it falls apart into a few slices.
    for batch in batches:
        table = pa.Table.from_batches([batch])
        keys = list(zip(table["month"].to_pylist(), table["bucket"].to_pylist(), strict=True))
        columns = table.drop_columns(["month", "bucket"])
        start = 0
        while start < len(keys):
            end = _end_of_run(keys, start)
            yield keys[start], columns.slice(start, end - start)
            start = end


def _end_of_run(keys: list[tuple[str, int]], start: int) -> int:
    low, high = start + 1, len(keys)
    while low < high:
        middle = (low + high) // 2
        if keys[middle] == keys[start]:
            low = middle + 1
        else:
            high = middle
    return low


def _write(target: Path, tables: Iterator[Any]) -> int:
    rows = 0
    with durable.open_new(target) as file:
        writer: Any = None
        for table in _in_row_groups(tables):
            writer = writer or _writer(file, table.schema)
            writer.write_table(table, row_group_size=_ROW_GROUP)
            rows += table.num_rows
        if writer:
            writer.close()
    return rows


def _in_row_groups(tables: Iterator[Any]) -> Iterator[Any]:
    # Rating reads row groups in parallel: few large ones serve it better than one per batch.
    waiting: list[Any] = []
    for table in tables:
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= _ROW_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _writer(file: BinaryIO, schema: Any) -> Any:
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=_DICTIONARIES)
