"""Making an office's database, and the checks that every command makes before it touches anything.

They may be imported before Django knows the office's settings, but only called after. `UnableToStart` says what is
wrong and what to do.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from kvitto.config.home import UnableToStart, make_home
from kvitto.language import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kvitto.runs.office import Office

USAGE_BUCKETS = "usage_buckets"
DEFAULT_BUCKETS = 8


def initialise(office: Office, buckets: int | None = None) -> None:
    """Make the database of this office or bring it up to date, with its guards; may be repeated at any time.

    `buckets` is into how many parts the usage store divides the subscriptions (8 if not given). It is fixed here once
    for all; `UnableToStart` if another number was fixed before.
    """
    from kvitto.records.guards import install_guards

    make_home(office.home)
    if office.database == "sqlite":
        # made here, so that only its owner can read it; SQLite gives its journals the same mode
        os.close(os.open(office.database_file, os.O_RDWR | os.O_CREAT, 0o600))
    with database_answers(DatabaseError):
        _refuse_newer_database()
        call_command("migrate", verbosity=0, interactive=False)
        install_guards()
        _fix_buckets(buckets)


def check_ready(office: Office) -> None:
    """Raise `UnableToStart` unless the database answers, is of this version, guarded and set up."""
    from kvitto.records.guards import check_guards
    from kvitto.records.office import office_fact

    if office.database == "sqlite" and not office.database_file.is_file():
        raise UnableToStart(
            phrase("The office in {home} has no database yet. Run “kvitto init --home {home}”.", home=str(office.home))
        )
    with database_answers(DatabaseError):
        _refuse_newer_database()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise _behind(office)
        check_guards()
        if office_fact(USAGE_BUCKETS) is None:
            raise _behind(office)


def _behind(office: Office) -> UnableToStart:
    return UnableToStart(
        phrase(
            "The database is not up to date with this version of Kvitto."
            " Make a backup, then run “kvitto init --home {home}”.",
            home=str(office.home),
        )
    )


def _refuse_newer_database() -> None:
    loader = MigrationExecutor(connection).loader
    known, applied = set(loader.disk_migrations), set(loader.applied_migrations)
    rooms = {label for label, _ in known}
    unknown = sorted(f"{label} {name}" for label, name in applied - known if label in rooms)
    # a squashed migration stands for those it replaces
    replaced = {
        f"{label} {name}" for migration in loader.disk_migrations.values() for label, name in migration.replaces
    }
    if newer := [name for name in unknown if name not in replaced]:
        raise UnableToStart(
            phrase(
                "The database was made by a newer version of Kvitto (it knows {names})."
                " Install that version; nothing was changed.",
                names=tuple(newer),
            )
        )


def _fix_buckets(wanted: int | None) -> None:
    from kvitto.records.office import office_fact, set_office_fact

    fixed = office_fact(USAGE_BUCKETS)
    if fixed is None:
        set_office_fact(USAGE_BUCKETS, str(wanted or DEFAULT_BUCKETS))
    elif wanted is not None and wanted != int(fixed):
        raise UnableToStart(
            phrase(
                "The usage store of this office has {fixed} buckets. That was fixed when the office was made and"
                " cannot become {wanted}.",
                fixed=int(fixed),
                wanted=wanted,
            )
        )


@contextmanager
def database_answers(fault: type[DatabaseError] = OperationalError) -> Iterator[None]:
    """Inside, a database that does not answer, is locked, full or broken is told to the person: `UnableToStart`."""
    try:
        yield
    except fault as error:
        cause = " ".join(str(error).split())
        raise UnableToStart(
            phrase(
                "The database of this office cannot be used: {cause}. Check the disk, and “database” in kvitto.toml.",
                cause=cause,
            )
        ) from error
