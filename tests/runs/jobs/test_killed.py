"""A worker that is killed at any instant: another takes its job, and everything is there once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.campaign import size
from tests.faults import Job, copy_of, made_once, run_jobs

pytestmark = pytest.mark.database
MAKE, WORK, TELL = (f"tests.runs.jobs.job_jobs:{name}" for name in ("make", "work", "tell"))


@pytest.mark.campaign
@pytest.mark.parametrize("kind", ["usage-file", "close"])
def test_a_killed_worker_leaves_its_job_to_the_next(kind: str, tmp_path: Path, own_database: dict[str, str]) -> None:
    """Before durable steps spread over all of them; in the campaign before every one."""
    home = tmp_path / "office"
    (made,) = made_once([Job(home, MAKE, environment=own_database)])
    assert made.status == 0, made.err
    with copy_of(home, own_database, tmp_path / "whole") as environment:
        whole, told = run_jobs([Job(tmp_path / "whole", WORK, [kind], environment=environment),
                                Job(tmp_path / "whole", TELL, environment=environment)])  # fmt: skip
        assert whole.status == 0, whole.err
    expected = _told(told.out)
    assert [state for name, state, _ in expected["jobs"] if name == kind] == ["done"]
    steps = len(whole.steps)
    kills = min(steps, size(sample=2, full=steps))
    for number in sorted({1 + round(index * (steps - 1) / (kills - 1)) for index in range(kills)}):
        place = tmp_path / str(number)
        with copy_of(home, own_database, place) as environment:
            first, second, after = run_jobs([
                Job(place, WORK, [kind], kill_before=number, environment=environment),
                Job(place, WORK, [kind], environment=environment),
                Job(place, TELL, environment=environment),
            ])  # fmt: skip
            assert first.killed, (number, first.err)
            assert second.status == 0, (number, second.err)
            assert _told(after.out) == expected, f"killed before step {number}, {whole.steps[number - 1]}"


def _told(out: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(out)
    return told
