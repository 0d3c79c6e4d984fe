"""Pytest's side of the campaign: keeps a row per test as soon as it has ended, and leaves out what has passed already.

A plugin (`-p tools.campaign_rows`), told by the environment where the rows lie and what is being run. With workers, the
first process alone writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

FILE, PART, STATE = "KVITTO_CAMPAIGN_ROWS", "KVITTO_CAMPAIGN_PART", "KVITTO_CAMPAIGN_STATE"
CHANGED = "+"
"""Ends the name of a state that no commit holds: nothing is known to have passed in it."""


@dataclass(frozen=True)
class Row:
    """How one test ended in one part of the campaign, in one state of the code."""

    part: str
    test: str
    state: str
    outcome: str
    seconds: float
    figures: dict[str, str] = field(default_factory=dict)
    said: str = ""
    """What a failure said: a run that is stopped later would not tell it."""


def read_rows(file: Path) -> list[Row]:
    """The rows kept so far; of each test in each part the last."""
    if not file.exists():
        return []
    rows = [Row(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    return list({(row.part, row.test): row for row in rows}.values())


def has_ended_well(row: Row, part: str, state: str) -> bool:
    """Whether there is no need to run the test once more."""
    return (row.part, row.state) == (part, state) and row.outcome != "failed" and not state.endswith(CHANGED)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what ended well in this part and state."""
    done = {
        row.test
        for row in read_rows(Path(os.environ[FILE]))
        if has_ended_well(row, os.environ[PART], os.environ[STATE])
    }
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in done])
    items[:] = [item for item in items if item.nodeid not in done]


_reports: dict[str, list[pytest.TestReport]] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gather what is told of a test, and keep its row when it is over."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    _reports.setdefault(report.nodeid, []).append(report)
    if report.when == "teardown":
        row = _row(report.nodeid, _reports.pop(report.nodeid))
        with Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")


def _row(test: str, reports: list[pytest.TestReport]) -> Row:
    ended = {report.outcome for report in reports}
    outcome = next((worst for worst in ("failed", "skipped") if worst in ended), "passed")
    seconds = round(sum(report.duration for report in reports), 1)
    said = "\n".join(report.longreprtext for report in reports if report.failed)
    return Row(os.environ[PART], test, os.environ[STATE], outcome, seconds, dict(_figures(reports[-1])), said)


def _figures(report: pytest.TestReport) -> Iterator[tuple[str, str]]:
    yield from ((name, str(value)) for name, value in report.user_properties)
