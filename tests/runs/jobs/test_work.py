"""Doing jobs: one after the other, with progress, reasons and an orderly end."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records import jobs
from kvitto.records.jobs import JobState
from kvitto.records.models import Job
from kvitto.records.phrase_facts import phrase_from
from kvitto.runs.jobs.job import Asked, Do, Tell
from kvitto.runs.jobs.kinds import EVERY_KIND, function_of
from kvitto.runs.jobs.work import Worker
from kvitto.runs.office import Office

pytestmark = pytest.mark.django_db
MakeOffice = Callable[..., Office]


def asked(what: str = "one") -> Job:
    """A job that waits."""
    now = datetime.now(UTC)
    return jobs.ask("task", {"what": what}, None, at=now, beat=now)


def do(office: Office, function: Do, stop: threading.Event | None = None) -> int:
    """Do what waits, with this function for every kind."""
    worker = Worker(office, ["task"], uuid.uuid4(), stop, function_of=lambda _kind: function)
    return worker.do_waiting() if stop is None else int(worker.do_next())


def now(job: Job) -> Job:
    """The job as it is in the database."""
    job.refresh_from_db()
    return job


def test_every_kind_has_its_function() -> None:
    """A kind that nobody does would wait for ever."""
    assert all(callable(function_of(kind)) for kind in EVERY_KIND)


def test_what_waits_is_done_with_progress_and_result(office: MakeOffice) -> None:
    """The last word on progress is always written down."""

    def three_steps(_office: Office, job: Asked, tell: Tell) -> Mapping[str, Any]:
        for step in range(4):
            tell(step, 3)
        return {"said": job.parameters["what"]}

    first, second = asked("one"), asked("two")
    assert do(office(), three_steps) == 2
    assert [(now(job).state, job.steps_done, job.steps_total, job.result) for job in (first, second)] == [
        ("done", 3, 3, {"said": "one"}),
        ("done", 3, 3, {"said": "two"}),
    ]


def test_why_it_could_not_be_done_is_kept_for_the_reader(office: MakeOffice) -> None:
    """A reason for people as it is, a fault of the program without its details; the next job is done all the same."""

    def unable(_office: Office, job: Asked, _tell: Tell) -> Mapping[str, Any]:
        if job.parameters["what"] == "fault":
            raise ZeroDivisionError
        raise UnableTo(phrase("There is no {thing}.", thing="price"))

    first, second = asked("reason"), asked("fault")
    assert do(office(), unable) == 2
    assert (now(first).state, str(phrase_from(first.problem or {}))) == ("failed", "There is no price.")
    assert "Something went wrong on our side." in str(phrase_from(now(second).problem or {}))


def test_a_worker_that_is_asked_to_stop_leaves_its_job_for_another(office: MakeOffice) -> None:
    """It notices when it tells how far it is."""
    stop = threading.Event()

    def endless(_office: Office, _job: Asked, tell: Tell) -> Mapping[str, Any]:
        stop.set()
        tell(1, 2)
        pytest.fail("it goes on")

    job = asked()
    do(office(), endless, stop)
    assert (now(job).state, job.attempts) == ("waiting", 1)
    assert do(office(), lambda *_: {"done": True}) == 1
    assert now(job).result == {"done": True}


def test_a_job_that_nobody_wants_any_more_stops(office: MakeOffice) -> None:
    """And what it had made until then is not kept."""

    def cancelled(_office: Office, _job: Asked, tell: Tell) -> Mapping[str, Any]:
        jobs.cancel(job, at=datetime.now(UTC))
        tell(1, 1)
        pytest.fail("it goes on")

    job = asked()
    do(office(), cancelled)
    assert (now(job).state, job.result) == (JobState.CANCELLED, {})


def test_a_job_taken_by_another_meanwhile_is_not_finished_twice(office: MakeOffice) -> None:
    """The process slept; the other one's result stands."""

    def slept(_office: Office, _job: Asked, _tell: Tell) -> Mapping[str, Any]:
        Job.objects.update(holder=uuid.uuid4())
        return {"by": "the late one"}

    job = asked()
    do(office(), slept)
    assert (now(job).state, job.result) == (JobState.RUNNING, {})
