"""Closing under faults: processes killed, power lost, several at once. No invoice is lost, doubled or skipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.campaign import size
from tests.faults import COMMAND, Job, Outcome, Recording, Survivors, copy_of, made_once, run_jobs, run_together
from tests.runs.offices import AGREEMENTS, FEBRUARY_ROWS, FIRST_CLOSE, WITHOUT_QUAY

MAKE, TELL = "tests.runs.closing_jobs:make", "tests.runs.closing_jobs:tell_invoices"
CLOSE_IN_PORTIONS = "tests.runs.closing_jobs:close_in_portions"
CLOCK = {"KVITTO_CLOCK": FIRST_CLOSE.isoformat()}
CLOSE = ("period", "close", "--json")
SUBSCRIPTION = """
[[mosp_accounts.subscriptions]]
id = "{key}"
name = "{key}"
offer = "pay-as-you-go"
started_on = 2024-02-01
anniversary_day = 1
"""


@dataclass(frozen=True)
class Case:
    """An office in which two invoices are due, and what it holds once they are issued."""

    home: Path
    environment: dict[str, str]
    expected: dict[str, Any]

    def close(self, home: Path, environment: dict[str, str], **options: Any) -> Job:
        """The command, in a copy of the office."""
        return Job(home, COMMAND, CLOSE, environment={**environment, **CLOCK}, **options)

    def recovery(self, home: Path, environment: dict[str, str]) -> list[Job]:
        """Tell what is found, close again, tell what is there then."""
        tell = Job(home, TELL, environment={**environment, **CLOCK})
        return [tell, self.close(home, environment), tell]

    def check(self, recovered: Sequence[Outcome], what: str) -> None:
        """What was found is a part of what is expected, and after the close all of it is there and nothing else."""
        found, closed, then = recovered
        assert closed.status == 0, f"{what}: {closed.err}"
        assert invoices(found)["facts"].items() <= self.expected["facts"].items(), what
        assert invoices(then) == self.expected, what


def in_turns(outcomes: Sequence[Outcome], size: int) -> list[Sequence[Outcome]]:
    """The outcomes of each case, of so many jobs."""
    return [outcomes[first : first + size] for first in range(0, len(outcomes), size)]


def invoices(outcome: Outcome) -> dict[str, Any]:
    """What a process told of the invoices."""
    assert outcome.status == 0, outcome.err
    told: dict[str, Any] = json.loads(outcome.out)
    assert told["wrong"] == []
    assert sum(told["numbers_taken"].values()) == len(told["facts"])  # none skipped, none taken twice
    return told


def make(home: Path, environment: dict[str, str], agreements: str, *files: str) -> None:
    """An office whose agreements and usage are these."""
    (outcome,) = made_once([Job(home, MAKE, [agreements, *files], environment={**environment, **CLOCK})])
    assert outcome.status == 0, outcome.err


def make_larger(home: Path, environment: dict[str, str]) -> None:
    """An office in which eleven invoices are due."""
    keys = [f"extra{number}" for number in range(8)]
    more = "".join(SUBSCRIPTION.format(key=key) for key in keys)
    agreements = AGREEMENTS.replace("\n[[mca_accounts]]", more + "\n[[mca_accounts]]", 1)
    rows = [f"e{key},{key},vm,cpu,{number}.5,2024-02-03T00:00:00Z" for number, key in enumerate(keys)]
    make(home, environment, agreements, "\n".join((*FEBRUARY_ROWS, *rows)))


def without_numbers(told: dict[str, Any]) -> list[dict[str, Any]]:
    """What was billed, whatever number it was given."""
    facts = [json.loads(text) | {"number": ""} for text in told["facts"].values()]
    return sorted(facts, key=lambda one: (one["account_id"], one["subscription_id"]))


def closed_again(case: Case, home: Path, environment: dict[str, str]) -> list[dict[str, Any]]:
    """The invoices as they are found, after a close, and after one more."""
    tell = Job(home, TELL, environment={**environment, **CLOCK})
    close = case.close(home, environment)
    found, first, then, second, last = run_jobs([tell, close, tell, close, tell])
    assert first.status == second.status == 0, first.err + second.err
    assert json.loads(second.out)["issued"] == []
    return [invoices(outcome) for outcome in (found, then, last)]


@pytest.fixture
def case(tmp_path: Path, own_database: dict[str, str]) -> Case:
    """One invoice of a profile and one of a subscription are due."""
    home = tmp_path / "office"
    make(home, own_database, WITHOUT_QUAY, "\n".join(FEBRUARY_ROWS))
    unmade = Case(home, own_database, {})
    with copy_of(home, own_database, tmp_path / "reference") as environment:
        _, expected, _ = closed_again(unmade, tmp_path / "reference", environment)
    assert sorted(expected["facts"]) == ["K-2024-000001", "K-2024-000002"]
    assert len(expected["documents"]) == 2
    return Case(home, own_database, expected)


@pytest.mark.campaign
def test_a_kill_at_any_step_loses_doubles_and_skips_nothing(
    case: Case, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """What is found is a beginning of what was to be issued; the next close does the rest, byte for byte."""
    with copy_of(case.home, case.environment, tmp_path / "count") as environment:
        (whole,) = run_jobs([case.close(tmp_path / "count", environment)])
    assert whole.steps.count("commit") >= 3  # the invoices together, and two documents
    kills = range(1, len(whole.steps) + 1, size(sample=9, full=1))
    record_property("kills", len(kills))
    with ExitStack() as copies:
        jobs = []
        for step in kills:
            home = tmp_path / f"killed{step}"
            environment = copies.enter_context(copy_of(case.home, case.environment, home))
            jobs += [case.close(home, environment, kill_before=step), *case.recovery(home, environment)]
        outcomes = run_jobs(jobs)
    for step, (killed, *recovered) in zip(kills, in_turns(outcomes, 4), strict=True):
        assert killed.killed
        case.check(recovered, f"killed before step {step}")


@pytest.mark.campaign
def test_lost_power_at_any_step_loses_doubles_and_skips_nothing(
    case: Case, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Rebuilt for every prefix of the recorded steps, without what was not synced, the next close does the rest."""
    if case.environment:
        pytest.skip("a PostgreSQL server keeps its own disk in order")
    with copy_of(case.home, case.environment, tmp_path / "recorded") as environment:
        recorded = case.close(tmp_path / "recorded", environment, record_to=tmp_path / "recording")
        (outcome,) = run_jobs([recorded])
    assert outcome.status == 0, outcome.err
    recording = Recording.read(tmp_path / "recording")
    kinds = list(Survivors)
    kinds_each_time = size(sample=1, full=len(kinds))  # the sample takes them in turn
    losses = [
        (length, (kinds * 2)[length % 2 + offset])
        for length in range(0, len(recording) + 1, size(sample=7, full=1))
        for offset in range(kinds_each_time)
    ]
    record_property("losses of power", len(losses))
    jobs = []
    for length, survivors in losses:
        home = tmp_path / f"{survivors.value}{length}"
        recording.rebuild(length, home, survivors)
        jobs += case.recovery(home, {})
    for (length, survivors), recovered in zip(losses, in_turns(run_jobs(jobs), 3), strict=True):
        case.check(recovered, f"{survivors.value} after {length} steps")


