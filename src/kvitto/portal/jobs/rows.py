"""What the page of downloads says of each file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kvitto.language import Phrase, phrase, phrases
from kvitto.periods import Period
from kvitto.records.jobs import JobState
from kvitto.records.models import Job
from kvitto.records.phrase_facts import phrase_from
from kvitto.runs.jobs.job import USAGE_FILE
from kvitto.runs.jobs.prepared_files import KEPT_FOR

_STATES = {
    JobState.WAITING: phrase("Waiting"),
    JobState.RUNNING: phrase("Being prepared"),
    JobState.DONE: phrase("Ready"),
    JobState.FAILED: phrase("Not prepared"),
}
_TONES = {JobState.DONE: "good", JobState.FAILED: "bad"}


@dataclass(frozen=True)
class FileRow:
    """One file: what it is, how it stands, and what can be done with it. `done` is None while nothing is counted."""

    key: str
    title: Phrase
    state: Phrase
    tone: str
    asked_at: datetime
    is_open: bool
    is_ready: bool
    is_new: bool
    progress: Phrase | None
    done: int | None
    total: int | None
    bytes: int | None
    content: Phrase | None
    kept_until: date | None
    problem: Phrase | None


def row_of(job: Job) -> FileRow:
    """The row of this job."""
    state = JobState(job.state)
    is_ready = state is JobState.DONE
    is_counted = state is JobState.RUNNING and bool(job.steps_total)
    return FileRow(
        key=str(job.pk),
        title=_title(job),
        state=_STATES[state],
        tone=_TONES.get(state, "quiet"),
        asked_at=job.created_at,
        is_open=state in {JobState.WAITING, JobState.RUNNING},
        is_ready=is_ready,
        is_new=job.seen_at is None and state in {JobState.DONE, JobState.FAILED},
        progress=_progress(job) if is_counted else None,
        done=job.steps_done if is_counted else None,
        total=job.steps_total if is_counted else None,
        bytes=job.result.get("bytes") if is_ready else None,
        content=_content(job) if is_ready else None,
        kept_until=(job.ended_at + KEPT_FOR).date() if is_ready and job.ended_at else None,
        problem=phrase_from(job.problem) if state is JobState.FAILED and job.problem else None,
    )


def _title(job: Job) -> Phrase:
    asked = job.parameters
    if job.kind == USAGE_FILE:
        period = Period(date.fromisoformat(asked["day"]), date.fromisoformat(asked["end"]))
        return phrase("Usage of {name}, {period}", name=asked["of"], period=period)
    count = len(asked["numbers"])
    if asked["usage"]:
        return phrases("{count} invoice with its usage", "{count} invoices with their usage", count)
    return phrases("{count} invoice", "{count} invoices", count)


def _progress(job: Job) -> Phrase:
    done, total = job.steps_done, job.steps_total or 0
    if job.kind == USAGE_FILE:
        return phrases("{done} of {count} row", "{done} of {count} rows", total, done=done)
    return phrases("{done} of {count} invoice", "{done} of {count} invoices", total, done=done)


def _content(job: Job) -> Phrase:
    if job.kind == USAGE_FILE:
        return phrases("CSV, {count} row", "CSV, {count} rows", job.result["rows"])
    return phrase("ZIP")
