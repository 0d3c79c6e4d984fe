"""`kvitto backup` and `kvitto restore`: what comes back is what was there, while everybody goes on working."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.campaign import size
from tests.faults import COMMAND, Job, Outcome, made_once, run_jobs, run_together
from tests.runs.offices import FEBRUARY_ROWS, FIRST_CLOSE, WITHOUT_QUAY

pytestmark = pytest.mark.database
CLOCK = {"KVITTO_CLOCK": FIRST_CLOSE.isoformat()}
TELL = "tests.cli.backup_jobs:tell"


@pytest.fixture
def home(tmp_path: Path, own_database: dict[str, str]) -> Path:
    """An office with two issued invoices, their documents and usage."""
    folder = tmp_path / "office"
    arguments = [WITHOUT_QUAY, "\n".join(FEBRUARY_ROWS)]
    environment = {**own_database, **CLOCK}
    outcomes = made_once(
        [
            Job(folder, "tests.runs.closing_jobs:make", arguments, environment=environment),
            Job(folder, COMMAND, ["period", "close"], environment=environment),
        ]
    )
    assert [outcome.status for outcome in outcomes] == [0, 0], outcomes
    return folder


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    """The environment that names another, empty database on PostgreSQL; nothing on SQLite."""
    server = os.environ.get("KVITTO_DATABASE")
    if not server:
        yield {}
        return
    name = f"restored_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield {"KVITTO_DATABASE": urlsplit(server)._replace(path=f"/{name}").geturl()}
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def kvitto(home: Path, environment: dict[str, str], *lines: str) -> list[Outcome]:
    """The commands' answers, one after another."""
    return run_jobs([Job(home, COMMAND, line.split(), environment={**environment, **CLOCK}) for line in lines])


