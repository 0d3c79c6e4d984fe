"""Reads any CSV file, plain or gzip, by a mapping.

A row stands on one physical line. A quoted cell may hold delimiters and doubled quotes, but no line end: so a quote
that is never closed costs its own line and not the rest of the file. Python's `csv` reads the lines that have quotes; a
line without any is split at its delimiters, which is the same thing.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring
from operator import itemgetter
from pathlib import Path

from kvitto.agreements.hierarchy import Subscription
from kvitto.language import phrase
from kvitto.periods import midnight
from kvitto.row_text import RowText
from kvitto.usage.checks import LONGEST, Reason, Refused, check_id, read_quantity, read_time, reason_phrase, shown
from kvitto.usage.mapping import Mapping
from kvitto.usage.readers.lines import BrokenLine, UnableToRead, Watched, open_usage, read_blocks
from kvitto.usage.record import RefusedUsage, UsageRecord

Resolve = Callable[[str], Subscription | None]
Cells = Sequence[str]
_REMEMBERED = 100_000  # identities kept from row to row
_AT_ONCE = 500  # names in one sentence
_Identity = tuple[str, str, str, str, str, datetime, datetime]
_FIRST = datetime.min.replace(tzinfo=UTC)
_EVER = datetime.max.replace(tzinfo=UTC)


def read(path: Path, mapping: Mapping, resolve: Resolve, now: datetime) -> Iterator[UsageRecord | RefusedUsage]:
    """Each row of the file in order, accepted or refused.

    `resolve` finds the subscription that a row names; `now` is the moment after which a row lies in the future.
    `UnableToRead` if the file as a whole cannot be read; rows that came before are then worth nothing.
    """
    with open_usage(path) as watched:
        yield from read_watched(watched, path, mapping, resolve, now)


def read_watched(  # noqa: PLR0913, PLR0917 - the file, how it is read, and what its rows must agree with
    watched: Watched,
    path: Path,
    mapping: Mapping,
    resolve: Resolve,
    now: datetime,
    kept_from: datetime | None = None,
) -> Iterator[UsageRecord | RefusedUsage]:
    """The same from a file that is open already, whose bytes somebody counts.

    `kept_from`: usage from before that moment was deleted, and nobody could tell whether a row of then is known.
    """
    rows: _Rows | None = None
    name = file_name(path)
    for block in read_blocks(watched, path, mapping.encoding):
        lines, broken, first = block.lines, block.broken, block.first_line
        if rows is None:
            rows = _Rows(
                name,
                _header(lines[0], broken.pop(0, None), path, mapping),
                mapping,
                resolve,
                (kept_from or _FIRST, now),
            )
            lines[0] = ""  # the rest of the block is rows
        row, refused = rows.record, rows.refused
        for position, text in enumerate(lines):
            if position in broken:
                fault = broken[position]
                yield refused(first + position, text, Refused(fault.reason, **fault.values))
            elif text:
                try:
                    yield row(text, first + position)
                except Refused as refusal:
                    yield refused(first + position, text, refusal)


def file_name(path: Path) -> str:
    """The file's name as it is kept: what is not text in it is written visibly, and a long one loses its beginning."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")[-500:]


def _header(line: str, broken: BrokenLine | None, path: Path, mapping: Mapping) -> list[str]:
    try:
        names = _header_names(line, broken, mapping.delimiter)
    except Refused as refusal:
        cause = reason_phrase(refusal.reason, refusal.values)
        raise UnableToRead(
            phrase("The header of {file} cannot be read. {cause}", file=str(path), cause=cause)
        ) from refusal
    if not line.strip():
        raise UnableToRead(
            phrase(
                "{file} has no header: its first line should name the columns. Add it, or choose the right file.",
                file=str(path),
            )
        )
    missing = tuple(shown(name) for name in mapping.columns if name not in names)
    if missing:
        raise UnableToRead(
            phrase(
                "{file} lacks the columns {missing}, which the mapping names. Its header has: {columns}.",
                file=str(path),
                missing=missing,
                columns=tuple(shown(name) for name in names[:_AT_ONCE]),
            )
        )
    twice = tuple(dict.fromkeys(shown(name) for name in names if names.count(name) > 1))
    if twice:
        raise UnableToRead(
            phrase(
                "{file} has more than one column named {columns}. Give each column a name of its own.",
                file=str(path),
                columns=twice,
            )
        )
    return names


def _header_names(line: str, broken: BrokenLine | None, delimiter: str) -> list[str]:
    if broken:
        raise Refused(broken.reason, **broken.values)
    return _cells(line, delimiter)


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        # In strict mode there are two complaints: the text ends inside quotes, or goes on after they closed.
        raise Refused(Reason.UNCLOSED_QUOTE if "unexpected end" in str(error) else Reason.MISPLACED_QUOTE) from error


