"""Files that were prepared for somebody, below `prepared/` in the home: there whole or not at all, and not for long.

They can be made again at any time, so they are in no backup.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from kvitto.records.jobs import OPEN, JobState
from kvitto.records.models import Job
from kvitto.runs.jobs.job import FILE_KINDS
from kvitto.runs.office import Office
from kvitto.usage import durable

KEPT_FOR = timedelta(days=7)
_CHUNK = 256 * 1024
_ONE_DAY_IN_SECONDS = 86_400


@dataclass(frozen=True)
class PreparedFile:
    """A file below the folder of prepared files, with its size and SHA-256."""

    file: str
    bytes: int
    digest: str

    def facts(self) -> dict[str, Any]:
        """As a job keeps it in its result."""
        return {"file": self.file, "bytes": self.bytes, "digest": self.digest}


def write_prepared(office: Office, file: str, pieces: Iterable[bytes]) -> PreparedFile:
    """Make the file durable under its name, in place of one that is there already. Its pieces are taken one by one."""
    folder = office.prepared_folder
    durable.make_folders(folder, office.home)
    aside = folder / f".{uuid.uuid4().hex}.aside"
    digest, size = hashlib.sha256(), 0
    try:
        with durable.open_new(aside) as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                size += len(piece)
        durable.sync_file(aside)
        durable.rename(aside, folder / file)
    finally:
        durable.remove(aside)
    durable.sync_folder(folder)
    return PreparedFile(file, size, digest.hexdigest())


def read_prepared(office: Office, result: Mapping[str, Any]) -> Iterator[bytes] | None:
    """The file that a job's result names, in pieces; None if it is gone, or is not what was written."""
    path = office.prepared_folder / str(result["file"])
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != result["digest"]:
                return None
    except OSError:
        return None
    return _pieces(path)


def remove_prepared(office: Office, result: Mapping[str, Any]) -> None:
    """Remove the file that a job's result names, if it is there."""
    if name := str(result.get("file", "")):
        durable.remove(office.prepared_folder / name)


def sweep_prepared(office: Office) -> int:
    """Remove jobs that made files and ended longer than `KEPT_FOR` ago, and files of no job; how many files."""
    Job.objects.filter(kind__in=FILE_KINDS, ended_at__lt=office.now() - KEPT_FOR).delete()
    folder = office.prepared_folder
    lying = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    wanted = Job.objects.filter(kind__in=FILE_KINDS, state__in=[JobState.DONE, *OPEN]).values_list("pk", flat=True)
    kept = {str(key) for key in wanted}
    unwanted = [path for name, path in lying.items() if name.partition(".")[0] not in kept and not _is_being_made(path)]
    for path in unwanted:
        durable.remove(path)
    return len(unwanted)


def _is_being_made(path: Path) -> bool:
    """True of an unfinished file, unless it is so old that its process must be gone."""
    try:
        return path.name.startswith(".") and time.time() - path.stat().st_mtime < _ONE_DAY_IN_SECONDS
    except FileNotFoundError:
        return True


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