def told(home: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Everything of an office that must come back."""
    (outcome,) = run_jobs([Job(home, TELL, environment={**environment, **CLOCK})])
    assert outcome.status == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_what_comes_back_is_what_was_there(
    home: Path, tmp_path: Path, own_database: dict[str, str], empty_database: dict[str, str]
) -> None:
    """The same rows in every table, the same documents, a store and a trail in order; and it goes on from there."""
    before = told(home, own_database)
    (saved,) = kvitto(home, own_database, f"backup {tmp_path / 'office.tar'} --json")
    assert saved.status == 0, saved.err
    assert json.loads(saved.out)["documents"] == len(before["documents"]) >= 2
    restored = tmp_path / "again"
    back, store, audit, listed, close, download = kvitto(
        restored,
        empty_database,
        f"restore {tmp_path / 'office.tar'} --home {restored} --json",
        "store check",
        "audit verify",
        "invoices list --json",
        "period close --json",
        f"invoices download K-2024-000001 --out {tmp_path / 'one.pdf'}",
    )
    assert back.status == 0, back.err
    assert json.loads(back.out)["faults"] == []
    assert [outcome.status for outcome in (store, audit, close, download)] == [0] * 4, close.err
    assert json.loads(close.out)["issued"] == []
    after = told(restored, empty_database)
    assert after["documents"] == before["documents"]
    assert after["wrong"] == []
    same = [name for name, digest in before["tables"].items() if after["tables"].get(name) != digest]
    assert set(same) <= {"records_auditentry", "records_officefact"}  # the restoring and the download were noted
    assert len(json.loads(listed.out)) == 2


def test_the_archive_holds_no_secret_and_the_restored_office_has_its_own(
    home: Path, tmp_path: Path, own_database: dict[str, str], empty_database: dict[str, str]
) -> None:
    """Neither the key that signs sessions nor the database's address; other settings come along."""
    settings = home / "kvitto.toml"
    written = 'language = "sv"\n' + (f'database = "{own_database["KVITTO_DATABASE"]}"\n' if own_database else "")
    settings.write_text(written, encoding="utf-8")
    archive = tmp_path / "office.tar"
    again = tmp_path / "again"
    saved, back = [
        kvitto(home, own_database, f"backup {archive}")[0],
        kvitto(again, empty_database, f"restore {archive} --home {again}")[0],
    ]
    assert [saved.status, back.status] == [0, 0], back.err
    assert (home / "secret.key").read_bytes() not in archive.read_bytes()
    assert (again / "secret.key").read_bytes() != (home / "secret.key").read_bytes()
    assert (again / "kvitto.toml").read_text(encoding="utf-8") == 'language = "sv"\n'
    assert oct(again.stat().st_mode & 0o777) == "0o700"


def test_with_its_secret_an_office_comes_back_with_codes_from_apps(
    home: Path, tmp_path: Path, own_database: dict[str, str], empty_database: dict[str, str]
) -> None:
    """Who makes a backup is told to keep the secret apart; nobody is signed in afterwards."""
    environment, archive, again = {**own_database, **CLOCK}, tmp_path / "office.tar", tmp_path / "again"
    made, saved = run_jobs(
        [
            Job(home, "tests.cli.backup_jobs:sign_up", environment=environment),
            Job(home, COMMAND, ["backup", str(archive)], environment=environment),
        ]
    )
    assert [made.status, saved.status] == [0, 0], (made.err, saved.err)
    assert f"{home / 'secret.key'} is not in it" in saved.out
    restoring = ["restore", str(archive), "--home", str(again), "--secret"]
    no_secret, back, codes = run_jobs(
        [
            Job(again, COMMAND, [*restoring, str(archive)], environment={**empty_database, **CLOCK}),
            Job(again, COMMAND, [*restoring, str(home / "secret.key")], environment={**empty_database, **CLOCK}),
            Job(again, "tests.cli.backup_jobs:tell_codes", environment={**empty_database, **CLOCK}),
        ]
    )
    assert [no_secret.status, back.status] == [1, 0], (no_secret.err, back.err)
    assert json.loads(codes.out) == {"right": 1, "apps": 1, "sessions": 0}


def test_restoring_over_something_or_from_something_broken_is_refused(
    home: Path, tmp_path: Path, own_database: dict[str, str], empty_database: dict[str, str]
) -> None:
    """Nothing is written: no home, no folder beside it, no table."""
    archive, again = tmp_path / "office.tar", tmp_path / "again"
    assert kvitto(home, own_database, f"backup {archive}")[0].status == 0
    over, twice = kvitto(home, own_database, f"restore {archive} --home {home}", f"backup {archive}")
    assert over.status == twice.status == 1
    assert "is not empty" in over.err
    assert "already" in twice.err
    content = archive.read_bytes()
    position = content.index(b"PAR1")  # the beginning of a file of usage
    archive.write_bytes(content[: position + 9] + b"?" + content[position + 10 :])
    broken, checked = kvitto(
        again, empty_database, f"restore {archive} --home {again}", f"restore --check {archive} --home {again}"
    )
    assert broken.status == checked.status == 1
    assert "is not as it was written. Nothing was written." in broken.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office", "office.tar"]
    archive.write_bytes(content)
    whole, back = kvitto(
        again, empty_database, f"restore --check {archive} --home {again}", f"restore {archive} --home {again}"
    )
    assert [whole.status, back.status] == [0, 0], back.err


def test_a_damaged_office_makes_no_backup(home: Path, tmp_path: Path, own_database: dict[str, str]) -> None:
    """A file of usage that is not as it was written is told now, not when the backup is needed."""
    victim = next((home / "usage-store").rglob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    (saved,) = kvitto(home, own_database, f"backup {tmp_path / 'office.tar'}")
    assert saved.status == 1
    assert "is not as it was written. No backup was made" in saved.err
    assert [path.name for path in tmp_path.iterdir()] == ["office"]


def test_an_office_that_was_altered_is_restored_only_on_request(
    home: Path, tmp_path: Path, own_database: dict[str, str], empty_database: dict[str, str]
) -> None:
    """An invoice that was changed behind the guards is told, and restored as it was where that is wanted."""
    (altered,) = run_jobs([Job(home, "tests.cli.backup_jobs:alter", environment=own_database)])
    assert altered.status == 0, altered.err
    archive, again = tmp_path / "office.tar", tmp_path / "again"
    assert kvitto(home, own_database, f"backup {archive}")[0].status == 0
    (refused,) = kvitto(again, empty_database, f"restore {archive} --home {again}")
    assert refused.status == 1
    assert "The facts of K-2024-000001 were changed." in refused.err
    assert not again.exists()
    if empty_database:
        return  # its tables are there now, empty; another database is needed
    (taken,) = kvitto(again, empty_database, f"restore {archive} --home {again} --even-if-damaged")
    assert taken.status == 1
    assert again.is_dir()


@pytest.mark.campaign
def test_a_kill_at_any_step_leaves_no_archive_that_looks_whole(
    home: Path, tmp_path: Path, own_database: dict[str, str]
) -> None:
    """Under its name the archive is whole, or there is none; the next backup makes it."""
    folder = tmp_path / "backups"
    folder.mkdir()
    (whole,) = kvitto(home, own_database, f"backup {folder / 'first.tar'}")
    assert "rename" in whole.steps
    for step in range(1, len(whole.steps) + 1, size(sample=12, full=1)):
        target = folder / f"killed{step}.tar"
        arguments = ["backup", str(target)]
        environment = {**own_database, **CLOCK}
        killed, again = run_jobs(
            [
                Job(home, COMMAND, arguments, environment=environment, kill_before=step),
                Job(home, COMMAND, arguments, environment=environment),
            ]
        )
        assert killed.killed
        was_whole = whole.steps[step - 1 :].count("rename") == 0
        assert again.status == int(was_whole), f"before step {step}: {again.err}"
        (checked,) = kvitto(home, own_database, f"restore --check {target}")
        assert checked.status == 0
    assert not list(folder.glob("*.part"))


@pytest.mark.campaign
def test_a_kill_while_restoring_leaves_no_home(home: Path, tmp_path: Path, own_database: dict[str, str]) -> None:
    """Until everything was checked nothing has the home's name."""
    if own_database:
        pytest.skip("a restore that was stopped needs another empty PostgreSQL database")
    archive = tmp_path / "office.tar"
    kvitto(home, {}, f"backup {archive}")
    again = tmp_path / "again"
    (whole,) = kvitto(again, {}, f"restore {archive} --home {again}")
    named = len(whole.steps) - whole.steps[::-1].index("rename")  # the step that gives the home its name
    for step in range(1, named + 1, size(sample=26, full=1)):
        target = tmp_path / f"killed{step}"
        arguments = ["restore", str(archive), "--home", str(target)]
        (killed,) = run_jobs([Job(target, COMMAND, arguments, environment=CLOCK, kill_before=step)])
        assert killed.killed
        assert not target.exists()
        assert kvitto(target, {}, f"restore {archive} --home {target}")[0].status == 0


def test_a_backup_while_others_work_is_of_one_moment(home: Path, tmp_path: Path, own_database: dict[str, str]) -> None:
    """Usage comes in and agreements change meanwhile: every backup is a whole office in order."""
    archives = [tmp_path / f"during{number}.tar" for number in range(3)]
    writing = Job(home, "tests.cli.backup_jobs:work", ["12"], environment={**own_database, **CLOCK})
    saving = Job(
        home, "tests.cli.backup_jobs:back_up_into", list(map(str, archives)), environment={**own_database, **CLOCK}
    )
    worked, saved = run_together([writing, saving])
    assert [worked.status, saved.status] == [0, 0], worked.err + saved.err
    for archive in archives:
        assert kvitto(home, own_database, f"restore --check {archive}")[0].status == 0
        if not own_database:
            again = archive.with_suffix("")
            (back,) = kvitto(again, {}, f"restore {archive} --home {again} --json")
            assert back.status == 0, back.err
            assert json.loads(back.out)["faults"] == []


def test_prepared_files_and_open_jobs_stay_behind(
    home: Path, tmp_path: Path, own_database: dict[str, str], empty_database: dict[str, str]
) -> None:
    """A file can be prepared again, and nothing that was asked of one office is begun in another by itself."""
    archive, target = tmp_path / "backup.tar", tmp_path / "restored"
    environment = {**own_database, **CLOCK}
    asked = run_jobs([
        Job(home, "tests.cli.backup_jobs:ask", environment=environment),
        Job(home, COMMAND, ["backup", str(archive)], environment=environment),
    ])  # fmt: skip
    assert [outcome.status for outcome in asked] == [0, 0], asked
    assert b"prepared/" not in archive.read_bytes()
    assert b"what somebody asked for" not in archive.read_bytes()
    database = ["--database", empty_database["KVITTO_DATABASE"]] if empty_database else []
    restored, told = run_jobs([
        Job(target, COMMAND, ["restore", str(archive), *database], environment=CLOCK),
        Job(target, "tests.cli.backup_jobs:tell_jobs", environment=CLOCK),
    ])  # fmt: skip
    assert restored.status == 0, restored.err
    assert json.loads(told.out) == {"states": ["cancelled"], "files": []}