def test_closers_at_once_issue_each_period_once_and_skip_no_number(
    tmp_path: Path, own_database: dict[str, str]
) -> None:
    """Three processes close eleven periods; together they issue what one alone would."""
    home = tmp_path / "office"
    make_larger(home, own_database)
    case = Case(home, own_database, {})
    with copy_of(home, own_database, tmp_path / "alone") as environment:
        _, alone, _ = closed_again(case, tmp_path / "alone", environment)
    with copy_of(home, own_database, tmp_path / "together") as environment:
        outcomes = run_together([case.close(tmp_path / "together", environment)] * 3)
        assert [outcome.status for outcome in outcomes] == [0, 0, 0], [outcome.err for outcome in outcomes]
        issued = [one["number"] for outcome in outcomes for one in json.loads(outcome.out)["issued"]]
        together, _, _ = closed_again(case, tmp_path / "together", environment)
    assert sorted(issued) == sorted(together["facts"])  # each by one of them
    assert together == alone
    assert len(alone["facts"]) == 11


def test_a_close_that_is_killed_between_its_portions_is_finished_by_the_next(
    tmp_path: Path, own_database: dict[str, str]
) -> None:
    """What was issued stays; the rest follows; no number is skipped. Portions are numbered one after another."""
    home = tmp_path / "office"
    make_larger(home, own_database)

    def close(home: Path, environment: dict[str, str], **options: Any) -> Job:
        return Job(home, CLOSE_IN_PORTIONS, ["2"], environment={**environment, **CLOCK}, **options)

    with copy_of(home, own_database, tmp_path / "whole") as environment:
        tell = Job(tmp_path / "whole", TELL, environment={**environment, **CLOCK})
        whole, told = run_jobs([close(tmp_path / "whole", environment), tell])
    assert whole.status == 0, whole.err
    expected = invoices(told)
    commits = [step for step, name in enumerate(whole.steps, start=1) if name == "commit"]
    assert len(commits) >= 5 + 11  # portions, and documents
    found = set()
    for step in commits[2:6:3]:
        copy = tmp_path / f"killed{step}"
        with copy_of(home, own_database, copy) as environment:
            tell = Job(copy, TELL, environment={**environment, **CLOCK})
            killed, before, again, then = run_jobs(
                [close(copy, environment, kill_before=step), tell, close(copy, environment), tell]
            )
        assert killed.killed
        assert again.status == 0, again.err
        assert invoices(before)["facts"].items() <= invoices(then)["facts"].items()
        assert without_numbers(invoices(then)) == without_numbers(expected)
        found.add(len(invoices(before)["facts"]))
    assert 0 < max(found) < len(expected["facts"]) == 11  # some were issued before the kill, and some after