class _Rows:
    """One file's rows, with all that can be prepared once prepared."""

    def __init__(
        self, file: str, header: list[str], mapping: Mapping, resolve: Resolve, span: tuple[datetime, datetime]
    ) -> None:
        self._file, self._mapping, self._resolve = file, mapping, resolve
        self._kept_from, self._now = span
        self._header, self._width, self._delimiter = header, len(header), mapping.delimiter
        self._index = {name: index for index, name in enumerate(header)}
        self._quantity_at, self._time_at = self._index[mapping.quantity_column], self._index[mapping.time_column]
        self._identities: dict[tuple[str, ...], _Identity] = {}
        named = [*mapping.subscription.columns, *mapping.resource.columns, *mapping.meter.columns, mapping.unit_column]
        self._identity_cells = _getter([self._index[name] for name in dict.fromkeys(named) if name])
        self._event_id = self._prepared_event_id()
        self._dimensions = self._prepared_dimensions()

    def record(self, text: str, line: int) -> UsageRecord:
        """The record that the line's text makes; raises `Refused`."""
        cells = text.split(self._delimiter) if '"' not in text else _cells(text, self._delimiter)
        if len(cells) != self._width:
            reason = Reason.MISSING_CELLS if len(cells) < self._width else Reason.EXTRA_CELLS
            raise Refused(reason, cells=len(cells), columns=self._width)
        key = self._identity_cells(cells)
        identity = self._identities.get(key) or self._identify(key, cells)
        subscription, sent_as, resource, meter, unit, starts, ends = identity
        mapping = self._mapping
        quantity = read_quantity(
            cells[self._quantity_at], mapping.quantity_column, allow_negative=mapping.allow_negative
        )
        used_at = read_time(cells[self._time_at], mapping.time_column, mapping.zone)
        if used_at < starts:
            raise self._not_active(Reason.SUBSCRIPTION_NOT_STARTED, subscription, starts)
        if used_at >= ends:
            raise self._not_active(Reason.SUBSCRIPTION_ENDED, subscription, ends)
        if used_at < self._kept_from:
            day = self._kept_from.date().isoformat()
            raise Refused(Reason.PAST_RETENTION, mapping.time_column, value=shown(cells[self._time_at]), day=day)
        if used_at > self._now:
            raise Refused(Reason.IN_THE_FUTURE, mapping.time_column, value=shown(cells[self._time_at]))
        return UsageRecord(
            subscription, resource, meter, used_at, quantity, unit, mapping.source,
            self._event_id(cells), self._dimensions(cells), self._file, line, sent_as, text,
        )  # fmt: skip

    def refused(self, line: int, text: str, refusal: Refused) -> RefusedUsage:
        """The refused row."""
        return RefusedUsage(self._file, line, refusal.column[:200], refusal.reason, refusal.values, text)

    def _not_active(self, reason: Reason, subscription: str, moment: datetime) -> Refused:
        column = self._mapping.time_column
        return Refused(reason, column, subscription=subscription, day=moment.date().isoformat())

    def _identify(self, key: tuple[str, ...], cells: Cells) -> _Identity:
        mapping = self._mapping
        sent_as = self._composed(mapping.subscription, "subscription", cells)
        resource = self._composed(mapping.resource, "resource", cells)
        meter = self._composed(mapping.meter, "meter", cells)
        unit = mapping.unit
        if mapping.unit_column:
            unit = check_id(cells[self._index[mapping.unit_column]], "unit", mapping.unit_column)
        subscription = self._resolve(sent_as)
        if subscription is None:
            column = ", ".join(mapping.subscription.columns)
            raise Refused(Reason.SUBSCRIPTION_UNKNOWN, column, subscription=shown(sent_as))
        starts = midnight(subscription.started_on)
        ends = midnight(subscription.ended_on) if subscription.ended_on else _EVER
        identity = (subscription.id, sent_as, resource, meter, unit, starts, ends)
        if len(self._identities) >= _REMEMBERED:
            self._identities.clear()
        self._identities[key] = identity
        return identity

    def _composed(self, template: RowText, kind: str, cells: Cells) -> str:
        texts = []
        for part, is_column in template.parts:
            cell = cells[self._index[part]] if is_column else part
            if is_column:
                check_id(cell, kind, part)
            texts.append(cell)
        return check_id("".join(texts), kind, ", ".join(template.columns))

    def _prepared_event_id(self) -> Callable[[Cells], str]:
        # Sorted, so that the order in which a mapping lists the columns does not make other ids.
        columns = sorted(self._mapping.event_id_columns)
        named = ", ".join(columns)
        if len(columns) == 1:
            index, longest = self._index[columns[0]], LONGEST["event_id"]

            def single(cells: Cells) -> str:
                text = cells[index]
                if not text or len(text) > longest or "\t" in text or text.isspace():
                    check_id(text, "event_id", named)
                return text

            return single
        cells_of = _getter([self._index[name] for name in columns])

        def digest(cells: Cells) -> str:
            texts = cells_of(cells)
            if not any(texts):
                raise Refused(Reason.EMPTY, named, column=shown(named))
            return hashlib.blake2b("\x1f".join(texts).encode(), digest_size=16).hexdigest()

        return digest

    def _prepared_dimensions(self) -> Callable[[Cells], str]:
        columns = self._mapping.dimension_columns
        if not columns:
            return lambda _: "{}"
        cells_of, longest = _getter([self._index[name] for name in columns]), LONGEST["dimensions"]
        pattern = "{" + ",".join(encode_basestring(name).replace("%", "%%") + ":%s" for name in columns) + "}"

        def dimensions(cells: Cells) -> str:
            text = pattern % tuple(map(encode_basestring, cells_of(cells)))
            if len(text) > longest:
                named = ", ".join(columns)
                raise Refused(Reason.TOO_LONG, named, column=shown(named), length=len(text), limit=longest)
            return text

        return dimensions


def _getter(indexes: Sequence[int]) -> Callable[[Cells], tuple[str, ...]]:
    if len(indexes) == 1:
        index = indexes[0]
        return lambda cells: (cells[index],)
    if not indexes:
        return lambda _: ()
    return itemgetter(*indexes)
