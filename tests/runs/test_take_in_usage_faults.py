"""Taking usage in under faults: processes killed, power lost, two at once. Nothing is lost and nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.campaign import size
from tests.faults import COMMAND, Job, Outcome, Recording, Survivors, copy_of, run_jobs, run_together
from tests.usage.cast import job, write_mapping, write_usage

MAKE_OFFICE, TELL_STORE = "tests.usage.cast:make_office", "tests.usage.cast:tell_store"
CLOCK = {"KVITTO_CLOCK": "2024-03-20"}


@dataclass(frozen=True)
class Case:
    """An office that knows the subscriptions and has some usage, and an import that it is about to do."""

    home: Path
    environment: dict[str, str]
    arguments: tuple[str, ...]
    expected: dict[str, Any]  # the store after the import

    def job(self, home: Path, environment: dict[str, str], **options: Any) -> Job:
        """The import, in a copy of the office."""
        return Job(home, COMMAND, self.arguments, environment={**environment, **CLOCK}, **options)


def content(outcome: Outcome) -> dict[str, Any]:
    """What a process told of its store."""
    assert outcome.status == 0, outcome.err
    told: dict[str, Any] = json.loads(outcome.out)
    return told


def after_again(case: Case, home: Path, environment: dict[str, str]) -> list[dict[str, Any]]:
    """The store as it is found, after the import is done again, and after it is done once more."""
    tell = Job(home, TELL_STORE, environment={**environment, **CLOCK})
    again = case.job(home, environment)
    found, first, then, second, last = run_jobs([tell, again, tell, again, tell])
    assert first.status == second.status == 3, first.err + second.err  # the file has a bad row
    return [content(found), content(then), content(last)]


@pytest.fixture
def case(tmp_path: Path, own_database: dict[str, str]) -> Iterator[Case]:
    """Two partitions are added to a store that has some rows; one row is refused, one comes in that was refused."""
    home = tmp_path / "office"
    earlier = write_usage(tmp_path, [*map(job, range(10)), job(50, when="2024-03-21T00:00:00Z")], "earlier.csv")
    lines = [*(job(n, customer=("harbour", "mill")[n % 2]) for n in range(10, 30)), *map(job, range(5)), "bad"]
    lines.append(job(50, when="2024-03-21T00:00:00Z"))
    usage = write_usage(tmp_path, lines)
    arguments = ("usage", "import", "--mapping", str(write_mapping(tmp_path)))
    make = [
        Job(home, MAKE_OFFICE, environment={**own_database, **CLOCK}),
        Job(home, COMMAND, [*arguments, str(earlier)], environment={**own_database, "KVITTO_CLOCK": "2024-03-19"}),
    ]
    for outcome in run_jobs(make):
        assert outcome.status in {0, 3}, outcome.err
    reference = tmp_path / "reference"
    unmade = Case(home, own_database, (*arguments, str(usage)), {})
    with copy_of(home, own_database, reference) as environment:
        _, done, _ = after_again(unmade, reference, environment)
    yield Case(home, own_database, unmade.arguments, done)


def steps_of(case: Case, target: Path) -> tuple[str, ...]:
    """The durable steps of the import."""
    with copy_of(case.home, case.environment, target) as environment:
        (outcome,) = run_jobs([case.job(target, environment)])
    return outcome.steps


def test_the_import_takes_its_steps_in_the_order_that_makes_it_safe(case: Case, tmp_path: Path) -> None:
    """Contents are synced before they are renamed, names before the database is told."""
    steps = steps_of(case, tmp_path / "copy")
    commit = steps.index("commit", steps.index("rename"))
    last_rename = len(steps) - 1 - steps[::-1].index("rename")
    assert max(index for index, step in enumerate(steps) if step == "sync_file") < steps.index("rename")
    assert "sync_folder" in steps[last_rename:commit]


def test_a_kill_at_any_step_loses_and_doubles_nothing(case: Case, tmp_path: Path) -> None:
    """The store is whole at once, and the same import done again makes what it would have made."""
    count = len(steps_of(case, tmp_path / "count"))
    assert count > 8
    for step in range(1, count + 1, size(sample=1, full=1)):
        home = tmp_path / f"killed{step}"
        with copy_of(case.home, case.environment, home) as environment:
            (killed,) = run_jobs([case.job(home, environment, kill_before=step)])
            assert killed.killed
            found, then, last = after_again(case, home, environment)
        assert found["damage"] == []
        assert found["sequence"] in {10, case.expected["sequence"]}
        assert then == last == case.expected, f"killed before step {step}"


def test_lost_power_at_any_step_loses_and_doubles_nothing(case: Case, tmp_path: Path) -> None:
    """Rebuilt for every prefix of the recorded steps, without what was not synced, the disk holds a whole store."""
    if case.environment:
        pytest.skip("a PostgreSQL server keeps its own disk in order")
    with copy_of(case.home, case.environment, tmp_path / "recorded") as environment:
        recorded = case.job(tmp_path / "recorded", environment, record_to=tmp_path / "recording")
        (outcome,) = run_jobs([recorded])
    assert outcome.status == 3, outcome.err
    recording = Recording.read(tmp_path / "recording")
    assert len(recording) == len(outcome.steps)
    for length in range(len(recording) + 1):
        for survivors in Survivors:
            home = tmp_path / f"{survivors.value}{length}"
            recording.rebuild(length, home, survivors)
            found, then, last = after_again(case, home, {})
            assert found["damage"] == [], f"{survivors.value} after {length} steps"
            assert then == last == case.expected, f"{survivors.value} after {length} steps"


def test_two_imports_at_once_accept_each_row_once(case: Case, tmp_path: Path) -> None:
    """Whoever is slower finds the rows known; the sequence counts each once."""
    home = tmp_path / "both"
    with copy_of(case.home, case.environment, home) as environment:
        run_together([case.job(home, environment)] * 3)
        found, then, _ = after_again(case, home, environment)
    assert found == then == case.expected
