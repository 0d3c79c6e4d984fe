"""Numbers without gaps and doubles, whatever happens to those who take them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign import size
from tests.faults import Job, run_jobs

JOBS = "tests.records.numbering_jobs"


@pytest.mark.campaign
def test_many_closers_leave_no_gap_and_no_double_whatever_becomes_of_them(
    tmp_path: Path, own_database: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    """Processes that issue the same documents at once, roll back, lose their connection and are killed.

    SQLite lets one write at a time, so that there are fewer of them.
    """
    if own_database:
        processes, documents = 32, size(sample=10_000, full=100_000)
    else:
        processes, documents = 6, size(sample=1_500, full=30_000)
    arguments = [str(documents), str(processes)]
    jobs = [
        Job(tmp_path / "office", f"{JOBS}:{job}", arguments, environment=own_database)
        for job in ("make", "issue_at_once", "tell")
    ]
    made, issued, told = run_jobs(jobs, patience=1200)
    assert [made.status, issued.status, told.status] == [0, 0, 0], made.err + issued.err + told.err
    kills = int(issued.out)
    assert kills > 0
    record_property("processes", processes)
    record_property("numbers", documents)
    record_property("kills", kills)
    assert json.loads(told.out) == {"issued": documents, "entries": documents, "wrong": []}
