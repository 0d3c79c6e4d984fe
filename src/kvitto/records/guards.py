"""Database triggers that refuse to change or remove what was issued, whoever asks.

They stand on the tables of issued invoices and what belongs to them, of the credit ledger and of the audit trail, on
SQLite and PostgreSQL alike, and are put there after every migration, because SQLite drops a table's triggers without a
word when a migration remakes the table. A start finds a trigger that is missing, switched off or altered, and is
refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.models import (
    AuditEntry,
    DocumentRecord,
    InvoiceLink,
    InvoiceRecord,
    LotEntry,
    PaymentRecord,
    RefundRecord,
    Tombstone,
    UsageTombstone,
)

_GUARDED: tuple[type[models.Model], ...] = (
    InvoiceRecord,
    DocumentRecord,
    InvoiceLink,
    PaymentRecord,
    RefundRecord,
    LotEntry,
    AuditEntry,
    Tombstone,
    UsageTombstone,
)
_FUNCTION = "kvitto_refuse_change"
_FUNCTION_BODY = """
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
"""


class UnableToTrustRecords(UnableTo):
    """A guard of the issued invoices is missing."""


def install_guards() -> None:
    """Put every guard in place, also over one that was altered; to be called after every migration."""
    tables = set(connection.introspection.table_names())  # a migration back to the beginning leaves none to guard
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_FUNCTION_BODY}$$"
            )
        for name, (table, statement) in _wanted().items():
            if table not in tables:
                continue
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
            cursor.execute(statement)
            if connection.vendor == "postgresql":
                # fires also in sessions that say they only replicate
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


@contextmanager
def letting_delete(*kinds: type[models.Model]) -> Iterator[None]:
    """Inside, rows of these tables can be deleted, by this transaction alone; nothing else is permitted to anybody.

    To be entered inside a transaction, for a retention run only. The guards stand again before it ends, or it does not
    commit: whatever stops it half-way, a power cut too, leaves them as they were. Readers do not wait; writers do.
    """
    if not connection.in_atomic_block:
        message = "guards are lifted inside a transaction only"
        raise AssertionError(message)
    lifted = {f"guard_{kind._meta.db_table}_delete": kind._meta.db_table for kind in kinds}  # noqa: SLF001 - Django's documented API
    wanted = _wanted()
    with connection.cursor() as cursor:
        _check_what_waits(cursor)
        for name, table in lifted.items():
            postgresql = f"ALTER TABLE {table} DISABLE TRIGGER {name}"
            cursor.execute(postgresql if connection.vendor == "postgresql" else f"DROP TRIGGER {name}")
    yield
    with connection.cursor() as cursor:
        _check_what_waits(cursor)
        for name, table in lifted.items():
            postgresql = f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
            cursor.execute(postgresql if connection.vendor == "postgresql" else wanted[name][1])
    check_guards()


def _check_what_waits(cursor: CursorWrapper) -> None:
    """PostgreSQL alters no table of which references are still to be checked."""
    if connection.vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def missing_guards() -> list[str]:
    """The guards that are missing, switched off or altered, as "table: what it refuses"; empty if all is well."""
    present = _present_on_postgresql() if connection.vendor == "postgresql" else _present_on_sqlite()
    return [f"{table}: {name.rsplit('_', 1)[1]}" for name, (table, _) in _wanted().items() if name not in present]


def check_guards() -> None:
    """Raise `UnableToTrustRecords` unless every guard stands."""
    missing = missing_guards()
    if missing:
        raise UnableToTrustRecords(
            phrase(
                "The database no longer protects issued invoices: {guards} missing. Run “kvitto init” again to put the"
                " protection back, and find out who removed it.",
                guards=tuple(missing),
            )
        )


def _wanted() -> dict[str, tuple[str, str]]:
    """Trigger name → its table and the statement that makes it."""
    make = _postgresql_triggers if connection.vendor == "postgresql" else _sqlite_triggers
    return {
        name: (model._meta.db_table, statement)  # noqa: SLF001 - Django's documented API
        for model in _GUARDED
        for name, statement in make(model).items()
    }


def _unique_columns(model: type[models.Model]) -> list[tuple[str, ...]]:
    """The sets of columns that no second row may share; SQLite's INSERT OR REPLACE would remove the first row."""
    about = model._meta  # noqa: SLF001 - Django's documented API
    keys = (constraint.fields for constraint in about.constraints if isinstance(constraint, models.UniqueConstraint))
    columns = {field.name: str(field.column) for field in about.local_concrete_fields}
    primary = next(str(field.column) for field in about.local_concrete_fields if field.primary_key)
    return [(primary,), *(tuple(columns[name] for name in names) for names in keys)]


def _sqlite_triggers(model: type[models.Model]) -> dict[str, str]:
    table = model._meta.db_table  # noqa: SLF001 - Django's documented API
    refusal = f"SELECT RAISE(ABORT, 'rows of {table} are never changed or removed');"
    statements = {
        f"guard_{table}_{event.lower()}": f"CREATE TRIGGER guard_{table}_{event.lower()} BEFORE {event} ON {table}"
        f" BEGIN {refusal} END"
        for event in ("UPDATE", "DELETE")
    }
    same = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in columns) + ")" for columns in _unique_columns(model)
    )
    statements[f"guard_{table}_replace"] = (
        f"CREATE TRIGGER guard_{table}_replace BEFORE INSERT ON {table}"  # noqa: S608 - the names are ours
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refusal} END"
    )
    return statements


def _postgresql_triggers(model: type[models.Model]) -> dict[str, str]:
    table = model._meta.db_table  # noqa: SLF001 - Django's documented API
    return {
        f"guard_{table}_{event.lower()}": f"CREATE TRIGGER guard_{table}_{event.lower()} BEFORE {event} ON {table}"
        f" FOR EACH {'STATEMENT' if event == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {_FUNCTION}()"
        for event in ("UPDATE", "DELETE", "TRUNCATE")
    }


def _present_on_sqlite() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return {name for name, (_, statement) in _wanted().items() if found.get(name) == statement}


def _present_on_postgresql() -> set[str]:
    """Triggers that always fire and call the unaltered function; PostgreSQL words their definitions its own way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = to_regproc(%s)", [_FUNCTION])
        bodies = [body for (body,) in cursor.fetchall()]
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgenabled = 'A' AND tgfoid = to_regproc(%s) AND NOT tgisinternal",
            [_FUNCTION],
        )
        found = {name: (table, definition) for name, table, definition in cursor.fetchall()}
    if bodies != [_FUNCTION_BODY]:
        return set()
    return {name for name, (table, _) in _wanted().items() if name in found and _is_whole(name, table, *found[name])}


def _is_whole(name: str, table: str, found_table: str, definition: str) -> bool:
    """No condition and no choice of columns weakens the trigger."""
    event = name.rsplit("_", 1)[1].upper()
    return found_table == table and f" BEFORE {event} ON " in definition and " WHEN " not in definition
