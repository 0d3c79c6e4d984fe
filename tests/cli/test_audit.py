"""`kvitto audit` and `kvitto people erase`, as a person uses them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.faults import COMMAND, Job, Outcome, made_once, run_jobs
from tests.runs.offices import FEBRUARY_ROWS, FIRST_CLOSE, WITHOUT_QUAY

pytestmark = pytest.mark.database
ANNA, BO = "anna@daugava.example", "bo@daugava.example"


@pytest.fixture
def home(tmp_path: Path, own_database: dict[str, str]) -> Path:
    """An office with two issued invoices."""
    environment = {**own_database, "KVITTO_CLOCK": FIRST_CLOSE.isoformat()}
    folder = tmp_path / "office"
    arguments = [WITHOUT_QUAY, "\n".join(FEBRUARY_ROWS)]
    outcomes = made_once(
        [
            Job(folder, "tests.runs.closing_jobs:make", arguments, environment=environment),
            Job(folder, COMMAND, ["period", "close"], environment=environment),
        ]
    )
    assert [outcome.status for outcome in outcomes] == [0, 0], outcomes
    return folder


def kvitto(home: Path, environment: dict[str, str], *lines: str) -> list[Outcome]:
    """The commands' answers, one after another."""
    return run_jobs([Job(home, COMMAND, line.split(), environment=environment) for line in lines])


def test_the_trail_tells_what_happened_and_verifies(home: Path, own_database: dict[str, str]) -> None:
    """Grants, issued invoices and downloads; narrowed by scope and person; in pages; with a head to note."""
    out = home.parent / "one.pdf"
    downloaded, verified, listed, of_bo, paged, later = kvitto(
        home,
        own_database,
        f"invoices download K-2024-000001 --out {out}",
        "audit verify --json",
        "audit list --json --size 1000",
        f"audit list --person {BO} --json",
        "audit list --size 2 --page 2",
        "audit list --since 2099-01-01 --json",
    )
    assert downloaded.status == verified.status == 0, downloaded.err
    report = json.loads(verified.out)
    assert report["faults"] == []
    entries = json.loads(listed.out)
    assert len(entries) == report["entries"] == report["head"]["number"]
    actions = [entry["action"] for entry in entries]
    assert actions[0] == "document.download"
    assert actions.count("invoice.issue") == 2
    assert {"role.grant", "agreements.apply"} <= set(actions)
    assert [entry["facts"]["role"] for entry in json.loads(of_bo.out)] == ["billing-reader"]
    assert "Page 2 of" in paged.out
    assert json.loads(later.out) == []
    assert (home / "audit-head").read_text().split() == [str(report["head"]["number"]), report["head"]["digest"]]


def test_a_trail_that_was_cut_off_is_told_with_exit_status_1(home: Path, own_database: dict[str, str]) -> None:
    """Even where the head in the database was set back: the file in the home and a noted head know better."""
    if own_database:
        pytest.skip("cuts a SQLite file by hand")
    (whole,) = kvitto(home, own_database, "audit verify --json")
    head = json.loads(whole.out)["head"]
    with closing(sqlite3.connect(home / "kvitto.sqlite3")) as database, database:
        database.execute("DROP TRIGGER guard_records_auditentry_delete")
        database.execute("DELETE FROM records_auditentry WHERE number > 1")
        (digest,) = database.execute("SELECT digest FROM records_auditentry").fetchone()
        database.execute("UPDATE records_officefact SET value = ? WHERE name = 'audit_head'", [f"1 {digest}"])
    _, cut = kvitto(home, own_database, "init", "audit verify")  # the first puts the guard back
    (home / "audit-head").unlink()
    noting = f"audit verify --head {head['number']}:{head['digest']}"
    fooled, noted, wrong = kvitto(home, own_database, "audit verify", noting, "audit verify --head x")
    assert cut.status == 1
    assert f"Entries 2 to {head['number']} are missing." in cut.err
    assert fooled.status == 0
    assert noted.status == 1
    assert wrong.status == 1
    assert "is no number and digest" in wrong.err


def test_an_erased_person_leaves_no_trace_in_the_database_file(home: Path, own_database: dict[str, str]) -> None:
    """The trail still verifies; the address is nowhere, also not between the rows of the file."""
    erased, verified, listed, again = kvitto(
        home, own_database, f"people erase {BO}", "audit verify", "people list", f"people erase {BO}"
    )
    assert erased.status == verified.status == 0, erased.err
    assert "1 role ended" in erased.out
    assert BO not in listed.out
    assert "erased.invalid" not in listed.out
    assert again.status == 1
    assert traces(home, own_database, BO, "Bo Billing") == []


def test_nor_does_an_erased_administrator_of_accounts(tmp_path: Path, own_database: dict[str, str]) -> None:
    """Whom two versions of an agreement named, and no invoice yet."""
    home, environment = tmp_path / "office", {**own_database, "KVITTO_CLOCK": FIRST_CLOSE.isoformat()}
    changed = WITHOUT_QUAY.replace('name = "Daugavas Dati"', 'name = "Daugava"').replace("2024-02-01", "2024-02-02")
    for agreements in (WITHOUT_QUAY, changed):
        (made,) = run_jobs([Job(home, "tests.runs.closing_jobs:make", [agreements, ""], environment=environment)])
        assert made.status == 0, made.err
    assert traces(home, own_database, ANNA)
    erased, verified = kvitto(home, own_database, f"people erase {ANNA} --even-if-last", "audit verify")
    assert erased.status == verified.status == 0, erased.err
    assert traces(home, own_database, ANNA, "Anna Ozola") == []


def traces(home: Path, own_database: dict[str, str], *texts: str) -> list[str]:
    """The files of the database that hold one of the texts; of PostgreSQL, its tables."""
    if not own_database:
        files = home.glob("kvitto.sqlite3*")
        return [path.name for path in files if any(text.encode() in path.read_bytes() for text in texts)]
    found = []
    with psycopg.connect(own_database["KVITTO_DATABASE"]) as database:
        tables = database.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in tables.fetchall():
            rows = repr(database.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall())
            found += [table for text in texts if text in rows]
    return [table for table in found if table != "records_invoicerecord"]
