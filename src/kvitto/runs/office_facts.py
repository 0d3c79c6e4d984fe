"""What an operator wants to know at a glance: what came in, what was refused, what is due, what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.money import Money
from kvitto.records.jobs import JobState
from kvitto.records.models import AuditEntry, DocumentRecord, Job, UsageFile, UsageImport
from kvitto.records.refused_rows import count_refused
from kvitto.runs.closing.last_close import last_close
from kvitto.runs.closing.periods_to_close import Due
from kvitto.runs.closing.preview import periods_now
from kvitto.runs.jobs.close_due import what_is_known
from kvitto.runs.jobs.job import OFFICE_KINDS, PREVIEW
from kvitto.runs.office import Office

BACKUP_TOO_OLD = timedelta(days=7)


@dataclass(frozen=True)
class NextDates:
    """So many billing periods can be closed from this moment on."""

    at: datetime
    periods: int


@dataclass(frozen=True)
class DueNow:
    """The periods that closing may issue invoices for, how many of each kind, and what comes next.

    `seen_before` counts those that had a reason for no invoice when everything was closed last; closing looks at them
    again. `blocked`: how many cannot be invoiced, as far as that shows without rating.
    """

    periods: Sequence[Due]
    by_kind: Mapping[InvoiceKind, int]
    seen_before: int
    blocked: int
    following: Sequence[NextDates]

    @property
    def count(self) -> int:
        """How many periods are due."""
        return len(self.periods)


@dataclass(frozen=True)
class Previewed:
    """What was worked out last about closing. `is_current`: nothing it follows from has changed since."""

    job: Job
    is_current: bool

    @property
    def amounts(self) -> tuple[Money, ...]:
        """For how much the invoices would be, with tax, in each currency."""
        return amounts_in(self.job.result["amounts"])


@dataclass(frozen=True)
class Kept:
    """What lies in the store and among the documents, and when the last backup was begun, if one ever was."""

    usage_files: int
    usage_rows: int
    usage_bytes: int
    documents: int
    document_bytes: int
    backup_at: datetime | None
    is_backup_old: bool


@dataclass(frozen=True)
class Overview:
    """The numbers that come first."""

    due: DueNow
    previewed: Previewed | None
    refused: int
    imports: int
    last_import: UsageImport | None
    rows: int
    failed_jobs: int


def overview(office: Office) -> Overview:
    """The office as it stands now."""
    return Overview(
        due=due_now(office),
        previewed=previewed(office),
        refused=count_refused(),
        imports=UsageImport.objects.count(),
        last_import=UsageImport.objects.order_by("-pk").first(),
        rows=UsageFile.objects.aggregate(rows=Sum("rows"))["rows"] or 0,
        failed_jobs=Job.objects.filter(kind__in=OFFICE_KINDS, state=JobState.FAILED, seen_at=None).count(),
    )


def due_now(office: Office) -> DueNow:
    """What could be closed now, and when there is more."""
    found, before = periods_now(office), last_close()
    due = [one for one in found.due if before.left(office, one)]
    counts = {kind: sum(one.kind is kind for one in due) for kind in InvoiceKind}
    moments: dict[datetime, int] = {}
    for one in found.not_due:
        moments[one.invoice_at] = moments.get(one.invoice_at, 0) + 1
    following = tuple(NextDates(at, moments[at]) for at in sorted(moments))
    by_kind = {kind: count for kind, count in counts.items() if count}
    return DueNow(due, by_kind, len(found.due) - len(due), len(found.blocked), following)


def previewed(office: Office) -> Previewed | None:
    """The last time it was worked out what closing would do."""
    job = Job.objects.filter(kind=PREVIEW, state=JobState.DONE).order_by("-beat_at").first()
    return Previewed(job, job.result["known"] == what_is_known(office)) if job else None


def latest_jobs(*kinds: str) -> QuerySet[Job]:
    """The jobs of these kinds, newest first."""
    return Job.objects.filter(kind__in=kinds).select_related("asked_by").order_by("-beat_at", "pk")


def kept(office: Office) -> Kept:
    """How much is kept, and the last backup."""
    usage = UsageFile.objects.aggregate(files=Count("pk"), rows=Sum("rows"), bytes=Sum("bytes"))
    documents = DocumentRecord.objects.aggregate(files=Count("pk"), bytes=Sum("bytes"))
    backup = AuditEntry.objects.filter(action="office.backup").aggregate(at=Max("happened_at"))["at"]
    return Kept(
        usage_files=usage["files"],
        usage_rows=usage["rows"] or 0,
        usage_bytes=usage["bytes"] or 0,
        documents=documents["files"],
        document_bytes=documents["bytes"] or 0,
        backup_at=backup,
        is_backup_old=backup is None or office.now() - backup > BACKUP_TOO_OLD,
    )


def amounts_in(facts: Sequence[Sequence[Any]]) -> tuple[Money, ...]:
    """Amounts as a job keeps them in its result."""
    return tuple(Money(Decimal(amount), currency) for amount, currency in facts)
