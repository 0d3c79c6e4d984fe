"""`kvitto init`, and what every other command says of an office that is not ready."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from tests.command import Command


def change_database(command: Command, statement: str) -> None:
    """Do to the database what no command would."""
    if address := command.environment.get("KVITTO_DATABASE"):
        import psycopg

        with psycopg.connect(address, autocommit=True) as postgresql:
            postgresql.execute(statement)
    else:
        with sqlite3.connect(command.home / "kvitto.sqlite3") as sqlite:
            sqlite.execute(statement)
        sqlite.close()


def test_init_makes_an_office_and_says_what_comes_next(command: Command) -> None:
    """The home, its settings file and the next command are named."""
    assert command.must("init").splitlines() == [
        f"The office in {command.home} is ready.",
        f"Its settings are in {command.home}/kvitto.toml.",
        "Next, describe what was promised to whom: kvitto agreements apply FILE",
    ]


def test_init_may_be_repeated(command: Command) -> None:
    """What is there stays, and the answer is the same."""
    command.must("init")
    (command.home / "kvitto.toml").write_text("cutoff_hours = 5\n", encoding="utf-8")
    again = command.must("init")
    assert again.startswith(f"The office in {command.home} is ready.")
    assert (command.home / "kvitto.toml").read_text("utf-8") == "cutoff_hours = 5\n"


def test_nobody_else_may_read_the_database(command: Command) -> None:
    """Neither the database nor the folder it is in, also when the folder was open to all before."""
    command.home.mkdir(mode=0o755)
    command.must("init")
    for path in command.home.glob("kvitto.sqlite3*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_number_of_buckets_is_fixed_for_ever(command: Command) -> None:
    """Asking for the same number again is fine, for another is not."""
    command.must("init", "--usage-buckets", "4")
    command.must("init", "--usage-buckets", "4")
    command.must("init")
    said = command.run("init", "--usage-buckets", "5")
    assert said.status == 1
    assert said.error == (
        "The usage store of this office has 4 buckets. That was fixed when the office was made and cannot become 5.\n"
    )


def test_a_missing_office_is_said(command: Command) -> None:
    """No command makes an office by accident."""
    said = command.run("store", "check")
    assert said.status == 1
    assert said.error == f"There is no office in {command.home}. Make one with “kvitto init --home {command.home}”.\n"
    assert not command.home.exists()


def test_a_missing_database_is_said(command: Command) -> None:
    """A home whose database is gone is not silently given an empty one."""
    if command.environment:
        pytest.skip("PostgreSQL keeps its databases elsewhere")
    command.make()
    (command.home / "kvitto.sqlite3").unlink()
    said = command.run("store", "check")
    assert (said.status, said.error) == (
        1,
        f"The office in {command.home} has no database yet. Run “kvitto init --home {command.home}”.\n",
    )
    assert not (command.home / "kvitto.sqlite3").exists()


def test_a_database_that_is_behind_is_said_and_init_mends_it(command: Command) -> None:
    """A migration that was not applied, or an office that was made only half."""
    command.make()
    change_database(command, "DELETE FROM records_officefact WHERE name = 'usage_buckets'")
    said = command.run("store", "check")
    assert said.status == 1
    assert said.error == (
        "The database is not up to date with this version of Kvitto."
        f" Make a backup, then run “kvitto init --home {command.home}”.\n"
    )
    command.must("init")
    command.must("store", "check")


def test_a_database_of_a_newer_version_is_left_alone(command: Command) -> None:
    """Neither a command nor init touches it."""
    command.make()
    change_database(
        command,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_later', '2030-01-01 00:00:00')",
    )
    for arguments in (("store", "check"), ("init",)):
        said = command.run(*arguments)
        assert said.status == 1
        assert said.error == (
            "The database was made by a newer version of Kvitto (it knows records 9999_later)."
            " Install that version; nothing was changed.\n"
        )


def test_a_missing_guard_refuses_every_command_until_init_puts_it_back(command: Command) -> None:
    """Issued invoices are never open to change without a word."""
    command.make()
    table = " ON records_invoicerecord" if command.environment else ""
    change_database(command, f"DROP TRIGGER guard_records_invoicerecord_update{table}")
    said = command.run("store", "check")
    assert said.status == 1
    assert said.error.startswith("The database no longer protects issued invoices: ")
    command.must("init")
    command.must("store", "check")


def test_a_database_that_does_not_answer_is_said_without_its_password(command: Command) -> None:
    """A server that is not there."""
    command.make()
    address = "postgresql://kvitto:hunter-of-cents@127.0.0.1:1/bills"
    said = command.run("store", "check", KVITTO_DATABASE=address)
    assert said.status == 1
    assert said.error.startswith("The database of this office cannot be used: ")
    assert said.error.endswith(" Check the disk, and “database” in kvitto.toml.\n")
    assert "hunter-of-cents" not in said.error


def test_a_file_that_is_no_database_is_said(command: Command) -> None:
    """Someone put something else in its place."""
    command.must("init", KVITTO_DATABASE="sqlite")
    (command.home / "kvitto.sqlite3").write_bytes(b"not a database at all" * 100)
    for rest in command.home.glob("kvitto.sqlite3-*"):
        rest.unlink()
    said = command.run("store", "check", KVITTO_DATABASE="sqlite")
    assert said.status == 1
    assert said.error.startswith("The database of this office cannot be used: ")


def test_a_database_that_fails_under_a_command_is_said(command: Command) -> None:
    """Here a table is gone that the first checks do not look at."""
    if command.environment:
        pytest.skip("PostgreSQL has another word for it")
    command.make()
    change_database(command, "ALTER TABLE records_usagefile RENAME TO elsewhere")
    said = command.run("store", "check")
    assert (said.status, said.error) == (
        1,
        (
            "The database of this office cannot be used: no such table: records_usagefile."
            " Check the disk, and “database” in kvitto.toml.\n"
        ),
    )


def test_the_home_may_be_named_by_option_or_variable(command: Command, tmp_path: Path) -> None:
    """The option wins."""
    said = command.must("init", "--home", str(tmp_path / "other"))
    assert said.startswith(f"The office in {tmp_path / 'other'} is ready.")
    assert not command.home.exists()
