"""Jobs: asked for once, taken by one process at a time, and taken again when that process is gone.

A process holds a job by its lease: it gives a sign of life (`beat`) now and then, and one that gave none for longer
than `LEASE` is taken to be dead. Every change asks whether the job is still held by whoever makes it, so a process that
was only asleep cannot overwrite what another one did meanwhile. `beat` is a moment of the real clock throughout, `at`
one of the office's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, phrases
from kvitto.records.models import Job, Person
from kvitto.records.phrase_facts import phrase_facts

LEASE = timedelta(seconds=60)
MOST_OPEN = 10  # jobs of one person that wait or run
MOST_ATTEMPTS = 5


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)


class TooManyJobs(UnableTo):
    """The person has so many open jobs that the others would wait for them."""


def ask(  # noqa: PLR0913 - what, for whom, when, and what counts as the same
    kind: str,
    parameters: Mapping[str, Any],
    person: Person | None,
    *,
    at: datetime,
    beat: datetime,
    alike: Collection[JobState] = OPEN,
    same_as: Mapping[str, Any] | None = None,
    for_all: bool = False,
) -> Job:
    """A job of this kind; the one that was asked for before, if it is the same and in one of the states of `alike`.

    The same is: of the same person (`for_all`: of anybody), kind and parameters (or `same_as`, in their place).
    Raises `TooManyJobs`.
    """
    asker = None if for_all or person is None else str(person.pk)
    fingerprint = _fingerprint(kind, parameters if same_as is None else same_as, asker)
    same = Job.objects.filter(fingerprint=fingerprint, state__in=alike).order_by("-created_at")
    try:
        with transaction.atomic():
            if person:
                Person.objects.select_for_update().get(pk=person.pk)
            if found := same.first():
                return found
            if person and Job.objects.filter(asked_by=person, state__in=OPEN).count() >= MOST_OPEN:
                raise TooManyJobs(
                    phrases(
                        "{count} thing is being prepared for you already. Wait until it is ready, or remove it.",
                        "{count} things are being prepared for you already. Wait until one is ready, or remove one.",
                        MOST_OPEN,
                    )
                )
            return Job.objects.create(
                kind=kind,
                parameters=dict(parameters),
                asked_by=person,
                created_at=at,
                beat_at=beat,
                fingerprint=fingerprint,
            )
    except IntegrityError:  # somebody asked for the same at the same moment
        found = Job.objects.filter(fingerprint=fingerprint).order_by("-created_at").first()
        assert found  # noqa: S101 - the constraint that refused ours names theirs
        return found


def claim(holder: UUID, kinds: Collection[str], *, at: datetime, beat: datetime) -> Job | None:
    """The next job of these kinds, held by this process from now on; None if nothing waits.

    People take turns: who was served longest ago comes first, then who asked first.
    """
    served = Job.objects.filter(asked_by=OuterRef("asked_by")).exclude(state=JobState.WAITING).order_by("-beat_at")
    waiting = Job.objects.filter(state=JobState.WAITING, kind__in=kinds)
    in_turn = waiting.annotate(served=Subquery(served.values("beat_at")[:1])).order_by(
        F("served").asc(nulls_first=True), "beat_at", "pk"
    )
    while (next_one := in_turn.values_list("pk", flat=True).first()) is not None:
        taken = Job.objects.filter(pk=next_one, state=JobState.WAITING).update(
            state=JobState.RUNNING,
            holder=holder,
            started_at=at,
            beat_at=beat,
            attempts=F("attempts") + 1,
            steps_done=0,
            steps_total=None,
        )
        if taken:
            return Job.objects.select_related("asked_by").get(pk=next_one)
    return None


def beat(job: Job, *, beat: datetime) -> bool:
    """Give a sign of life; False if the job is no longer held, because it was cancelled or taken by another."""
    return bool(_held(job).update(beat_at=beat))


def progress(job: Job, done: int, total: int | None, *, beat: datetime) -> bool:
    """Say how far it is, which is a sign of life too; False if the job is no longer held."""
    return bool(_held(job).update(steps_done=done, steps_total=total, beat_at=beat))


def finish(job: Job, result: Mapping[str, Any], *, at: datetime, beat: datetime) -> bool:
    """The job is done, and this came of it; False, and nothing is kept, if it is no longer held."""
    return bool(_held(job).update(state=JobState.DONE, result=dict(result), problem=None, ended_at=at, beat_at=beat))


def fail(job: Job, problem: Phrase, *, at: datetime, beat: datetime) -> bool:
    """The job cannot be done, and why; False if it is no longer held."""
    return bool(_held(job).update(state=JobState.FAILED, problem=phrase_facts(problem), ended_at=at, beat_at=beat))


def give_back(holder: UUID) -> int:
    """Let others take what this process held: it stops in order, or is known to be dead. How many jobs."""
    held = Job.objects.filter(holder=holder, state=JobState.RUNNING)
    return held.update(state=JobState.WAITING, holder=None)


def take_from_the_dead(*, at: datetime, beat: datetime, lease: timedelta = LEASE) -> int:
    """Let others take jobs whose process gave no sign of life for so long; how many.

    One that was begun `MOST_ATTEMPTS` times has failed: it may be what ends the process.
    """
    silent = Job.objects.filter(state=JobState.RUNNING, beat_at__lt=beat - lease)
    if not silent.exists():  # a look needs no lock, an update does
        return 0
    given_up = silent.filter(attempts__gte=MOST_ATTEMPTS)
    ended = given_up.update(state=JobState.FAILED, problem=phrase_facts(_interrupted()), ended_at=at)
    return ended + silent.update(state=JobState.WAITING, holder=None)


def give_up_if_hopeless(job: Job, *, at: datetime, beat: datetime) -> bool:
    """True if this job was begun too often already; it has failed then."""
    return job.attempts > MOST_ATTEMPTS and fail(job, _interrupted(), at=at, beat=beat)


def spoil(job: Job, problem: Phrase) -> None:
    """What came of the job is no longer any good, and why: it can be asked for again."""
    Job.objects.filter(pk=job.pk, state=JobState.DONE).update(state=JobState.FAILED, problem=phrase_facts(problem))


def cancel(job: Job, *, at: datetime) -> bool:
    """Nobody wants it any more: a process that works on it notices and stops. False if it had ended before."""
    return bool(Job.objects.filter(pk=job.pk, state__in=OPEN).update(state=JobState.CANCELLED, ended_at=at))


def cancel_all(*, at: datetime) -> int:
    """The same of every open job, for an office that begins anew; how many."""
    return Job.objects.filter(state__in=OPEN).update(state=JobState.CANCELLED, ended_at=at)


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, holder=job.holder)


def _interrupted() -> Phrase:
    return phrase("This was interrupted several times and was not tried again. Ask the office’s operator to look.")


def _fingerprint(kind: str, parameters: Mapping[str, Any], asker: str | None) -> str:
    told = json.dumps([kind, parameters, asker], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
