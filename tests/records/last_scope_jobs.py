"""What the process of the test of the last scope does: a person moves on while another process writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing


def move_on_while_another_writes(_arguments: Sequence[str]) -> None:
    """Print where the person is known to have stood while somebody writes, and afterwards."""
    from tests.faults import make_office

    make_office()
    from django.conf import settings
    from django.db import connection

    from kvitto.agreements.hierarchy import Scope, ScopeKind
    from kvitto.records.last_scope import remember_last_scope
    from kvitto.records.models import Person

    person = Person.objects.create_user("astrid@lindqvist.example")
    scope = Scope(ScopeKind.SUBSCRIPTION, "lab")
    with closing(sqlite3.connect(settings.OFFICE.database_file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        remember_last_scope(person, scope)
        writer.execute("ROLLBACK")
    print(Person.objects.get().last_scope or "nowhere")  # noqa: T201 - how a process answers
    remember_last_scope(person, scope)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()
        cursor.execute("PRAGMA synchronous")
        safety = cursor.fetchone()
    print(Person.objects.get().last_scope, *patience, *safety)  # noqa: T201 - the same
