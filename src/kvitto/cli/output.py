"""Files that commands write for their caller: whole, or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kvitto.errors import UnableTo
from kvitto.language import phrase


class UnableToWrite(UnableTo):
    """The file cannot be written there."""


def write_whole_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the pieces to the file, replacing one of that name only when all is written; "-" is standard output.

    Whatever goes wrong on the way, a file that was there stays as it was. Raises `UnableToWrite`.
    """
    if str(path) == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}.", suffix=".part")
    except OSError as error:
        raise _unable(path, error) from error
    aside = Path(name)
    try:
        _write(descriptor, pieces, path)
        _give_name(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _write(descriptor: int, pieces: Iterable[bytes], path: Path) -> None:
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            try:
                file.write(piece)
            except OSError as error:
                raise _unable(path, error) from error


def _give_name(aside: Path, path: Path) -> None:
    umask = os.umask(0)
    os.umask(umask)
    try:
        aside.chmod(0o666 & ~umask)  # as any new file of the caller; a temporary file is for its owner only
        aside.replace(path)
    except OSError as error:
        raise _unable(path, error) from error


def _unable(path: Path, error: OSError) -> UnableToWrite:
    cause = error.strerror or str(error)
    return UnableToWrite(phrase("{file} cannot be written: {cause}.", file=str(path), cause=cause))
