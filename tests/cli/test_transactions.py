"""`kvitto invoices transactions`: a page for people and programs, and all as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kvitto.cli.invoices import invoices
from kvitto.runs import transactions as module
from kvitto.runs.office import Office
from tests.runs.offices import FIRST_CLOSE, import_rows, made_and_closed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Run = Callable[..., Result]


@pytest.fixture
def run(office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on the small office after its first close, with some usage of March."""
    import kvitto.cli.office as door

    small = made_and_closed(office(FIRST_CLOSE))
    import_rows(small, ["9,waves,vm5,cpu,10,2024-03-04T10:00:00Z"], "march.csv")
    monkeypatch.setattr(door, "open_office", lambda _home: small)
    monkeypatch.setattr(door, "check_ready", lambda _office: None)
    return lambda *arguments: CliRunner().invoke(invoices, ["transactions", *arguments], catch_exceptions=False)


def test_a_page_for_people(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, what is pending, and where it goes on."""
    first = run("cork").output
    assert "K-2024-000001" in first
    assert "Usage of Waves not invoiced yet: " in first
    monkeypatch.setattr(module, "ROWS_OF_A_PAGE", 1)
    name = run("harbour").output.rpartition("--page ")[2].strip()
    assert "cpu" in run("harbour", "--page", name).output
    assert "There is no such transaction." in run("cork", "--section", "none-such").output


def test_programs_read_json_and_spreadsheets_csv(run: Run, tmp_path: Path) -> None:
    """The same rows in both."""
    told = json.loads(run("harbour", "--json").output)
    file = tmp_path / "all.csv"
    assert run("harbour", "--csv", str(file)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert [(row["Invoice ID"], row["Amount"]) for row in rows] == [
        (row["invoice"], row["amount"]) for row in told["transactions"]
    ]
    assert {row["Transaction Type"] for row in rows} == {"usage"}
    assert rows[0]["Date"] == "02/29/2024"
    assert told["pending_usage"] == [
        {"subscription": "waves", "billing_profile": "cork", "currency": "USD", "amount": "1.00"}
    ]


def test_as_a_person(run: Run) -> None:
    """Anna reads one profile's; Bo knows of none."""
    assert run("cork", "--as", "anna@daugava.example", "--json").exit_code == 0
    for person, scope in (("anna", "harbour"), ("bo", "cork"), ("bo", "none-such")):
        answer = run(scope, "--as", f"{person}@daugava.example")
        assert answer.exit_code == 1
        assert "K-2024" not in answer.output
