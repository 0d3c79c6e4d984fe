"""Corrections under faults: closes killed at any step, and several at once. Nothing is billed or given back twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.campaign import size
from tests.faults import COMMAND, Job, Outcome, copy_of, made_once, run_jobs, run_together
from tests.runs.offices import FEBRUARY_ROWS, WITHOUT_QUAY

MAKE_LATE, TELL = "tests.runs.closing_jobs:make_late", "tests.runs.closing_jobs:tell_invoices"
CLOCK = {"KVITTO_CLOCK": "2024-04-10"}
# More for Lab, which goes on; less for a profile; more for one that has no next invoice.
AGREEMENTS = WITHOUT_QUAY.replace('id = "idle"\n', 'id = "idle"\nended_on = 2024-03-01\n', 1)
FEBRUARY = (*FEBRUARY_ROWS, "8,idle,vm8,cpu,5,2024-02-05T00:00:00Z")
LATE = (
    "21,lab,vm1,cpu,30,2024-02-05T00:00:00Z",
    "22,waves,vm1,cpu,-5,2024-02-06T00:00:00Z",
    "23,idle,vm1,cpu,40,2024-02-06T00:00:00Z",
    "24,lab,vm1,cpu,10,2024-03-06T00:00:00Z",
)


def closing(home: Path, environment: dict[str, str], **options: Any) -> Job:
    """The command, in a copy of the office."""
    return Job(home, COMMAND, ("period", "close", "--json"), environment={**environment, **CLOCK}, **options)


def telling(home: Path, environment: dict[str, str]) -> Job:
    """Tell what is there."""
    return Job(home, TELL, environment={**environment, **CLOCK})


def told(outcome: Outcome) -> dict[str, Any]:
    """What a process told of the documents; every number is one of them, and everything is intact."""
    assert outcome.status == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    assert found["wrong"] == []
    assert sum(found["numbers_taken"].values()) == len(found["facts"])
    return found


@pytest.fixture
def home(tmp_path: Path, own_database: dict[str, str]) -> Path:
    """An office that closed February, before more of February came."""
    home = tmp_path / "office"
    files = ["\n".join(FEBRUARY), "\n".join(LATE)]
    (outcome,) = made_once([Job(home, MAKE_LATE, [AGREEMENTS, *files], environment=own_database)])
    assert outcome.status == 0, outcome.err
    return home


def totals(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Type, scope, period and amount of every document, whatever its number."""
    facts = [json.loads(text) for text in found["facts"].values()]
    return sorted(
        (
            one["document_type"],
            one["subscription_id"] or one["profile_id"],
            str(one["period"]),
            one["totals"]["with_tax"],
        )
        for one in facts
    )


@pytest.mark.campaign
def test_a_kill_at_any_step_bills_nothing_twice(
    home: Path, own_database: dict[str, str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """After the next close all is as if nothing had happened, and one more changes nothing."""
    with copy_of(home, own_database, tmp_path / "count") as environment:
        at = tmp_path / "count"
        whole, then = run_jobs([closing(at, environment), telling(at, environment)])
    assert whole.status == 0, whole.err
    expected = totals(told(then))
    late = {one["number"]: one for one in json.loads(whole.out)["late_usage"]}
    assert sorted(bool(one["billed_on"]) for one in late.values()) == [False, True, True]
    assert [len(one["credit_notes"]) for one in late.values() if not one["billed_on"]] == [1]
    kills = range(1, len(whole.steps) + 1, size(sample=14, full=1))
    record_property("kills", len(kills))
    with ExitStack() as copies:
        jobs = []
        for step in kills:
            target = tmp_path / f"killed{step}"
            environment = copies.enter_context(copy_of(home, own_database, target))
            again = [closing(target, environment), telling(target, environment)]
            jobs += [closing(target, environment, kill_before=step), *again, *again]
        outcomes = run_jobs(jobs)
    for step, case in zip(kills, in_turns(outcomes, 5), strict=True):
        killed, _, after, last, after_that = case
        assert killed.killed
        assert totals(told(after)) == expected, f"killed before step {step}"
        assert told(after_that) == told(after), f"killed before step {step}"
        assert last.status == 0, last.err
        assert json.loads(last.out)["late_usage"] == []


def in_turns(outcomes: Sequence[Outcome], count: int) -> list[Sequence[Outcome]]:
    """The outcomes of each case, of so many jobs."""
    return [outcomes[first : first + count] for first in range(0, len(outcomes), count)]


def test_closers_at_once_bill_each_correction_once(home: Path, own_database: dict[str, str], tmp_path: Path) -> None:
    """Three processes together issue what one alone would."""
    with copy_of(home, own_database, tmp_path / "alone") as environment:
        at = tmp_path / "alone"
        one, alone = run_jobs([closing(at, environment), telling(at, environment)])
    assert one.status == 0, one.err
    with copy_of(home, own_database, tmp_path / "together") as environment:
        at = tmp_path / "together"
        outcomes = run_together([closing(at, environment)] * 3)
        assert [outcome.status for outcome in outcomes] == [0, 0, 0], [outcome.err for outcome in outcomes]
        last, together = run_jobs([closing(at, environment), telling(at, environment)])
    assert last.status == 0, last.err
    assert totals(told(together)) == totals(told(alone))
