"""Taking usage in under faults: processes killed, power lost, two at once. Nothing is lost and nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.campaign import size
from tests.faults import COMMAND, Job, Outcome, Recording, copy_of, run_jobs, run_together
from tests.usage.cast import job, write_mapping, write_usage

MAKE_OFFICE, DO_AGAIN = "tests.usage.cast:make_office", "tests.usage.cast:tell_store_and_import_again"
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

    def again(self, home: Path, environment: dict[str, str]) -> Job:
        """A look at the copy, the import, another look, the import once more, and a last look."""
        return Job(home, DO_AGAIN, self.arguments, environment={**environment, **CLOCK})

    def check(self, done_again: Outcome, what: str) -> None:
        """The store was whole when it was found, and what it should be after the import was done again, twice."""
        found, then, last = told(done_again)
        assert found["damage"] == [], what
        assert found["sequence"] in {10, self.expected["sequence"]}, what
        assert then == last == self.expected, what


def told(outcome: Outcome) -> list[dict[str, Any]]:
    """The store before, between and after."""
    assert outcome.status == 0, outcome.err
    contents: list[dict[str, Any]] = json.loads(outcome.out)
    return contents


@pytest.fixture
def case(tmp_path: Path, own_database: dict[str, str]) -> Case:
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
        (outcome,) = run_jobs([unmade.again(reference, environment)])
        _, done, _ = told(outcome)
    return Case(home, own_database, unmade.arguments, done)


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


@pytest.mark.campaign
def test_a_kill_at_any_step_loses_and_doubles_nothing(
    case: Case, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The store is whole at once, and the same import done again makes what it would have made."""
    count = len(steps_of(case, tmp_path / "count"))
    assert count > 8
    steps = range(1, count + 1, size(sample=4, full=1))
    record_property("kills", len(steps))
    with ExitStack() as copies:
        jobs = []
        for step in steps:
            home = tmp_path / f"killed{step}"
            environment = copies.enter_context(copy_of(case.home, case.environment, home))
            jobs += [case.job(home, environment, kill_before=step), case.again(home, environment)]
        outcomes = run_jobs(jobs)
    for step, killed, done_again in zip(steps, outcomes[::2], outcomes[1::2], strict=True):
        assert killed.killed
        case.check(done_again, f"killed before step {step}")


@pytest.mark.campaign
def test_lost_power_at_any_step_loses_and_doubles_nothing(
    case: Case, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Rebuilt for every prefix of the recorded steps, without what was not synced, the disk holds a whole store."""
    if case.environment:
        pytest.skip("a PostgreSQL server keeps its own disk in order")
    with copy_of(case.home, case.environment, tmp_path / "recorded") as environment:
        recorded = case.job(tmp_path / "recorded", environment, record_to=tmp_path / "recording")
        (outcome,) = run_jobs([recorded])
    assert outcome.status == 3, outcome.err
    recording = Recording.read(tmp_path / "recording")
    assert len(recording) == len(outcome.steps)
    homes = list(recording.all_disks(tmp_path / "disks"))
    assert len(homes) > 4
    homes = homes[:: size(sample=3, full=1)]
    record_property("losses of power", len(homes))
    for home, done_again in zip(homes, run_jobs([case.again(home, {}) for home in homes]), strict=True):
        case.check(done_again, home.name)


def test_two_imports_at_once_accept_each_row_once(case: Case, tmp_path: Path) -> None:
    """Whoever is slower finds the rows known; the sequence counts each once."""
    home = tmp_path / "both"
    with copy_of(case.home, case.environment, home) as environment:
        together = run_together([case.job(home, environment)] * 2)
        (done_again,) = run_jobs([case.again(home, environment)])
    assert [outcome.status for outcome in together] == [3, 3]
    assert told(done_again) == [case.expected] * 3
