"""Rating a second time: on rows, on daily sums, and in processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from kvitto.rating.charge import ChargeLine
from kvitto.records.agreements import invoice_scopes
from kvitto.records.prices import prices_as_of
from kvitto.records.usage_files import manifest
from kvitto.runs.closing import reference_check
from kvitto.runs.closing.reference_check import CheckTask, SecondRating
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of, members_of, rate_scopes
from tests.runs.closing.test_issue_invoices import FEBRUARY
from tests.runs.offices import FIRST_CLOSE, made

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]


@pytest.fixture
def small(office: MakeOffice) -> Office:
    """The small office with its usage of February."""
    return made(office(FIRST_CLOSE))


def tasks(office: Office, invoices_per_task: int) -> list[CheckTask]:
    """Every scope over February, so many to a task."""
    members = [tuple(members_of(scope, FEBRUARY)) for scope in invoice_scopes()]
    files = tuple(office.usage_folder / path for path in manifest(["2024-02"]))
    return [
        CheckTask(tuple(members[first : first + invoices_per_task]), FEBRUARY, files, tuple(prices_as_of()))
        for first in range(0, len(members), invoices_per_task)
    ]


def engine_lines(office: Office) -> list[ChargeLine]:
    """What the engine finds for the same."""
    with rate_scopes(office, [(scope, FEBRUARY) for scope in invoice_scopes()], current_as_of()) as rated:
        return sorted(rated.lines())


@pytest.mark.parametrize("rows_at_most", [100_000, 3, 0])
@pytest.mark.parametrize("invoices_per_task", [1, 3, 20])
def test_rows_and_daily_sums_give_what_the_engine_gives(
    small: Office, monkeypatch: pytest.MonkeyPatch, rows_at_most: int, invoices_per_task: int
) -> None:
    """However many rows are taken one by one, and however invoices share a task."""
    monkeypatch.setattr(reference_check, "RAW_ROWS_AT_MOST", rows_at_most)
    checked = SecondRating().start(tasks(small, invoices_per_task), 0)()
    assert sorted(checked.lines) == engine_lines(small)
    assert len(checked.lines) == 6


def test_processes_give_the_same(small: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started only where there is enough work for them."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    started: list[int] = []

    def counted(processes: int, mp_context: BaseContext) -> ProcessPoolExecutor:
        started.append(processes)
        return ProcessPoolExecutor(processes, mp_context=mp_context)

    monkeypatch.setattr(reference_check, "ProcessPoolExecutor", counted)
    few = SecondRating().start(tasks(small, 4), 1000)()
    assert started == []
    many = SecondRating().start(tasks(small, 4), 10_000_000)()
    assert started == [2]
    assert many == few


def test_the_reference_knows_no_database() -> None:
    """A process that rates again imports neither Django nor anything that needs it."""
    import subprocess
    import sys

    code = "import sys, kvitto.runs.closing.reference_check; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parent).returncode == 0
