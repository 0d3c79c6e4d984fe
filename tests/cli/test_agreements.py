"""`kvitto agreements` and `kvitto people`, as an operator and as a script use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kvitto.cli import agreements as agreements_module
from kvitto.cli.agreements import agreements
from kvitto.cli.people import people
from kvitto.records.models import Person, Revision
from kvitto.runs.office import Office
from tests.agreements.example_file import EXAMPLE, example, written

MakeOffice = Callable[..., Office]
pytestmark = pytest.mark.django_db


@pytest.fixture
def run(office: MakeOffice, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command on the test's database."""
    made = office()
    monkeypatch.setenv("KVITTO_CLOCK", "2024-03-20")
    import kvitto.cli.office as door

    monkeypatch.setattr(door, "open_office", lambda _home: made)
    monkeypatch.setattr(door, "check_ready", lambda _office: None)

    def invoked(*arguments: str, typed: str | None = None) -> Result:
        group = people if arguments[0] == "people" else agreements
        return CliRunner().invoke(group, list(arguments[1:]), input=typed, catch_exceptions=False)

    return invoked


def test_a_script_applies_without_being_asked(run: Callable[..., Result], tmp_path: Path) -> None:
    """The plan is printed, then applied; the same file again says that nothing is to do."""
    path = str(written(tmp_path, EXAMPLE))
    first = run("agreements", "apply", path)
    assert first.exit_code == 0
    assert "Added from 5 December 2023: subscription pg-lab (PostgreSQL lab)" in first.output
    assert "Role granted: erik@lindqvist.example is Reader of subscription pg-lab" in first.output
    assert f"Applied, as revision {Revision.objects.get().number}." in first.output
    again = run("agreements", "apply", path)
    assert again.exit_code == 0
    assert again.output.splitlines() == ["8 things stay as they are.", "Everything already is as the file says."]
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(("answer", "exit_code"), [("n\n", 1), ("y\n", 0)])
def test_on_a_terminal_one_is_asked(
    run: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: str,
    exit_code: int,
) -> None:
    """No means that nothing was changed, and status 1: not all was done."""
    monkeypatch.setattr(agreements_module, "_someone_can_be_asked", lambda: True)
    result = run("agreements", "apply", str(written(tmp_path, EXAMPLE)), typed=answer)
    assert (result.exit_code, Revision.objects.count()) == (exit_code, 1 - exit_code)
    assert ("Nothing was changed." in result.output) == (exit_code == 1)


