"""Files of documents: written once and durable under their names, read back only if they are what was written."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.usage import durable

_ONE_DAY_IN_SECONDS = 86_400


class DamagedDocument(UnableTo):
    """A stored document is gone, or is not what was stored."""


class UnableToKeep(UnableTo):
    """A document cannot be written: the disk is full, or the folder takes nothing."""


def digest_of(content: bytes) -> str:
    """What a document is recognised by: its SHA-256."""
    return hashlib.sha256(content).hexdigest()


def keep(folder: Path, path: Path, content: bytes) -> None:
    """Make the file durable under its name: written aside, then renamed, so that it is never there by half.

    Raises `UnableToKeep`.
    """
    target = folder / path
    try:
        durable.make_folders(target.parent, folder)
        durable.write_whole(target, content)
    except OSError as error:
        raise UnableToKeep(
            phrase(
                "The document {file} cannot be kept: {cause}. It is made anew when it is asked for, or with the next"
                " closing.",
                file=path.name, cause=error.strerror or str(error),
            )
        ) from error  # fmt: skip


def kept(path: Path, digest: str, number: str) -> bytes:
    """The content of the file of this invoice. Raises `DamagedDocument` if it is not the one with this digest.

    Readers are told the file's name, not where the office keeps its documents.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedDocument(
            phrase(
                "The document of invoice {number} cannot be read: {file}. Restore it from a backup.",
                number=number, file=f"{path.parent.name}/{path.name}",
            )
        ) from error  # fmt: skip
    if digest_of(content) != digest:
        raise DamagedDocument(
            phrase(
                "The document of invoice {number} is not the one that was made: {file} has changed. Restore it from a"
                " backup.",
                number=number, file=f"{path.parent.name}/{path.name}",
            )
        )  # fmt: skip
    return content


def sweep(folder: Path) -> None:
    """Remove what a run that died while writing left behind, once it is a day old."""
    for aside in folder.glob("*/.*.aside"):
        try:
            is_old = time.time() - aside.stat().st_mtime > _ONE_DAY_IN_SECONDS
        except FileNotFoundError:  # its run has just finished
            continue
        if is_old:
            durable.remove(aside)
