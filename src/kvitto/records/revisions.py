"""Revisions: numbered recordings of agreements and prices, taken one after another."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import models
from django.db.models import Q

from kvitto.records.asked_once import asked_once
from kvitto.records.models import OfficeFact, Revision
from kvitto.records.models.office import DatedRecord
from kvitto.records.prepared import prepared

_LOCK = "latest_revision"

Dated = TypeVar("Dated", bound=DatedRecord)


@asked_once(lambda: ())
def latest_revision() -> int:
    """The number of the latest revision; 0 before the first."""
    return next((number for (number,) in _latest()), 0)


@prepared
def _latest() -> models.QuerySet[Revision, tuple[int]]:
    return Revision.objects.order_by("-number").values_list("number")[:1]


def hold_revisions() -> None:
    """Let nobody else record a revision until the transaction ends. To be called inside a transaction.

    Numbers are then committed in their order, so that what was recorded up to a revision never grows afterwards.
    """
    OfficeFact.objects.get_or_create(name=_LOCK, defaults={"value": ""})
    OfficeFact.objects.select_for_update().get(name=_LOCK)


def next_revision(recorded_at: datetime, cause: str) -> Revision:
    """A new revision, recorded inside the caller's transaction; others wait until that ends."""
    hold_revisions()
    return Revision.objects.create(recorded_at=recorded_at, cause=cause)


def believed(records: models.QuerySet[Dated], revision: int | None) -> models.QuerySet[Dated]:
    """The records believed at a revision; None for those believed now."""
    if revision is None:
        return records.filter(superseded_in=None)
    return records.filter(Q(superseded_in=None) | Q(superseded_in__gt=revision), recorded_in__lte=revision)
