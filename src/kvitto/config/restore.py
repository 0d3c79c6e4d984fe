"""An office from the archive of a backup: checked before anything is written, whole or not there at all.

Everything is laid out beside the home and looked through there; only then does it get the home's name. What is found
wrong with the office itself, not with the archive, was wrong when the backup was made.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kvitto.config.home import SETTINGS_FILE, add_setting, make_home, secret_in
from kvitto.config.startup import initialise
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, phrases
from kvitto.runs.archive import Manifest, Progress, check_archive, extract_archive
from kvitto.usage import durable

if TYPE_CHECKING:
    from kvitto.runs.office import Office

_FAULTS_TOLD = 5


class UnableToRestore(UnableTo):
    """There is something where the office should be, or what is in the archive is not in order."""


@dataclass(frozen=True)
class Restored:
    """The office as it was found after it was laid out."""

    home: Path
    made_at: str
    documents: int
    usage_rows: int
    faults: tuple[Phrase, ...]


def restore(  # noqa: PLR0913 - what an office is made of, and how
    archive: Path,
    home: Path,
    database: str | None = None,
    *,
    secret_file: Path | None = None,
    even_if_damaged: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Make the office of the archive in a home that is empty or not there.

    `database` is the address of an empty PostgreSQL database, for the backup of an office that had one. `secret_file`
    holds the secret of the office that comes back, by which codes from apps are right; without it there is a new one.
    Raises `DamagedArchive`, `UnableToStart` or `UnableToRestore`, and nothing is written; with `even_if_damaged` an
    office that was not in order when the backup was made is restored all the same, and what is wrong is told.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UnableToRestore(
            phrase("{home} is not empty. Restore into a new folder, and name it with --home.", home=str(home))
        )
    secret = secret_in(secret_file) if secret_file else ""
    manifest = check_archive(archive, progress)
    _refuse_other_kind(manifest, database or os.environ.get("KVITTO_DATABASE", ""))
    aside = home.parent / f".{home.name}.{uuid.uuid4().hex}.restoring"
    try:
        aside.mkdir(mode=0o700, parents=True)
        extract_archive(archive, aside, progress)
        office = _opened(aside, database, secret)
        with _loaded(office, manifest):
            found = _looked_through(office, home, manifest)
            if found.faults and not even_if_damaged:
                raise UnableToRestore(_not_in_order(found.faults))
            _note(office, found)
        connection.close()
        _settle(aside, home)
    except OSError as error:
        raise UnableToRestore(
            phrase("{home} cannot be made: {cause}.", home=str(home), cause=error.strerror or str(error))
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return found


def _refuse_other_kind(manifest: Manifest, wanted: str) -> None:
    is_postgresql = wanted.startswith("postgres")
    if manifest.facts["database"] == "postgresql" and not is_postgresql:
        raise UnableToRestore(
            phrase(
                "This is the backup of an office with a PostgreSQL database. Make an empty one, and name its address"
                " with --database."
            )
        )
    if manifest.facts["database"] == "sqlite" and is_postgresql:
        raise UnableToRestore(
            phrase("This is the backup of an office with a SQLite database. Leave --database and KVITTO_DATABASE away.")
        )


def _opened(home: Path, database: str | None, secret: str) -> Office:
    """Django, started on the home that is being made."""
    if database:
        add_setting(home / SETTINGS_FILE, "database", database)
    make_home(home, secret)
    os.environ["KVITTO_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kvitto.config.settings"
    django.setup()
    from django.conf import settings

    office: Office = settings.OFFICE
    return office


@contextmanager
def _loaded(office: Office, manifest: Manifest) -> Iterator[None]:
    """Inside, the database is the archive's, of this version of Kvitto; what is raised leaves no row in PostgreSQL."""
    from kvitto.records.database_copy import load_sqlite, loading_postgresql

    copied = office.home / "database"
    if manifest.facts["database"] == "sqlite":
        load_sqlite(office.home, office.database_file)
        shutil.rmtree(copied)
        _check_guards_as_they_came()
        initialise(office)
        yield
        return
    _refuse_other_tables(manifest)
    initialise(office)
    with loading_postgresql(office.home, manifest.facts["tables"]):
        shutil.rmtree(copied)
        yield


def _refuse_other_tables(manifest: Manifest) -> None:
    if connection.introspection.table_names():
        raise UnableToRestore(phrase("The database is not empty. Name an empty one with --database."))
    known = {f"{app} {name}" for app, name in MigrationExecutor(connection).loader.disk_migrations}
    if known != set(manifest.facts["migrations"]):
        raise UnableToRestore(
            phrase(
                "The backup was made by Kvitto {version}, whose tables are not those of this version. Restore it with"
                " that version, and bring the office up to date then.",
                version=manifest.facts["kvitto"],
            )
        )


def _check_guards_as_they_came() -> None:
    """Before they are put anew; a database of an older version has older ones, and gets them by its migration."""
    from kvitto.records.guards import check_guards

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        check_guards()


def _looked_through(office: Office, home: Path, manifest: Manifest) -> Restored:
    from kvitto.records.guards import missing_guards
    from kvitto.records.invoices import altered_invoices
    from kvitto.records.models import DocumentRecord
    from kvitto.records.retention import unexplained_numbers
    from kvitto.runs.audit_head import verify_trail
    from kvitto.runs.check_store import check_store

    store = check_store(office)
    faults = [
        *(phrase("A guard of the database is missing: {guard}.", guard=guard) for guard in missing_guards()),
        *(phrase("The facts of {number} were changed.", number=number) for number in altered_invoices()),
        *(
            phrases(
                "Series {series}: {count} number is on no document, and nothing says why.",
                "Series {series}: {count} numbers are on no document, and nothing says why.",
                count,
                series=series,
            )
            for series, count in unexplained_numbers().items()
        ),
        *(fault.sentence for fault in verify_trail(office).faults),
        *store.damage,
    ]
    made_at = str(manifest.facts["made_at"])
    return Restored(home, made_at, DocumentRecord.objects.count(), store.rows, tuple(faults))


def _note(office: Office, found: Restored) -> None:
    from kvitto.records.audit import Door, Fact, Result, note
    from kvitto.records.jobs import cancel_all
    from kvitto.records.sessions import end_all_sessions
    from kvitto.runs.audit_head import keep_head

    cancel_all(at=office.now())  # what was asked of the other office is not begun in this one by itself
    end_all_sessions()  # whoever was signed in when the backup was made signs in again, whatever the secret
    facts: dict[str, Fact] = {"made_at": found.made_at, "faults": len(found.faults)}
    note("office.restore", Result.DONE, door=Door.COMMAND, facts=facts, at=office.now())
    keep_head(office)


def _not_in_order(faults: tuple[Phrase, ...]) -> Phrase:
    return phrase(
        "The archive is whole, but the office was not in order when the backup was made. {faults} Nothing was written;"
        " with --even-if-damaged it is restored as it was.",
        faults=" ".join(str(fault) for fault in faults[:_FAULTS_TOLD]),
    )


def _settle(aside: Path, home: Path) -> None:
    for folder in [aside, *(path for path in aside.rglob("*") if path.is_dir())]:
        durable.sync_folder(folder)
    durable.rename(aside, home)
    durable.sync_folder(home.parent)
