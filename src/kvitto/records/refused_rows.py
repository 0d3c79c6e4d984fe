"""Rows that were not accepted: kept once each, however often they come again, and settled when they are accepted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, QuerySet

from kvitto.language import Phrase
from kvitto.records.models import RefusedRow, UsageBatch, UsageFile, UsageImport
from kvitto.usage.checks import reason_phrase
from kvitto.usage.store import RefusedStaged

_AT_ONCE = 500


@dataclass(frozen=True)
class RefusedEntry:
    """A refused row as it is listed. `settled`: its usage was accepted by a later import."""

    source: str
    file: str
    line: int
    column: str
    reason: str
    sentence: Phrase
    raw: str
    settled: bool


def keep_refused(usage_import: UsageImport, rows: Iterable[RefusedStaged]) -> int:
    """Keep the rows of an import that were refused; the number of those that were known as refused before.

    A row that is refused for another reason than before tells the new one.
    """
    known, waiting = 0, iter(rows)
    while chunk := list(islice(waiting, _AT_ONCE)):
        digests = {row.row_digest for row in chunk}
        before = RefusedRow.objects.filter(source=usage_import.source, row_digest__in=digests)
        kept = {(row.row_digest, row.occurrence): row for row in before}
        new = []
        for row in chunk:
            old = kept.get((row.row_digest, row.occurrence))
            if old is None:
                new.append(_record(usage_import, row))
            else:
                known += 1
                _tell_anew(old, usage_import, row)
        RefusedRow.objects.bulk_create(new)
    return known


def _record(usage_import: UsageImport, row: RefusedStaged) -> RefusedRow:
    return RefusedRow(
        source=usage_import.source,
        row_digest=row.row_digest,
        occurrence=row.occurrence,
        usage_import=usage_import,
        line=row.line,
        column=row.column,
        reason=row.reason,
        values=json.loads(row.values),
        raw=row.raw,
    )


def _tell_anew(old: RefusedRow, usage_import: UsageImport, row: RefusedStaged) -> None:
    if old.reason == row.reason:
        return
    old.usage_import, old.line, old.column = usage_import, row.line, row.column
    old.reason, old.values = row.reason, json.loads(row.values)
    old.save(update_fields=["usage_import", "line", "column", "reason", "values"])


def open_refusals(source: str) -> Iterator[list[str]]:
    """The digests of the source's refused rows that were never accepted, in lists."""
    digests = _open(source).values_list("row_digest", flat=True).distinct().iterator(chunk_size=10_000)
    while chunk := list(islice(digests, 10_000)):
        yield chunk


def settle(source: str, settled: Sequence[tuple[str, str | None]], batch: UsageBatch | None) -> None:
    """Write down in which batch rows that were refused before came in: this one, or the one that has the path."""
    by_path: dict[str | None, list[str]] = {}
    for digest, path in settled:
        by_path.setdefault(path, []).append(digest)
    for path, digests in by_path.items():
        accepted_in = UsageFile.objects.get(path=path).batch if path else batch
        for start in range(0, len(digests), _AT_ONCE):
            _open(source).filter(row_digest__in=digests[start : start + _AT_ONCE]).update(accepted_in=accepted_in)


def list_refused(*, settled_too: bool = False, limit: int | None = None) -> list[RefusedEntry]:
    """Refused rows in the order of their imports and lines; those that were accepted later only if asked for."""
    rows = RefusedRow.objects.select_related("usage_import").order_by("usage_import_id", "line", "pk")
    if not settled_too:
        rows = rows.filter(accepted_in=None)
    return [_entry(row) for row in (rows if limit is None else rows[:limit])]


def refused_rows(*, reason: str = "", source: str = "", settled_too: bool = False) -> QuerySet[RefusedRow]:
    """Refused rows for this reason and of this source, if they are named; the latest import first."""
    rows = RefusedRow.objects.select_related("usage_import").order_by("-usage_import_id", "line", "pk")
    rows = rows if settled_too else rows.filter(accepted_in=None)
    rows = rows.filter(reason=reason) if reason else rows
    return rows.filter(source=source) if source else rows


def count_by_reason(*, source: str = "", settled_too: bool = False) -> list[tuple[str, int]]:
    """How many rows were refused for each reason, the most frequent first."""
    rows = refused_rows(source=source, settled_too=settled_too).order_by()
    counted = rows.values_list("reason").annotate(rows=Count("pk")).order_by("-rows", "reason")
    return [(reason, count) for reason, count in counted]


def refused_entry(row: RefusedRow) -> RefusedEntry:
    """The row as it is listed."""
    return _entry(row)


def count_refused(*, settled_too: bool = False) -> int:
    """How many rows `list_refused` would list without a limit."""
    return (RefusedRow.objects.all() if settled_too else RefusedRow.objects.filter(accepted_in=None)).count()


def _open(source: str) -> QuerySet[RefusedRow]:
    return RefusedRow.objects.filter(source=source, accepted_in=None)


def _entry(row: RefusedRow) -> RefusedEntry:
    return RefusedEntry(
        source=row.source,
        file=row.usage_import.file,
        line=row.line,
        column=row.column,
        reason=row.reason,
        sentence=reason_phrase(row.reason, row.values),
        raw=row.raw,
        settled=row.accepted_in_id is not None,
    )
