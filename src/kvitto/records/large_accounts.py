"""Which billing accounts have very many subscriptions: pages about them take long to read for the first time."""

from __future__ import annotations

from django.db.models import Count
from django.db.models.fields.json import KT

from kvitto.agreements.hierarchy import ScopeKind
from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import believed


def large_accounts(least: int) -> list[tuple[str, int]]:
    """The ids of the accounts with at least so many subscriptions, and how many; the largest first. One query."""
    now = believed(AgreementRecord.objects.filter(kind=ScopeKind.SUBSCRIPTION.value, valid_to=None), None)
    counted = now.values(account=KT("facts__account_id")).annotate(count=Count("pk")).filter(count__gte=least)
    return [(row["account"], row["count"]) for row in counted.order_by("-count")]
