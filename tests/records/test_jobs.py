"""Jobs in the database: asked for once, taken by one process, taken again when it is dead, and fair to everybody."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kvitto.language import phrase
from kvitto.money import Money
from kvitto.periods import Period, midnight
from kvitto.records import jobs
from kvitto.records.jobs import JobState
from kvitto.records.models import Job, Person
from kvitto.records.phrase_facts import phrase_facts, phrase_from

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 20, tzinfo=UTC)
FIRST, SECOND = uuid.uuid4(), uuid.uuid4()
KINDS = ["file", "close"]


def later(seconds: float) -> datetime:
    """A moment of the real clock so many seconds after the first."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def person(name: str) -> Person:
    """Somebody who asks."""
    return Person.objects.create_user(f"{name}@example.com")


def asked(who: Person | None, what: Any = 1, seconds: float = 0, **more: Any) -> Job:
    """A job that was asked for."""
    parameters: Mapping[str, Any] = {"what": what}
    return jobs.ask("file", parameters, who, at=AT, beat=later(seconds), **more)


def taken(holder: uuid.UUID, seconds: float) -> Job:
    """The next job, taken by this process."""
    job = jobs.claim(holder, KINDS, at=AT, beat=later(seconds))
    assert job
    return job


def state(job: Job) -> str:
    """How it stands in the database."""
    job.refresh_from_db()
    return job.state


def test_the_same_wish_is_one_job() -> None:
    """While it waits or runs; of each person for themselves, unless it is the office's."""
    anna, erik = person("anna"), person("erik")
    first = asked(anna)
    assert asked(anna) == first
    assert asked(erik, seconds=1) != first
    assert asked(anna, 2, seconds=1) != first
    assert taken(FIRST, 2) == first
    assert asked(anna) == first
    assert asked(anna, for_all=True, what="close") == asked(erik, for_all=True, what="close")


def test_what_is_done_may_count_as_the_same() -> None:
    """If the caller says so: a file that is ready need not be made again."""
    anna = person("anna")
    first = asked(anna)
    assert jobs.finish(taken(FIRST, 1), {"file": "a"}, at=AT, beat=later(2))
    assert asked(anna, alike=(*jobs.OPEN, JobState.DONE)) == first
    assert asked(anna) != first


def test_a_job_has_one_holder() -> None:
    """The second process gets the next one, or none."""
    anna = person("anna")
    one, other = asked(anna, 1), asked(anna, 2, seconds=1)
    assert (taken(FIRST, 2), taken(SECOND, 3)) == (one, other)
    assert jobs.claim(FIRST, KINDS, at=AT, beat=later(4)) is None
    assert jobs.claim(FIRST, ["other"], at=AT, beat=later(4)) is None


def test_people_take_turns() -> None:
    """Who asked for much waits behind who asked for little, and within a person the first wish comes first."""
    anna, erik = person("anna"), person("erik")
    many = [asked(anna, number, seconds=number) for number in range(3)]
    few = [asked(erik, number, seconds=10 + number) for number in range(2)]
    order = []
    for second in range(20, 25):
        job = taken(FIRST, second)
        order.append(job)
        jobs.finish(job, {}, at=AT, beat=later(second))
    assert order == [many[0], few[0], many[1], few[1], many[2]]


def test_nobody_asks_for_everything() -> None:
    """So many jobs of one person may be open; others are not held up by it."""
    anna = person("anna")
    for number in range(jobs.MOST_OPEN):
        asked(anna, number)
    with pytest.raises(jobs.TooManyJobs, match="10 things are being prepared"):
        asked(anna, "one more")
    assert asked(anna, 0).state == JobState.WAITING
    asked(person("erik"))
    jobs.cancel(asked(anna, 0), at=AT)
    asked(anna, "one more")


def test_a_silent_process_loses_its_job() -> None:
    """After the lease, not before; and what it still says then is not heard."""
    job = asked(person("anna"))
    held = taken(FIRST, 0)
    assert jobs.beat(held, beat=later(50))
    assert jobs.take_from_the_dead(at=AT, beat=later(100)) == 0
    assert jobs.take_from_the_dead(at=AT, beat=later(50) + jobs.LEASE + timedelta(seconds=1)) == 1
    assert state(job) == JobState.WAITING
    again = taken(SECOND, 200)
    assert (again.pk, again.attempts) == (job.pk, 2)
    assert not jobs.progress(held, 5, 10, beat=later(201))
    assert not jobs.finish(held, {"file": "late"}, at=AT, beat=later(201))
    assert jobs.finish(again, {"file": "right"}, at=AT, beat=later(202))
    job.refresh_from_db()
    assert job.result == {"file": "right"}


def test_a_job_that_ends_every_process_is_given_up() -> None:
    """Instead of being begun for ever; its reason can be read."""
    job, second = asked(person("anna")), 0.0
    for _ in range(jobs.MOST_ATTEMPTS):
        taken(FIRST, second)
        second += jobs.LEASE.total_seconds() + 1
        jobs.take_from_the_dead(at=AT, beat=later(second))
    assert state(job) == JobState.FAILED
    assert "interrupted several times" in str(phrase_from(job.problem or {}))


def test_a_process_that_stops_in_order_gives_its_job_back() -> None:
    """At once."""
    job = asked(person("anna"))
    taken(FIRST, 0)
    assert jobs.give_back(SECOND) == 0
    assert jobs.give_back(FIRST) == 1
    assert state(job) == JobState.WAITING


def test_a_cancelled_job_is_nobodys() -> None:
    """Its process is told when it says how far it is."""
    anna = person("anna")
    job = asked(anna)
    held = taken(FIRST, 0)
    assert jobs.progress(held, 1, 2, beat=later(1))
    assert jobs.cancel(job, at=AT)
    assert not jobs.cancel(job, at=AT)
    assert not jobs.progress(held, 2, 2, beat=later(2))
    assert not jobs.fail(held, phrase("Too late."), at=AT, beat=later(2))
    assert asked(anna) != job
    assert jobs.cancel_all(at=AT) == 1


def test_a_reason_is_kept_as_a_sentence() -> None:
    """With its values, so that every reader gets it in their language."""
    sentence = phrase(
        "{money} for {period} on {day}: {inner} {names} {count} {moment}",
        money=Money(Decimal("12.30"), "USD"),
        period=Period(AT.date(), AT.date() + timedelta(days=3)),
        day=AT.date(),
        inner=phrase("Inner {text}.", text="words"),
        names=("a", "b"),
        count=3,
        moment=midnight(AT.date()),
    )
    assert str(phrase_from(phrase_facts(sentence))) == str(sentence)
    held = asked(person("anna"))
    assert jobs.fail(taken(FIRST, 0), sentence, at=AT, beat=later(1))
    held.refresh_from_db()
    assert str(phrase_from(held.problem or {})) == str(sentence)
