"""The operator's first page, and what is kept."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from kvitto.portal.operator.doors import for_operators, show
from kvitto.portal.operator.due import STATES, TITLES
from kvitto.records.audit import latest_head
from kvitto.runs import office_facts
from kvitto.runs.jobs.job import CHECK_STORE, OFFICE_KINDS, VERIFY_TRAIL


@for_operators
@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """How much is due and what needs the operator."""
    return show(
        request,
        "overview",
        "operator",
        office=office_facts.overview(settings.OFFICE),
        kept=office_facts.kept(settings.OFFICE),
        jobs=office_facts.latest_jobs(*OFFICE_KINDS)[:5],
        titles=TITLES,
        states=STATES,
    )


@for_operators
@require_safe
def kept(request: HttpRequest) -> HttpResponseBase:
    """Store, documents, backups and audit trail: how much, and whether it was found whole."""
    return show(
        request,
        "kept",
        "operator_kept",
        kept=office_facts.kept(settings.OFFICE),
        head=latest_head(),
        checks=[(kind, TITLES[kind], office_facts.latest_jobs(kind).first()) for kind in (VERIFY_TRAIL, CHECK_STORE)],
        states=STATES,
    )
