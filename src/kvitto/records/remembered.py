"""Agreements that this process has read already, for as long as nothing about any agreement is recorded.

What was read is remembered under the mark of the latest recording that touched an agreement. Marks are random, so what
is remembered of one database is never taken for another's, nor for what a transaction wrote and took back. Roles,
policies and prices do not touch agreements: they are read anew by whoever asks, and make nobody forget.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from django.db.models import Subquery

from kvitto.records.models import AgreementRecord, Revision

Value = TypeVar("Value")

_MOST = 100_000  # things (subscriptions and what stands around them) that are remembered at once


class _Memory:
    """What was read last; the longest unused goes first."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][1]

    def put(self, key: Hashable, value: Any, weight: int) -> None:
        with self._lock:
            if key in self._values:
                self._weight -= self._values.pop(key)[0]
            self._values[key] = (weight, value)
            self._weight += weight
            while self._weight > _MOST and len(self._values) > 1:
                self._weight -= self._values.popitem(last=False)[1][0]


_memory = _Memory()


def agreements_mark(revision: int | None = None) -> tuple[Hashable, ...] | None:
    """What the agreements of this moment are remembered under, as they are believed at the revision; None: nothing is.

    One query. A revision since which no agreement was touched is the same as now.
    """
    records = AgreementRecord.objects
    newest = records.order_by("-recorded_in")
    ended = records.filter(superseded_in__isnull=False).order_by("-superseded_in")
    found = (
        Revision.objects.order_by("-number")
        .values_list(
            Subquery(records.order_by("-pk").values("pk")[:1]),
            Subquery(newest.values("recorded_in__mark")[:1]),
            Subquery(newest.values("recorded_in")[:1]),
            Subquery(ended.values("superseded_in__mark")[:1]),
            Subquery(ended.values("superseded_in")[:1]),
        )
        .first()
    )
    if found is None or found[0] is None:
        return None
    pk, recorded, recorded_in, superseded, superseded_in = found
    is_now = revision is None or revision >= max(recorded_in, superseded_in or 0)
    return (pk, recorded, recorded_in, superseded, superseded_in, None if is_now else revision)


def remembered(key: tuple[Hashable, ...], read: Callable[[], tuple[Value, int]]) -> Value:
    """What was read under this key, else what `read` gives: a value that nobody may change, and how much it weighs."""
    found: Value | None = _memory.get(key)
    if found is None:
        found, weight = read()
        _memory.put(key, found, weight)
    return found
