"""Where somebody stood last is remembered in passing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults import Job, run_jobs


@pytest.mark.skipif(bool(os.environ.get("KVITTO_DATABASE")), reason="SQLite alone has one writer at a time")
def test_no_page_waits_or_fails_because_another_process_writes(tmp_path: Path) -> None:
    """It is let go then; afterwards it is kept, and the connection writes as safely as before."""
    (done,) = run_jobs([Job(tmp_path / "office", "tests.records.last_scope_jobs:move_on_while_another_writes")])
    assert done.status == 0, done.err
    assert done.out.splitlines()[-2:] == ["nowhere", "subscription:lab 60000 2"]
