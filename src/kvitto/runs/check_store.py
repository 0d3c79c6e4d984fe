"""Check the usage store against the database, and sweep away what nobody names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kvitto.language import Phrase, phrase
from kvitto.records.models import UsageBatch, UsageFile, UsageTombstone
from kvitto.records.usage_files import bucket_count, holding_the_store
from kvitto.runs.office import Office
from kvitto.usage import durable
from kvitto.usage.publishing import digest_of, stored_paths
from kvitto.usage.staging import sweep_staging
from kvitto.usage.store import bucket_of, contents

ONE_DAY_IN_SECONDS = 86_400


@dataclass(frozen=True)
class StoreReport:
    """What the check found. `damage` is what must not be; `orphans` are files nobody names, swept after a day."""

    files: int
    rows: int
    sequence: int
    orphans: tuple[str, ...]
    damage: tuple[Phrase, ...]


def check_store(office: Office) -> StoreReport:
    """Whether every file the database names is there, whole, and holds what it should, and nothing else counts."""
    with holding_the_store():
        files = list(UsageFile.objects.order_by("path"))
        batches = list(UsageBatch.objects.order_by("sequence"))
        deleted = list(UsageTombstone.objects.values_list("batch_id", "rows"))
        lying = [path for path, _ in stored_paths(office.usage_folder)]
    named = {file.path for file in files}
    damage = [
        *_damaged_batches(batches, files, deleted),
        *(fault for file in files for fault in _damaged_file(office, file)),
    ]
    return StoreReport(
        files=len(files),
        rows=sum(file.rows for file in files),
        sequence=batches[-1].sequence if batches else 0,
        orphans=tuple(path for path in lying if path not in named),
        damage=tuple(damage),
    )


def _damaged_batches(
    batches: list[UsageBatch], files: list[UsageFile], deleted: list[tuple[int, int]]
) -> Iterator[Phrase]:
    """`deleted`: batch and rows of files that were kept long enough; their rows still count."""
    rows_in_files: dict[int, int] = {}
    for batch_id, rows in (*((file.batch_id, file.rows) for file in files), *deleted):
        rows_in_files[batch_id] = rows_in_files.get(batch_id, 0) + rows
    sequence = 0
    for batch in batches:
        sequence += batch.rows
        if batch.sequence != sequence:
            yield phrase(
                "The sequence is broken: batch {batch} has {rows} rows and should be number {expected}.",
                batch=str(batch.sequence),
                rows=batch.rows,
                expected=str(sequence),
            )
            sequence = batch.sequence
        if rows_in_files.get(batch.sequence, 0) != batch.rows:
            yield phrase(
                "Batch {batch} has {rows} rows, but its files have {found}. Restore the database from a backup.",
                batch=str(batch.sequence),
                rows=batch.rows,
                found=rows_in_files.get(batch.sequence, 0),
            )


def _damaged_file(office: Office, file: UsageFile) -> Iterator[Phrase]:
    path = office.usage_folder / file.path
    if not path.is_file():
        yield phrase("{file} is missing. Restore it from a backup.", file=file.path)
    elif path.stat().st_size != file.bytes or digest_of(path) != file.digest:
        yield phrase("{file} is not as it was written. Restore it from a backup.", file=file.path)
    else:
        yield from _wrong_content(path, file)


def _wrong_content(path: Path, file: UsageFile) -> Iterator[Phrase]:
    held = contents(path)
    if held.rows != file.rows:
        yield phrase(
            "{file} holds {found} rows, but the database says {rows}. Restore the database from a backup.",
            file=file.path,
            found=held.rows,
            rows=file.rows,
        )
    buckets = bucket_count()
    strangers = [name for name in held.subscriptions if bucket_of(name, buckets) != file.bucket]
    if strangers or held.months - {file.month}:
        yield phrase(
            "{file} holds usage of another month or bucket. Restore the database from a backup.", file=file.path
        )


def sweep_orphans(office: Office, older_than: float = ONE_DAY_IN_SECONDS) -> list[str]:
    """Remove files that no database row names and that are older than so many seconds; their paths.

    Nobody can commit meanwhile, so what is an orphan here stays one.
    """
    before = time.time() - older_than
    with holding_the_store():
        named = set(UsageFile.objects.values_list("path", flat=True))
        orphans = [
            path for path, changed in stored_paths(office.usage_folder) if path not in named and changed <= before
        ]
        for path in orphans:
            durable.remove(office.usage_folder / path)
    sweep_staging(office.usage_folder, older_than)
    return orphans
