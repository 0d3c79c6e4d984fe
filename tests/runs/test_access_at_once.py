"""Two people change who has access at the same moment, as real processes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.faults import Job, run_jobs

ROUNDS = 5  # as often as one person may ask twice a day
JOBS = "tests.runs.access_jobs"


def happened(home: Path, environment: dict[str, str], act: str) -> tuple[list[list[str]], dict[str, Any]]:
    """What each of the two got in each round, and what is left."""
    jobs = [
        Job(home, f"{JOBS}:{call}", arguments, environment=environment)
        for call, arguments in (("make", [str(ROUNDS)]), ("at_once", [act, str(ROUNDS)]), ("tell", []))
    ]
    made, done, told = run_jobs(jobs, timeout=300)
    assert [made.status, done.status, told.status] == [0, 0, 0], made.err + done.err + told.err
    return json.loads(done.out), json.loads(told.out)


def test_two_owners_remove_each_other_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """One of them is no owner any more, and so may not: an owner is left each time."""
    got, left = happened(tmp_path / "office", own_database, "remove")
    for first, second in zip(*got, strict=True):
        assert sorted((first, second)) == ["None", "NotFound"]
    assert left["owners"] == [1] * ROUNDS


def test_two_owners_give_the_same_address_the_same_role_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """One person comes of it, with one role in each place."""
    got, left = happened(tmp_path / "office", own_database, "give")
    for first, second in zip(*got, strict=True):
        assert sorted((first, second)) == ["False", "True"]
    assert (left["new_people"], left["new_roles"]) == (1, ROUNDS)


def test_two_owners_answer_the_same_request_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """One request comes of a question that is sent twice, and one answer counts."""
    got, left = happened(tmp_path / "office", own_database, "ask")
    states = [state for _, state in left["requests"]]
    for granted, declined in zip(*got, strict=True):
        assert (granted, declined) in {
            ("granted", "UnableToAnswer"),
            ("UnableToAnswer", "declined"),
            ("granted", "declined"),
            ("granted", "UnableToAsk"),
        }
    assert set(states) <= {"granted", "declined"}
    assert len(states) == sum(one in {"granted", "declined"} for pair in zip(*got, strict=True) for one in pair)
