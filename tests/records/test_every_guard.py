"""Every guarded table against every way to change what was written: each by raw SQL, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from kvitto.config.startup import check_ready
from kvitto.errors import UnableTo
from kvitto.records import guards
from kvitto.records.guards import missing_guards
from kvitto.runs.office import Office

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GUARDED = guards._GUARDED  # noqa: SLF001 - the tables are what is tested
ON_POSTGRESQL = connection.vendor == "postgresql"
_VALUES: dict[type[models.Field[Any, Any]], Any] = {
    models.DateField: date(2024, 3, 5),
    models.DateTimeField: datetime(2024, 3, 5, tzinfo=UTC),
    models.CharField: "x",
    models.TextField: "{}",
    models.BigIntegerField: 1,
    models.IntegerField: 1,
    models.SmallIntegerField: 2,
}


def written(model: type[models.Model]) -> models.Model:
    """A row of the table, with whatever it refers to."""
    values: dict[str, Any] = {}
    for field in model._meta.local_concrete_fields:  # noqa: SLF001 - Django's documented API
        if isinstance(field, models.AutoField) or (field.null and not isinstance(field, models.ForeignKey)):
            continue
        if isinstance(field, models.ForeignKey):
            related: type[models.Model] = field.related_model
            if related is not model:
                values[field.name] = related._default_manager.first() or written(related)  # noqa: SLF001 - as above
        else:
            values[field.name] = _VALUES.get(type(field), Decimal(1))
    return model._default_manager.create(**values)  # noqa: SLF001 - as above


@pytest.fixture(params=GUARDED, ids=lambda model: model.__name__)
def table(request: pytest.FixtureRequest) -> str:
    """A guarded table with a row."""
    written(request.param)
    name: str = request.param._meta.db_table  # noqa: SLF001 - as above
    return name


def columns(table: str) -> list[str]:
    """The columns of the table."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def contents(table: str) -> list[Any]:
    """All rows of the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return list(cursor.fetchall())


def is_refused(statement: str) -> bool:
    """True if the database refuses the statement, without which nothing changes."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_no_row_can_be_updated_or_deleted(table: str) -> None:
    """Also not to what it is already, by a condition, or by the way of an insert."""
    before = contents(table)
    first = columns(table)[0]
    everything = ", ".join(columns(table))
    copied = f"INSERT INTO {table} ({everything}) SELECT {everything} FROM {table} WHERE 1 = 1"
    for statement in (
        f"UPDATE {table} SET {first} = {first}",
        *(f"UPDATE {table} SET {column} = {column} WHERE 1 = 1" for column in columns(table)),
        f"DELETE FROM {table}",
        f"DELETE FROM {table} WHERE {first} IS NOT NULL",
        f"{copied} ON CONFLICT ({first}) DO UPDATE SET {first} = excluded.{first}",
    ):
        assert is_refused(statement), statement
    assert contents(table) == before


@pytest.mark.skipif(ON_POSTGRESQL, reason="only SQLite replaces rows so")
def test_no_row_can_be_replaced(table: str) -> None:
    """Neither under its own key, nor by another row that would share what is unique."""
    before = contents(table)
    everything = ", ".join(columns(table))
    for way in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"):
        statement = f"{way} INTO {table} ({everything}) SELECT {everything} FROM {table}"
        assert is_refused(statement) or contents(table) == before, statement
    assert is_refused(f"INSERT OR REPLACE INTO {table} ({everything}) SELECT {everything} FROM {table}")
    assert is_refused(f"UPDATE OR REPLACE {table} SET {columns(table)[0]} = {columns(table)[0]}")
    assert contents(table) == before


@pytest.mark.skipif(not ON_POSTGRESQL, reason="only PostgreSQL has TRUNCATE and sessions that replicate")
def test_no_table_can_be_emptied_and_no_session_goes_round_the_guards(table: str) -> None:
    """TRUNCATE, also of what it takes along; sessions that say they only replicate; deferred or copied."""
    before = contents(table)
    first = columns(table)[0]
    for statement in (
        f"TRUNCATE {table}",
        f"TRUNCATE {table} CASCADE",
        f"SET LOCAL session_replication_role = replica; UPDATE {table} SET {first} = {first}",
        f"SET LOCAL session_replication_role = replica; DELETE FROM {table}",
        f"SET CONSTRAINTS ALL DEFERRED; DELETE FROM {table}",
        f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone",
    ):
        assert is_refused(statement), statement
    assert contents(table) == before


def _drop(table: str, event: str) -> list[str]:
    on_table = f" ON {table}" if ON_POSTGRESQL else ""
    return [f"DROP TRIGGER guard_{table}_{event}{on_table}"]


def _remake(table: str, _event: str) -> list[str]:
    """As a migration does that remakes a table; the triggers stay with the old one, or go with it."""
    return [
        f"ALTER TABLE {table} RENAME TO before_{table}",
        f"CREATE TABLE {table} AS SELECT * FROM before_{table}",
    ]


def _weaken(table: str, event: str) -> list[str]:
    trigger = f"CREATE TRIGGER guard_{table}_{event} BEFORE {event} ON {table}"
    if not ON_POSTGRESQL:
        return [*_drop(table, event), f"{trigger} BEGIN SELECT 1; END"]
    return [
        *_drop(table, event),
        f"{trigger} FOR EACH ROW WHEN (false) EXECUTE FUNCTION kvitto_refuse_change()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER guard_{table}_{event}",
    ]


def _disable(table: str, event: str) -> list[str]:
    return [f"ALTER TABLE {table} DISABLE TRIGGER guard_{table}_{event}"]


def _only_replicas(table: str, event: str) -> list[str]:
    return [f"ALTER TABLE {table} ENABLE REPLICA TRIGGER guard_{table}_{event}"]


def _disable_all(table: str, _event: str) -> list[str]:
    return [f"ALTER TABLE {table} DISABLE TRIGGER USER"]


WAYS = [_drop, _weaken, _remake, *([_disable, _only_replicas, _disable_all] if ON_POSTGRESQL else [])]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
@pytest.mark.parametrize("event", ["update", "delete"])
def test_who_takes_a_guard_away_is_found_at_the_next_start(
    table: str, way: Callable[[str, str], list[str]], event: str, office: Callable[..., Office]
) -> None:
    """Dropped, weakened, switched off, or lost with its table: the start is refused, and a migration puts it back."""
    there = office()
    with connection.cursor() as cursor:
        if ON_POSTGRESQL:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in way(table, event):
            cursor.execute(statement)
    assert f"{table}: {event}" in missing_guards()
    with pytest.raises(UnableTo, match=f"no longer protects issued invoices: .*{table}"):
        check_ready(_of(there))
    call_command("migrate", verbosity=0)
    assert missing_guards() == []


def _of(office: Office) -> Office:
    """The same office; its database is the one of the tests, whatever its folder holds."""
    from dataclasses import replace

    return replace(office, database="postgresql")
