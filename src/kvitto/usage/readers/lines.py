"""The physical lines of a text file, a block at a time, whatever the file is: plain or gzip, damaged in places or not.

A line ends at a line feed, never anywhere else; a carriage return before it belongs to the line end. What cannot be
read as text is set apart line by line, so that one broken line never costs its neighbours.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.usage.checks import CONTROL, Reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LONGEST_LINE = 65_536  # characters
_SURELY_TOO_LONG = 4 * LONGEST_LINE + 4  # bytes: no encoding needs more for a character
_BLOCK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_CONTROL_BYTES = bytes(code for code in range(32) if code not in (9, 10)) + b"\x7f"
_FIRST_OF_C1 = b"\xc2"  # the first byte of U+0080 … U+009F in UTF-8
_OTHER_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


class UnableToRead(UnableTo):
    """A file cannot be read as a whole; nothing of it is taken in."""


class Watched(io.RawIOBase):
    """A file's bytes as they are read: counts them, tells `progress(bytes read, bytes in all)`, makes their digest."""

    def __init__(self, file: io.FileIO, progress: Callable[[int, int], None] | None = None) -> None:
        super().__init__()
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self._read, self._progress, self._digest = 0, progress, hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of what was read so far."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer; the number of bytes that came."""
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view)
        self._digest.update(view[:count])
        self._read += count
        if self._progress:
            self._progress(self._read, self.size)
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@dataclass(frozen=True)
class BrokenLine:
    """Why a line is no text, and as much of it as can be shown."""

    reason: Reason
    values: dict[str, str | int]


@dataclass(frozen=True)
class Block:
    """Lines that follow each other; `broken` says by position which of them are not what they should be."""

    first_line: int
    lines: list[str]
    broken: dict[int, BrokenLine] = field(default_factory=dict)


def open_usage(path: Path, progress: Callable[[int, int], None] | None = None) -> Watched:
    """The file, opened; `UnableToRead` if it is missing, a folder or not ours to read."""
    if path.is_dir():
        raise UnableToRead(phrase("{file} is a folder. Name the files in it.", file=str(path)))
    try:
        return Watched(path.open("rb", buffering=0), progress)
    except FileNotFoundError as error:
        raise UnableToRead(phrase("There is no file {file}.", file=str(path))) from error
    except OSError as error:
        raise UnableToRead(
            phrase("{file} cannot be read: {cause}.", file=str(path), cause=error.strerror or str(error))
        ) from error


def read_blocks(watched: Watched, path: Path, encoding: str) -> Iterator[Block]:
    """All lines of the file; `UnableToRead` if it is empty, its compression damaged or its encoding plainly another."""
    line = 1
    for position, chunk in enumerate(_whole_lines(_unpacked(watched, path))):
        content = chunk
        if position == 0:
            for mark, name in _OTHER_MARKS.items():
                if chunk.startswith(mark):
                    raise UnableToRead(
                        phrase(
                            "{file} is written in {encoding}. Save it as UTF-8 and import it again.",
                            file=str(path),
                            encoding=name,
                        )
                    )
            content = chunk.removeprefix(codecs.BOM_UTF8)
        block = _block(line, content, encoding)
        line += len(block.lines)
        yield block
    if line == 1:
        raise UnableToRead(phrase("{file} is empty. It needs at least a header line.", file=str(path)))


def _unpacked(watched: Watched, path: Path) -> Iterator[bytes]:
    buffered = io.BufferedReader(watched, _BLOCK)
    start = buffered.peek(2)[:2]
    if start != _GZIP_MAGIC:
        if start and path.suffix == ".gz":
            raise _damaged(path, "Not a gzipped file")
        yield from iter(lambda: buffered.read(_BLOCK), b"")
        return
    try:
        with gzip.GzipFile(fileobj=buffered) as unpacked:
            yield from iter(lambda: unpacked.read(_BLOCK), b"")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, cause: str) -> UnableToRead:
    return UnableToRead(
        phrase(
            "{file} is cut off or damaged ({cause}). Nothing of it was taken in; fetch it again and import it again.",
            file=str(path),
            cause=cause,
        )
    )


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that end at a line end; a line without end in sight is cut down to what can be shown."""
    rest, skipping = b"", False
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            if not skipping:
                rest += chunk
                skipping = len(rest) > _SURELY_TOO_LONG
                rest = rest[:_SURELY_TOO_LONG]
            continue
        if skipping:
            first = chunk.find(b"\n")
            yield rest + chunk[first:end]
        else:
            yield rest + chunk[:end]
        rest, skipping = chunk[end:], False
        if len(rest) > _SURELY_TOO_LONG:
            rest, skipping = rest[:_SURELY_TOO_LONG], True
    if rest:
        yield rest


def _block(first_line: int, content: bytes, encoding: str) -> Block:
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    raw_lines: list[bytes] | None = None
    try:
        lines = content.decode(encoding).split("\n")
    except UnicodeDecodeError:
        raw_lines = content.split(b"\n")
        lines = [line.decode(encoding, "backslashreplace") for line in raw_lines]
    if not lines[-1]:
        del lines[-1]
    if raw_lines is None and _is_clean(content, encoding) and len(max(lines, key=len, default="")) <= LONGEST_LINE:
        return Block(first_line, lines)
    broken: dict[int, BrokenLine] = {}
    for position, line in enumerate(lines):
        fault = _fault(line, raw_lines[position] if raw_lines else None, encoding)
        if fault:
            broken[position] = fault
            lines[position] = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", line[:LONGEST_LINE])
    return Block(first_line, lines, broken)


def _is_clean(content: bytes, encoding: str) -> bool:
    # Quick, and right whenever it says yes: no byte that a control character could be made of.
    if len(content.translate(None, _CONTROL_BYTES)) != len(content):
        return False
    return _FIRST_OF_C1 not in content if encoding == "utf-8" else content.isascii()


def _fault(line: str, raw: bytes | None, encoding: str) -> BrokenLine | None:
    if len(line) > LONGEST_LINE:
        return BrokenLine(Reason.LINE_TOO_LONG, {"limit": LONGEST_LINE})
    if raw is not None:
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            return BrokenLine(Reason.NOT_IN_ENCODING, {"encoding": encoding.upper()})
    control = CONTROL.search(line)
    if control:
        return BrokenLine(Reason.CONTROL_CHARACTER, {"character": f"\\x{ord(control[0]):02x}"})
    return None
