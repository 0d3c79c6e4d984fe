"""The rows of a price list: CSV or CSV.gz, UTF-8, with a header row, read without losing one."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kvitto.agreements.declaration.mistakes import lines_of
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, phrases

_SHOWN = 50


@dataclass(frozen=True)
class PriceFault:
    """What is wrong with a price list, and where: `line` is 0 for the whole file, `column` empty for the whole row."""

    file: str
    line: int
    column: str
    what: Phrase

    @property
    def phrase(self) -> Phrase:
        """The sentence."""
        values = {"file": self.file, "line": str(self.line), "column": self.column, "what": self.what}
        if self.column:
            return phrase("{file}, line {line}, column “{column}”: {what}", **values)
        if self.line:
            return phrase("{file}, line {line}: {what}", **values)
        return phrase("{file}: {what}", **values)


class UnableToReadPrices(UnableTo):
    """A price list cannot be taken in, and nothing of it was; `faults` has every reason, in order of the file."""

    def __init__(self, faults: Sequence[PriceFault], rows: int) -> None:
        self.faults, self.rows = tuple(faults), rows
        shown = [fault.phrase for fault in self.faults[:_SHOWN]]
        if len(self.faults) > _SHOWN:
            shown.append(phrase("… and {count} more.", count=len(self.faults) - _SHOWN))
        summary = phrases(
            "No price was recorded: {count} fault was found in {rows} rows. Correct it and import again.",
            "No price was recorded: {count} faults were found in {rows} rows. Correct them and import again.",
            len(self.faults),
            rows=rows,
        )
        super().__init__(lines_of((*shown, summary)))


@dataclass(frozen=True)
class PriceRow:
    """One row, by column name, and the line it begins on (the header is line 1)."""

    line: int
    values: dict[str, str]


def read_rows(path: Path, columns: Sequence[str], faults: list[PriceFault]) -> Iterator[PriceRow]:
    """Each row of the file; what cannot be read is added to `faults`, and reading goes on where it can.

    `columns` must be in the header. A file that cannot be opened, decoded or unpacked is a fault too.
    """
    at = _Place(path.name)
    try:
        with _opened(path) as stream:
            yield from _rows(stream, columns, faults, at)
    except OSError as error:  # gzip.BadGzipFile is one
        faults.append(at.fault(phrase("the file cannot be read: {cause}.", cause=error.strerror or str(error))))
    except (EOFError, zlib.error):
        faults.append(at.fault(phrase("the compressed file ends too early or is damaged.")))
    except UnicodeDecodeError:
        faults.append(at.fault(phrase("the file is not UTF-8 from here on.")))
    except csv.Error as error:
        faults.append(
            at.fault(phrase("this is not CSV: {cause}. Look for a quotation mark too few.", cause=str(error)))
        )


@dataclass
class _Place:
    """How far reading has come."""

    file: str
    line: int = 1

    def fault(self, what: Phrase, column: str = "") -> PriceFault:
        return PriceFault(self.file, self.line, column, what)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    with path.open("rb") as raw:
        stream = gzip.GzipFile(fileobj=raw) if path.name.endswith(".gz") else raw
        with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            yield text


def _rows(stream: IO[str], columns: Sequence[str], faults: list[PriceFault], at: _Place) -> Iterator[PriceRow]:
    reader = csv.reader(stream, strict=True)
    header = next(reader, None)
    if not header:
        faults.append(at.fault(phrase("the file has no header row.")))
        return
    missing = [column for column in columns if header.count(column) != 1]
    for column in missing:
        if column in header:
            faults.append(at.fault(phrase("there are two columns of this name."), column))
        else:
            faults.append(
                at.fault(phrase("there is no such column; the file has {columns}.", columns=tuple(header)), column)
            )
    if missing:
        return
    at.line = reader.line_num + 1
    for cells in reader:
        if cells:
            if len(cells) == len(header):
                yield PriceRow(at.line, dict(zip(header, cells, strict=True)))
            else:
                what = phrase("the row has {found} columns, the header {wanted}.", found=len(cells), wanted=len(header))
                faults.append(at.fault(what))
        at.line = reader.line_num + 1
