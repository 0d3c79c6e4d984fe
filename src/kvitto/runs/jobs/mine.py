"""The files that were prepared for a person: which there are, which are new, and fetching or removing one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from kvitto.language import phrase
from kvitto.records import jobs
from kvitto.records.gate import NotFound
from kvitto.records.jobs import JobState
from kvitto.records.models import Job, Person
from kvitto.records.prepared import Given, prepared
from kvitto.runs.jobs.job import FILE_KINDS
from kvitto.runs.jobs.prepared_files import remove_prepared
from kvitto.runs.office import Office


def files_of(person: Person) -> QuerySet[Job]:
    """What is being prepared for this person, is ready or has failed; newest first."""
    own = Job.objects.filter(asked_by=person, kind__in=FILE_KINDS)
    return own.exclude(state=JobState.CANCELLED).order_by("-created_at", "-beat_at", "pk")


def file_of(person: Person, key: UUID) -> Job:
    """One of them. Raises `NotFound` for those of others as for those that never were."""
    found = files_of(person).filter(pk=key).first()
    if found is None:
        raise NotFound(phrase("There is no such file."))
    return found


def unseen(person: Person) -> int:
    """How many files are ready, or could not be prepared, that the person has not looked at yet."""
    return len(_unseen(person=person.pk))


@prepared
def _unseen(person: Given) -> QuerySet[Job, tuple[UUID]]:
    ended = Job.objects.filter(asked_by=person, kind__in=FILE_KINDS, state__in=[JobState.DONE, JobState.FAILED])
    return ended.filter(seen_at=None).values_list("pk")


def mark_seen(office: Office, person: Person) -> None:
    """The person looks at the list now."""
    ended = files_of(person).filter(state__in=[JobState.DONE, JobState.FAILED], seen_at=None)
    if ended.exists():
        ended.update(seen_at=office.now())


def remove(office: Office, job: Job) -> None:
    """Take it off the list, with its file; what is being prepared stops. Once more changes nothing."""
    if not jobs.cancel(job, at=office.now()):
        job.refresh_from_db()
        remove_prepared(office, job.result)
        Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
