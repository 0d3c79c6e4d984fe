"""What is due, working out what closing would do, closing, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.documents.words import KINDS
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.portal.operator.doors import for_operators, show
from kvitto.portal.permission import person_of
from kvitto.records.gate import NotFound
from kvitto.records.jobs import JobState
from kvitto.records.models import Job
from kvitto.records.phrase_facts import phrase_from
from kvitto.runs.closing.preview import periods_now
from kvitto.runs.jobs.checks import ask_for_check
from kvitto.runs.jobs.close_due import ask_for_preview, ask_to_close, what_is_known
from kvitto.runs.jobs.job import CHECK_STORE, CLOSE, OFFICE_KINDS, PREVIEW, VERIFY_TRAIL
from kvitto.runs.office_facts import amounts_in, due_now, latest_jobs, previewed

KIND_NAMES = {InvoiceKind.SERVICES: phrase("Services"), **KINDS}
_ROWS = 50
_LISTS = {CLOSE: ("listed", "without_invoice", "blocked", "late"), PREVIEW: ("blocked", "unpriced")}
_CHANGED = phrase("What is due has changed since you opened this page. Nothing was closed; look again.")
TITLES = {
    CLOSE: phrase("Closing what is due"),
    PREVIEW: phrase("Working out what is due"),
    VERIFY_TRAIL: phrase("Verifying the audit trail"),
    CHECK_STORE: phrase("Checking the usage store"),
}
STATES = {
    JobState.WAITING: phrase("Waiting"),
    JobState.RUNNING: phrase("Running"),
    JobState.DONE: phrase("Done"),
    JobState.FAILED: phrase("Failed"),
    JobState.CANCELLED: phrase("Stopped"),
}


@dataclass(frozen=True)
class ListedPeriod:
    """A billing period with what is told of it."""

    name: str
    period: Period
    kind: Phrase
    causes: tuple[Phrase, ...]
    number: str = ""
    amount: Money | None = None


@for_operators
@require_safe
def due(request: HttpRequest) -> HttpResponseBase:
    """The periods that can be closed now, what would be held back, and what comes next."""
    now = due_now(settings.OFFICE)
    page = Paginator(now.periods, _ROWS).get_page(request.GET.get("page"))
    blocked = periods_now(settings.OFFICE).blocked
    known = previewed(settings.OFFICE)
    return show(
        request,
        "due",
        "operator_due",
        due=now,
        kinds=KIND_NAMES,
        page=page,
        rows=[ListedPeriod(one.scope.name, one.period, KIND_NAMES[one.kind], ()) for one in page.object_list],
        blocked=[ListedPeriod(one.scope.name, one.period, KIND_NAMES[one.kind], one.causes) for one in blocked],
        previewed=known,
        held=listed(known.job.result["blocked"]) if known else (),
        held_more=known.job.result["blocked_count"] - len(known.job.result["blocked"]) if known else 0,
        working=latest_jobs(PREVIEW, CLOSE).filter(state__in=[JobState.WAITING, JobState.RUNNING]).first(),
        closed=latest_jobs(CLOSE).filter(state__in=[JobState.DONE, JobState.FAILED])[:5],
        states=STATES,
    )


@for_operators
@require_safe
def unpriced(request: HttpRequest) -> HttpResponseBase:
    """Usage of open periods that no price covers, as it was found last; of due periods it is told what holds them."""
    known = previewed(settings.OFFICE)
    found: dict[str, Any] = known.job.result if known else {"unpriced": [], "unpriced_count": 0}
    return show(
        request,
        "unpriced",
        "operator_unpriced",
        previewed=known,
        rows=listed(found["unpriced"]),
        more=found["unpriced_count"] - len(found["unpriced"]),
    )


@for_operators
@require_POST
def work_out(request: HttpRequest) -> HttpResponseBase:
    """Work out what closing would do, in the background."""
    return redirect("operator_job", ask_for_preview(settings.OFFICE, person_of(request)).pk)


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponseBase:
    """Ask once more, with what will be issued; then close in the background."""
    known = "-".join(map(str, what_is_known(settings.OFFICE)))
    if request.method == "POST":
        if request.POST.get("known") == known:
            return redirect("operator_job", ask_to_close(settings.OFFICE, person_of(request)).pk)
        messages.warning(request, str(_CHANGED))
        return redirect("operator_close")
    worked_out = previewed(settings.OFFICE)
    return show(
        request,
        "close",
        "operator_due",
        due=due_now(settings.OFFICE),
        previewed=worked_out if worked_out and worked_out.is_current else None,
        known=known,
    )


@for_operators
@require_POST
def check(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Verify the audit trail or check the usage store, in the background."""
    if kind not in {VERIFY_TRAIL, CHECK_STORE}:
        raise NotFound(phrase("There is no such check."))
    return redirect("operator_job", ask_for_check(settings.OFFICE, person_of(request), kind).pk)


@for_operators
@require_safe
def office_job(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """How far a job of the office is, and what came of it."""
    job = Job.objects.select_related("asked_by").filter(pk=key, kind__in=OFFICE_KINDS).first()
    if job is None:
        raise NotFound(phrase("There is no such job."))
    state = JobState(job.state)
    if state in {JobState.DONE, JobState.FAILED} and job.seen_at is None:
        Job.objects.filter(pk=job.pk).update(seen_at=settings.OFFICE.now())
    return show(
        request,
        "job",
        "operator_due" if job.kind in {CLOSE, PREVIEW} else "operator_kept",
        job=job,
        title=TITLES[job.kind],
        state=STATES[state],
        is_open=state in {JobState.WAITING, JobState.RUNNING},
        problem=phrase_from(job.problem) if job.problem and state is JobState.FAILED else None,
        told=told_of(job) if state is JobState.DONE else None,
    )


def told_of(job: Job) -> dict[str, Any]:
    """What came of a job that is done, as its page shows it."""
    result = job.result
    if job.kind not in _LISTS:
        return {**result, "faults": [phrase_from(fault) for fault in result["faults"]]}
    lists = {name: listed(result[name]) for name in _LISTS[job.kind]}
    told = {**result, "amounts": amounts_in(result["amounts"]), **lists}
    return {**told, "trouble": phrase_from(result["trouble"])} if result.get("trouble") else told


def listed(rows: list[dict[str, Any]]) -> tuple[ListedPeriod, ...]:
    """The periods that a job names in its result."""
    return tuple(
        ListedPeriod(
            row["name"],
            Period(date.fromisoformat(row["start"]), date.fromisoformat(row["end"])),
            KIND_NAMES[InvoiceKind(row["kind"])],
            tuple(phrase_from(cause) for cause in row["causes"]),
            row.get("number", ""),
            amounts_in([row["amount"]])[0] if "amount" in row else None,
        )
        for row in rows
    )
