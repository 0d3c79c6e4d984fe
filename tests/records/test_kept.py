"""Kept answers: what is kept last stands, a damaged file is replaced, and nothing depends on the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kvitto.records.kept import FILE, KeptAnswer, MadeFrom, keep, kept, let_go

ANSWER = KeptAnswer("what?", MadeFrom("a", "u"), datetime(2024, 3, 1, tzinfo=UTC), "that")


def test_the_latest_answer_stands(tmp_path: Path) -> None:
    """One of each question."""
    assert kept(tmp_path, ["what?"]) == {}
    keep(tmp_path, [ANSWER])
    later = replace(ANSWER, made_from=MadeFrom("a", "v"), answer="this")
    keep(tmp_path, [later])
    assert kept(tmp_path, ["what?", "why?"]) == {"what?": later}


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    """The first look finds nothing and removes it."""
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    assert kept(tmp_path, ["what?"]) == {}
    keep(tmp_path, [ANSWER])
    assert kept(tmp_path, ["what?"]) == {"what?": ANSWER}


def test_a_damaged_file_that_cannot_be_removed_costs_nothing(tmp_path: Path) -> None:
    """Somebody made a folder where a part of it lies."""
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    (tmp_path / f"{FILE}-shm").mkdir()
    assert kept(tmp_path, ["what?"]) == {}


def test_an_answer_that_is_not_what_was_written_is_none(tmp_path: Path) -> None:
    """A disk may give back something else after power was lost: nobody believes an amount that was never worked out."""
    keep(tmp_path, [ANSWER, replace(ANSWER, question="why?")])
    with closing(sqlite3.connect(tmp_path / FILE)) as database, database:
        database.execute("UPDATE kept SET answer = 'thaT' WHERE question = 'what?'")
    assert set(kept(tmp_path, ["what?", "why?"])) == {"why?"}


def test_a_folder_that_is_not_there_costs_nothing(tmp_path: Path) -> None:
    """As where nothing may be written."""
    keep(tmp_path / "elsewhere", [ANSWER])
    assert kept(tmp_path / "elsewhere", ["what?"]) == {}


def test_the_oldest_go_first(tmp_path: Path) -> None:
    """Down to so many."""
    several = [replace(ANSWER, question=str(day), made_at=datetime(2024, 3, day, tzinfo=UTC)) for day in range(1, 6)]
    keep(tmp_path, several)
    let_go(tmp_path, 2)
    assert set(kept(tmp_path, [one.question for one in several])) == {"4", "5"}