def test_yes_does_not_ask(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Even on a terminal."""
    monkeypatch.setattr(agreements_module, "_someone_can_be_asked", lambda: True)
    assert run("agreements", "apply", str(written(tmp_path, EXAMPLE)), "--yes").exit_code == 0
    assert Revision.objects.count() == 1


def test_the_plan_as_json(run: Callable[..., Result], tmp_path: Path) -> None:
    """A program reads every change with its fields."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    changed = str(written(tmp_path, example(('rate = "25"', 'rate = "24"'))))
    found = json.loads(run("agreements", "apply", changed, "--json", "--valid-from", "2024-04-01").stdout)
    assert found["applied"] is True
    assert found["unchanged"] == 7
    assert found["changes"] == [
        {
            "change": "changed",
            "kind": "billing_account",
            "id": "lindqvist",
            "name": "Lindqvist Databaser",
            "valid_from": "2024-04-01",
            "fields": [{"field": "tax.rate", "from": "25", "to": "24"}],
        }
    ]


def test_a_wrong_file_is_told_and_fails(run: Callable[..., Result], tmp_path: Path) -> None:
    """Status 1, every mistake on standard error, nothing on standard output."""
    path = written(tmp_path, example(('rate = "25"', 'rate = "x"'), ('series = "K"', 'series = "k"')))
    result = run("agreements", "apply", str(path))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 3
    assert Revision.objects.count() == 0


def test_what_is_invoiced_is_listed(run: Callable[..., Result], tmp_path: Path) -> None:
    """MOSP subscriptions and billing profiles; on an earlier day only those that had begun."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    found = json.loads(run("agreements", "list", "--json").stdout)
    assert [row["id"] for row in found] == ["os-bench", "pg-lab", "utrecht"]
    earlier = json.loads(run("agreements", "list", "--json", "--on", "2023-12-31").stdout)
    assert [row["id"] for row in earlier] == ["pg-lab"]
    assert "PostgreSQL lab" in run("agreements", "list").stdout


def test_a_person_can_sign_in_once_a_password_is_set(run: Callable[..., Result], tmp_path: Path) -> None:
    """From standard input, or asked for twice and not shown."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    result = run("people", "password", "Astrid@lindqvist.example", "--from-stdin", typed="en lång fras 1\n")
    assert result.exit_code == 0
    assert Person.objects.get(email="astrid@lindqvist.example").check_password("en lång fras 1")
    asked = run("people", "password", "erik@lindqvist.example", typed="en annan fras 2\nen annan fras 2\n")
    assert asked.exit_code == 0
    assert "fras" not in asked.output
    listed = json.loads(run("people", "list", "--json").stdout)
    assert [(row["email"], row["can_sign_in"]) for row in listed] == [
        ("astrid@lindqvist.example", True),
        ("erik@lindqvist.example", True),
    ]
    assert "Astrid Lindqvist" in run("people", "list").stdout


def test_a_weak_password_or_an_unknown_address_is_refused(run: Callable[..., Result], tmp_path: Path) -> None:
    """With the reason, status 1, and nothing set."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    weak = run("people", "password", "astrid@lindqvist.example", "--from-stdin", typed="1234\n")
    assert weak.exit_code == 1
    assert "The password was not set: " in weak.stderr
    assert not Person.objects.get(email="astrid@lindqvist.example").has_usable_password()
    unknown = run("people", "password", "who@example.com", "--from-stdin", typed="en lång fras 1\n")
    assert unknown.exit_code == 1
    assert "There is nobody with the address who@example.com." in unknown.stderr


def test_agreements_are_exported_to_a_file_or_to_standard_output(run: Callable[..., Result], tmp_path: Path) -> None:
    """Both hold the same, and applying it changes nothing."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    out = tmp_path / "exported.toml"
    to_file = run("agreements", "export", str(out))
    assert (to_file.exit_code, to_file.output) == (0, "")
    assert run("agreements", "export").stdout == out.read_text(encoding="utf-8")
    assert "Everything already is as the file says." in run("agreements", "apply", str(out)).output


def test_an_export_says_what_comes_later(run: Callable[..., Result], tmp_path: Path) -> None:
    """A file has one day; what changes after it is told on standard error."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    changed = str(written(tmp_path, example(('"HA-2024-0117"', '"HA-2"'))))
    run("agreements", "apply", changed, "--valid-from", "2999-05-01")
    latest, today = run("agreements", "export"), run("agreements", "export", "--on", "2024-03-20")
    assert latest.stderr == (
        "billing profile utrecht: the file says what holds from 1 May 2999; apply it from then on.\n"
    )
    assert today.stderr == "billing profile utrecht: the file does not say what holds from 1 May 2999.\n"
    assert ('"HA-2"' in latest.stdout, '"HA-2"' in today.stdout) == (True, False)


def test_an_account_is_written_as_what_it_becomes(run: Callable[..., Result], tmp_path: Path) -> None:
    """The plan and its consequences are shown; nothing changes until the file is applied."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    out = tmp_path / "moved.toml"
    command = ("agreements", "migrate", "lindqvist", "--to", "mca", "--from", "2024-04-10", "--out", str(out))
    migrated = run(*command)
    assert migrated.exit_code == 0
    lines = migrated.stderr.splitlines()
    assert "Added from 10 November 2023: billing account lindqvist-mca (Lindqvist Databaser)" in lines
    assert "    From 10 April 2024 on it is lindqvist-mca. Its invoices stay, and who can see them." in lines
    assert any(line.startswith("Invoices: use before 10 April 2024 is still invoiced by Lindqvist") for line in lines)
    assert lines[-1] == f"Written. Read it, then: kvitto agreements apply {out}"
    assert Revision.objects.count() == 1
    assert run("agreements", "apply", str(out)).exit_code == 0
    assert "lindqvist-mca" in run("agreements", "list").output


def test_a_file_that_cannot_be_written_is_said(run: Callable[..., Result], tmp_path: Path) -> None:
    """Before anything is asked of the reader."""
    run("agreements", "apply", str(written(tmp_path, EXAMPLE)))
    refused = run("agreements", "export", str(tmp_path / "nowhere" / "file.toml"))
    assert refused.exit_code == 1
    assert "cannot be written" in refused.output
