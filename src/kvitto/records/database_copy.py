"""One consistent moment of the database, whoever writes meanwhile: as files, and back into an empty one.

SQLite: a copy by its own online backup. PostgreSQL: every table as its own COPY writes it, all in one transaction that
sees one moment; no program besides the server is needed, and any server of the same or a later version takes it back.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

from kvitto.records.models import DocumentRecord, UsageFile

SQLITE_FILE = "database/kvitto.sqlite3.gz"
_MIGRATIONS = "django_migrations"
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class NamedFile:
    """A file of the store or a document that the database names, with its size and SHA-256."""

    path: str
    bytes: int
    digest: str


@dataclass(frozen=True)
class Snapshot:
    """`files` lie below the folder that was given, `tables` are the columns of each copied table (PostgreSQL)."""

    vendor: str
    files: tuple[Path, ...]
    tables: Mapping[str, list[str]]
    migrations: tuple[str, ...]
    usage: tuple[NamedFile, ...]
    documents: tuple[NamedFile, ...]
    audit_head: str


def take_snapshot(folder: Path) -> Snapshot:
    """Copy the database into files below the folder. Nobody has to wait for it."""
    (folder / "database").mkdir(parents=True)
    return _from_postgresql(folder) if connection.vendor == "postgresql" else _from_sqlite(folder)


def load_sqlite(source: Path, target: Path) -> None:
    """Put the copy of a SQLite database where the office expects its file."""
    with gzip.open(source / SQLITE_FILE, "rb") as packed, target.open("wb") as file:
        target.chmod(0o600)
        shutil.copyfileobj(packed, file, _AT_ONCE)


@contextmanager
def loading_postgresql(source: Path, tables: Mapping[str, list[str]]) -> Iterator[None]:
    """Inside, the tables of the copy are in the database, new and migrated before; an error leaves it as it was."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)).as_string(None))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, columns in tables.items():
            _copy_in(source / _file_of(table), table, columns)
        with connection.cursor() as cursor:
            models = list(apps.get_models(include_auto_created=True))
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


def _from_sqlite(folder: Path) -> Snapshot:
    plain = folder / "kvitto.sqlite3"
    with closing(sqlite3.connect(plain)) as copy:
        original = Path(connection.settings_dict["NAME"]).absolute().as_uri()
        with closing(sqlite3.connect(f"{original}?mode=ro", uri=True)) as source:
            source.backup(copy)

        def rows(statement: str) -> list[tuple[Any, ...]]:
            return copy.execute(statement).fetchall()

        named = _named(rows)
    packed = folder / SQLITE_FILE
    with plain.open("rb") as file, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(file, target, _AT_ONCE)
    plain.unlink()
    return Snapshot("sqlite", (packed,), {}, *named)


def _from_postgresql(folder: Path) -> Snapshot:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return list(cursor.fetchall())

        named = _named(rows)
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        tables = {}
        for table in sorted(set(names) - {_MIGRATIONS}):
            described = connection.introspection.get_table_description(cursor, table)
            tables[table] = [column.name for column in described]
            _copy_out(folder / _file_of(table), table, tables[table])
    files = tuple(folder / _file_of(table) for table in tables)
    return Snapshot("postgresql", files, tables, *named)


def _named(
    rows: Any,
) -> tuple[tuple[str, ...], tuple[NamedFile, ...], tuple[NamedFile, ...], str]:
    """Migrations, files of usage, documents and the head of the audit trail, of the snapshot's own moment."""
    usage, documents = (
        tuple(NamedFile(*row) for row in rows(f"SELECT path, bytes, digest FROM {kind._meta.db_table} ORDER BY path"))  # noqa: S608, SLF001 - the names are ours
        for kind in (UsageFile, DocumentRecord)
    )
    migrations = tuple(f"{app} {name}" for app, name in rows(f"SELECT app, name FROM {_MIGRATIONS} ORDER BY app, name"))  # noqa: S608 - the name is Django's
    head = rows("SELECT value FROM records_officefact WHERE name = 'audit_head'")
    return migrations, usage, documents, head[0][0] if head else ""


def _file_of(table: str) -> str:
    return f"database/{table}.copy.gz"


def _copy_statement(table: str, columns: list[str], direction: str) -> Any:
    names = SQL(", ").join(Identifier(column) for column in columns)
    return SQL(f"COPY {{}} ({{}}) {direction}").format(Identifier(table), names)


def _copy_out(target: Path, table: str, columns: list[str]) -> None:
    statement = _copy_statement(table, columns, "TO STDOUT")
    with (
        gzip.open(target, "wb", compresslevel=6) as file,
        connection.connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for piece in copy:
            file.write(piece)


def _copy_in(source: Path, table: str, columns: list[str]) -> None:
    statement = _copy_statement(table, columns, "FROM STDIN")
    with (
        gzip.open(source, "rb") as file,
        connection.connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        while piece := file.read(_AT_ONCE):
            copy.write(piece)
