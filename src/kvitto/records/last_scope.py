"""Which scope a person stood in last: kept when that costs nothing, because no page is late or lost for its sake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import OperationalError, connection

from kvitto.agreements.hierarchy import Scope
from kvitto.records.models import Person


def remember_last_scope(person: Person, scope: Scope) -> None:
    """Keep it, unless it is known already; let it go while another process writes."""
    said = f"{scope.kind.value}:{scope.id}"
    if person.last_scope == said:
        return
    with suppress(OperationalError), _in_passing():
        Person.objects.filter(pk=person.pk).update(last_scope=said)


@contextmanager
def _in_passing() -> Iterator[None]:
    """On SQLite, outside a transaction: waits for no other writer, and not until the disk has it."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        ((patience,),) = cursor.execute("PRAGMA busy_timeout").fetchall()
        ((safety,),) = cursor.execute("PRAGMA synchronous").fetchall()
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")
            cursor.execute(f"PRAGMA synchronous = {safety}")
