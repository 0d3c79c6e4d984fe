"""A backup of the whole office: the database at one moment first, then every file that it names, each by its hash.

Usage may come in and invoices may be issued meanwhile: files never change, and what the database did not name at that
moment is not part of the backup.
"""

from __future__ import annotations

import hashlib
import shutil
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.models import Authenticator

from kvitto import __version__
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.audit import Door, Result, note
from kvitto.records.database_copy import NamedFile, take_snapshot
from kvitto.runs.archive import Member, Progress, write_archive
from kvitto.runs.audit_head import FILE as AUDIT_HEAD
from kvitto.runs.audit_head import keep_head
from kvitto.runs.office import Office

_ONE_DAY_IN_SECONDS = 86_400


class UnableToBackUp(UnableTo):
    """The archive cannot be put there."""


@dataclass(frozen=True)
class Backup:
    """Where the archive lies, and what is in it; `need_secret`: people whose codes need the office's secret, too."""

    file: Path
    bytes: int
    documents: int
    usage_files: int
    need_secret: int


def back_up(office: Office, target: Path, settings: bytes, progress: Progress | None = None) -> Backup:
    """Write an archive of the office to a new file, or into a folder under the moment's name.

    `settings` is the settings file as it shall be kept, without secrets. The secret that signs sessions is left out: a
    restored office makes its own, and everybody signs in again. That a backup was begun is noted in the audit trail
    first, so that the backup holds it too. Raises `UnableToBackUp`, or `UnableToArchive` if a file
    of the office is damaged; nothing is left at the target then.
    """
    file = _file_at(office, target)
    note("office.backup", Result.DONE, door=Door.COMMAND, facts={"archive": file.name}, at=office.now())
    keep_head(office)
    work = file.parent / f".kvitto-backup-{uuid.uuid4().hex}"
    _sweep(file.parent)
    try:
        work.mkdir(mode=0o700)
        snapshot = take_snapshot(work)
        (work / "kvitto.toml").write_bytes(settings)
        own = [*snapshot.files, work / "kvitto.toml"]
        if (office.home / AUDIT_HEAD).is_file():
            shutil.copyfile(office.home / AUDIT_HEAD, work / AUDIT_HEAD)
            own.append(work / AUDIT_HEAD)
        facts = {
            "kvitto": __version__,
            "made_at": office.now().isoformat(),
            "database": snapshot.vendor,
            "tables": dict(snapshot.tables),
            "migrations": list(snapshot.migrations),
            "audit_head": snapshot.audit_head,
        }
        files = [(_member(path.relative_to(work).as_posix(), path), path) for path in own]
        files += [
            (_named(f"usage-store/{each.path}", each), office.usage_folder / each.path) for each in snapshot.usage
        ]
        files += [
            (_named(f"documents/{each.path}", each), office.documents_folder / each.path) for each in snapshot.documents
        ]
        write_archive(file, facts, files, progress)
    except OSError as error:
        raise UnableToBackUp(
            phrase("The backup {file} cannot be written: {cause}.", file=str(file), cause=error.strerror or str(error))
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    codes = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    need_secret = codes.values("user").distinct().count()
    return Backup(file, file.stat().st_size, len(snapshot.documents), len(snapshot.usage), need_secret)


def _file_at(office: Office, target: Path) -> Path:
    file = target / f"kvitto-{office.now():%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if file.exists():
        raise UnableToBackUp(phrase("There is {file} already. Choose another name.", file=str(file)))
    return file.absolute()


def _sweep(folder: Path) -> None:
    """Remove what a backup that was stopped left behind, once it is a day old."""
    for left in folder.glob(".kvitto-backup-*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ONE_DAY_IN_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _member(name: str, path: Path) -> Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Member(name, path.stat().st_size, digest)


def _named(name: str, file: NamedFile) -> Member:
    return Member(name, file.bytes, file.digest)
