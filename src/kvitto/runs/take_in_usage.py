"""Take in usage: read each file by its mapping, keep what is new, tell what is not, all of a file or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, phrases
from kvitto.records.agreements import subscription_names
from kvitto.records.models import UsageBatch, UsageImport
from kvitto.records.refused_rows import keep_refused, open_refusals, settle
from kvitto.records.revisions import hold_revisions, latest_revision
from kvitto.records.usage_files import (
    SequenceMoved,
    add_batch,
    bucket_count,
    holding_the_store,
    latest_sequence,
    manifest,
)
from kvitto.records.usage_retention import usage_kept_from
from kvitto.runs.check_store import sweep_orphans
from kvitto.runs.office import Office
from kvitto.usage.mapping import Mapping, read_mapping
from kvitto.usage.publishing import StoredFile, publish, withdraw, write_aside
from kvitto.usage.readers.lines import open_usage
from kvitto.usage.readers.mapped import Resolve, file_name, read_watched
from kvitto.usage.record import RefusedUsage, UsageRecord
from kvitto.usage.staging import Staging, staging_folder
from kvitto.usage.store import Comparison, Incoming, RefusedStaged

Progress = Callable[[Path, int, int], None]
_AT_ONCE = 20_000  # rows that wait in memory


@dataclass(frozen=True)
class ImportReport:
    """What became of one file's rows. `sequence` is the store's after it.

    `refused_before` counts those of the refused that an earlier import refused too. If the file as a whole could not be
    read, `trouble` says why, and nothing of it was taken in.
    """

    file: str
    source: str
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    refused_before: int = 0
    refused_by_reason: dict[str, int] = field(default_factory=dict)
    sequence: int = 0
    trouble: Phrase | None = None


class AgreementsMoved(Exception):  # noqa: N818 - not a fault: somebody else was quicker
    """Agreements were recorded since the rows found their subscriptions; read the file again."""


class UnableToTakeIn(UnableTo):
    """Some of the files could not be read; `reports` tells of all of them, also of those that were taken in."""

    def __init__(self, reports: Sequence[ImportReport]) -> None:
        self.reports = list(reports)
        troubles = [report.trouble for report in reports if report.trouble]
        if len(troubles) == 1:
            super().__init__(troubles[0])
        else:
            super().__init__(
                phrases(
                    "{count} file could not be taken in: {troubles}",
                    "{count} files could not be taken in: {troubles}",
                    len(troubles),
                    troubles=tuple(troubles),
                )
            )


def take_in(
    office: Office, mapping_path: Path, data_paths: Sequence[Path], progress: Progress | None = None
) -> list[ImportReport]:
    """Take in the files one by one, each whole or not at all; a report for each.

    `progress(file, bytes read, bytes in all)` is told while a file is read. Raises `UnableToMap` before anything is
    read if the mapping is wrong, and `UnableToTakeIn` at the end if a file could not be read.
    """
    mapping = read_mapping(mapping_path)
    reports = []
    for path in data_paths:
        try:
            reports.append(_take_in_file(office, mapping, path, progress))
        except UnableTo as error:
            reports.append(_untaken(mapping, path, error.phrase))
        except OSError as error:
            reports.append(_untaken(mapping, path, _interrupted(path, error)))
    sweep_orphans(office)
    if any(report.trouble for report in reports):
        raise UnableToTakeIn(reports)
    return reports


def _untaken(mapping: Mapping, path: Path, trouble: Phrase) -> ImportReport:
    return ImportReport(file_name(path), mapping.source, sequence=latest_sequence(), trouble=trouble)


def _interrupted(path: Path, error: OSError) -> Phrase:
    return phrase(
        "{file} could not be taken in: {cause}. Nothing of it was kept; see to that and import it again.",
        file=str(path),
        cause=str(error),
    )


def _take_in_file(office: Office, mapping: Mapping, path: Path, progress: Progress | None) -> ImportReport:
    while True:
        revision = latest_revision()
        try:
            return _read_and_commit(office, mapping, path, subscription_names(revision).get, revision, progress)
        except AgreementsMoved:
            continue  # a subscription may have ended meanwhile, and no row may lie outside its life


def _read_and_commit(  # noqa: PLR0913, PLR0917 - what a file is read by, and what its rows must still agree with
    office: Office, mapping: Mapping, path: Path, resolve: Resolve, revision: int, progress: Progress | None
) -> ImportReport:
    now = office.now()

    def watch(done: int, size: int) -> None:
        if progress:
            progress(path, done, size)

    with open_usage(path, watch) as watched, staging_folder(office.usage_folder) as folder:
        staging = Staging(folder)
        _stage(staging, read_watched(watched, path, mapping, resolve, now, usage_kept_from()))
        incoming = Incoming(staging, mapping.source, file_name(path), mapping.event_id_columns)
        try:
            intake = _Intake(office, mapping.source, file_name(path), watched.digest, incoming, folder, now, revision)
            return intake.commit()
        finally:
            incoming.close()


def _stage(staging: Staging, rows: Iterator[UsageRecord | RefusedUsage]) -> None:
    while chunk := list(islice(rows, _AT_ONCE)):
        staging.add([row for row in chunk if isinstance(row, UsageRecord)])
        staging.add_refused(
            [
                (row, json.dumps(row.values, ensure_ascii=False, sort_keys=True))
                for row in chunk
                if isinstance(row, RefusedUsage)
            ]
        )
    staging.finish()


@dataclass(frozen=True)
class _Intake:
    """One file, read and staged, on its way into the store."""

    office: Office
    source: str
    file: str
    file_digest: str
    incoming: Incoming
    folder: Path
    now: datetime
    revision: int

    def commit(self) -> ImportReport:
        """Compare with the store and commit; if somebody else committed in between, do both again."""
        buckets = bucket_count()
        while True:
            seen = latest_sequence()
            comparison = self.incoming.compare(self._known_files(seen))
            settled = self.incoming.settled(open_refusals(self.source))
            new_rows = self.incoming.new_rows(buckets)
            files = write_aside(new_rows, self.folder, seen + comparison.new)
            publish(files, self.folder, self.office.usage_folder)
            try:
                return self._record(comparison, files, settled, seen)
            except SequenceMoved:
                withdraw(files, self.office.usage_folder)
            except AgreementsMoved:
                withdraw(files, self.office.usage_folder)
                raise

    def _known_files(self, sequence: int) -> list[Path]:
        files = [self.office.usage_folder / path for path in manifest(up_to_sequence=sequence)]
        missing = next((file for file in files if not file.is_file()), None)
        if missing:
            raise UnableTo(
                phrase(
                    "{file} is missing from the usage store, so nobody can tell which rows are known. Run “kvitto "
                    "store check”, and restore what it names from a backup.",
                    file=str(missing),
                )
            )
        return files

    def _record(
        self,
        comparison: Comparison,
        files: Sequence[StoredFile],
        settled: Sequence[tuple[str, Path | None]],
        seen: int,
    ) -> ImportReport:
        with holding_the_store():
            hold_revisions()
            if latest_revision() != self.revision:
                raise AgreementsMoved
            if not all((self.office.usage_folder / file.path).is_file() for file in files):
                raise SequenceMoved  # this process slept for so long that its files were swept as orphans
            usage_import = self._import(comparison)
            batch = add_batch(usage_import, files, seen, self.now)
            reasons: Counter[str] = Counter()
            known = keep_refused(usage_import, _counted(self.incoming.refused(), reasons))
            usage_import.refused, usage_import.refused_before = reasons.total(), known
            usage_import.save(update_fields=["refused", "refused_before"])
            self._settle(settled, batch)
        return ImportReport(
            file=self.file,
            source=self.source,
            accepted=comparison.new,
            duplicates=comparison.duplicates,
            refused=usage_import.refused,
            refused_before=known,
            refused_by_reason=dict(reasons),
            sequence=seen + comparison.new,
        )

    def _import(self, comparison: Comparison) -> UsageImport:
        return UsageImport.objects.create(
            source=self.source,
            file=self.file,
            file_digest=self.file_digest,
            imported_at=self.now,
            accepted=comparison.new,
            duplicates=comparison.duplicates,
            refused=0,
        )

    def _settle(self, settled: Sequence[tuple[str, Path | None]], batch: UsageBatch | None) -> None:
        store = self.office.usage_folder
        settle(
            self.source,
            [(digest, path.relative_to(store).as_posix() if path else None) for digest, path in settled],
            batch,
        )


def _counted(rows: Iterator[RefusedStaged], reasons: Counter[str]) -> Iterator[RefusedStaged]:
    for row in rows:
        reasons[row.reason] += 1
        yield row