def test_the_same_usage_in_any_order_and_cut_gives_the_same_bytes(tmp_path: Path) -> None:
    """Invoices of rows in one file, backwards, each in a file, and partly twice are the same."""
    cuts = {
        "whole": ["\n".join(FEBRUARY_ROWS)],
        "backwards": ["\n".join(FEBRUARY_ROWS[::-1])],
        "pieces": [*FEBRUARY_ROWS[3:], *FEBRUARY_ROWS[:3]],
        "twice": ["\n".join(FEBRUARY_ROWS[2:]), "\n".join(FEBRUARY_ROWS)],
    }
    told = []
    for name, files in cuts.items():
        home = tmp_path / name
        make(home, {}, AGREEMENTS, *files)
        _, then, _ = closed_again(Case(home, {}, {}), home, {})
        told.append(then)
    assert all(one == told[0] for one in told)
    assert len(told[0]["facts"]) == 3


def test_an_invoice_that_is_held_back_is_told_by_the_exit_status(tmp_path: Path, own_database: dict[str, str]) -> None:
    """Status 3: not everything that is due was issued."""
    home = tmp_path / "office"
    make(home, own_database, WITHOUT_QUAY, "1,lab,vm,gpu,1,2024-02-03T00:00:00Z")
    (outcome,) = run_jobs([Case(home, own_database, {}).close(home, own_database)])
    assert outcome.status == 3
    (held,) = json.loads(outcome.out)["blocked"]
    assert (held["scope"], held["period_start"], held["period_end"]) == ("lab", "2024-02-01", "2024-02-29")
    assert "meter gpu has no price" in held["causes"][0]
