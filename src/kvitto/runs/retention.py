"""The retention run: delete what was kept as long as the seller's country asks, and leave tombstones.

Documents first, a few hundred in a transaction, then usage; files on disk after the transaction that made them
nobody's. A run that was stopped anywhere is completed by the next one, which finds such files by their tombstones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.records.models import DocumentRecord, Tombstone, UsageTombstone
from kvitto.records.retention import Expired, bury, expired_documents
from kvitto.records.usage_retention import bury_usage, expired_files
from kvitto.runs.make_documents import file_number
from kvitto.runs.office import Office
from kvitto.usage import durable

Progress = Callable[[Phrase, int, int], None]
_AT_ONCE = 500
_DELETING = phrase("Deleting documents")


class UnableToDelete(UnableTo):
    """The day that was asked for has not come."""


@dataclass(frozen=True)
class RetentionReport:
    """What was deleted, or in a dry run would be: numbers of documents, files and rows of usage."""

    until: date
    documents: tuple[Expired, ...]
    usage_files: int
    usage_rows: int
    refused_rows: int = 0


def run_retention(
    office: Office, until: date | None = None, *, dry_run: bool = False, progress: Progress | None = None
) -> RetentionReport:
    """Delete what need not be kept any longer on the day `until`, today if not given; a dry run deletes nothing.

    Again on the same day it deletes nothing more. Raises `UnableToDelete` for a day in the future.
    """
    day = until or office.today()
    if day > office.today():
        raise UnableToDelete(
            phrase("{day} has not come yet. What must be kept until then is not deleted today.", day=day)
        )
    groups = expired_documents(day)
    expired = tuple(one for group in groups for one in group)
    if dry_run:
        files = expired_files(day, without=[one.number for one in expired])
        return RetentionReport(day, expired, len(files), sum(file.rows for file in files))
    _remove_leftovers(office)
    done = 0
    for batch in _batches(groups):
        for path in bury(batch, day, office.now()):
            durable.remove(office.documents_folder / path)
        done += len(batch)
        if progress:
            progress(_DELETING, done, len(expired))
    files = expired_files(day)
    refused = bury_usage(files, day, office.now())
    for file in files:
        durable.remove(office.usage_folder / file.path)
    return RetentionReport(day, expired, len(files), sum(file.rows for file in files), refused)


def _batches(groups: Sequence[Sequence[Expired]]) -> Iterator[list[Expired]]:
    """Whole groups, together about so many documents."""
    batch: list[Expired] = []
    for group in groups:
        batch += group
        if len(batch) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _remove_leftovers(office: Office) -> None:
    """Files that a run before this one let go of and could not remove."""
    for gone in UsageTombstone.objects.values_list("path", flat=True).iterator():
        durable.remove(office.usage_folder / gone)
    buried = {file_number(number) for number in Tombstone.objects.values_list("number", flat=True).iterator()}
    if not buried:
        return
    named = set(DocumentRecord.objects.values_list("path", flat=True))
    for path in office.documents_folder.glob("*/*"):
        if _number_in(path) in buried and path.relative_to(office.documents_folder).as_posix() not in named:
            durable.remove(path)


def _number_in(path: Path) -> str:
    return path.name.partition(".")[0]
