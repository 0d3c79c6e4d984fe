"""The agreement as it stood on the last day of a period: what its invoice is made from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.tree import Tree
from kvitto.periods import Period
from kvitto.records.agreements import tree, tree_around
from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import believed


class ScopeVersions:
    """Invoice scopes as believed at one revision, as they were valid on any day.

    All of the office, or only these `scopes`. The agreements of a day are read once, and only if anything in the office
    ever changed.
    """

    def __init__(self, revision: int, scopes: Iterable[Scope] | None = None) -> None:
        self._revision = revision
        self._scopes = None if scopes is None else list(scopes)
        self._has_earlier = believed(AgreementRecord.objects.all(), revision).exclude(valid_to=None).exists()
        self._on_day: dict[date, Tree] = {}

    def for_period(self, scope: InvoiceScope, period: Period) -> InvoiceScope | None:
        """The scope as it was valid on the period's last day; None if there was nothing in it on that day."""
        if not self._has_earlier:
            return scope
        if period.last_day not in self._on_day:
            self._on_day[period.last_day] = self._tree(period.last_day)
        found = self._on_day[period.last_day].invoice_scope(scope.scope)
        return found if found and found.subscriptions and found.scope == scope.scope else None

    def _tree(self, day: date) -> Tree:
        if self._scopes is None:
            return tree(self._revision, day)
        return tree_around(self._scopes, self._revision, day)
