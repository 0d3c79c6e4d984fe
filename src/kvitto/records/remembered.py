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
from uuid import uuid4

from django.db import connection

from kvitto.records.asked_once import asked_once
from kvitto.records.models import OfficeFact

Value = TypeVar("Value")

EDITED = "agreements_edited"  # a random mark of the last time at which facts were changed after they were recorded

# As text, because pages ask it often: the latest row, the latest revision that recorded one and that superseded one.
_NEWEST = """SELECT
        (SELECT max(id) FROM records_agreementrecord), recorded.number, recorded.mark, ended.number, ended.mark,
        (SELECT value FROM records_officefact WHERE name = 'agreements_edited')
    FROM (
        SELECT
            (SELECT max(recorded_in_id) FROM records_agreementrecord) AS number,
            (SELECT max(superseded_in_id) FROM records_agreementrecord) AS ended
    ) AS newest
    INNER JOIN records_revision AS recorded ON recorded.number = newest.number
    LEFT JOIN records_revision AS ended ON ended.number = newest.ended
"""
_MOST = 100_000  # things (subscriptions and what stands around them) that are remembered at once
_MOST_LINES = 250_000  # of documents, which drive out no agreements: a very long invoice with its sheet


class _Memory:
    """What was read last; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
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
            while self._weight > self._most and len(self._values) > 1:
                self._weight -= self._values.popitem(last=False)[1][0]

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._weight = 0


_agreements = _Memory(_MOST)
_documents = _Memory(_MOST_LINES)


def agreements_mark(revision: int | None = None) -> tuple[Hashable, ...] | None:
    """What the agreements of this moment are remembered under, as they are believed at the revision; None: nothing is.

    One query. A revision since which no agreement was touched is the same as now.
    """
    found = _newest()
    if found is None or found[0] is None:
        return None
    pk, recorded_in, recorded, superseded_in, superseded, edited = found
    is_now = revision is None or revision >= max(recorded_in, superseded_in or 0)
    return (pk, recorded, recorded_in, superseded, superseded_in, edited, None if is_now else revision)


def agreements_edited() -> None:
    """Facts were changed without a recording, in the caller's transaction: what was read of them is not remembered."""
    OfficeFact.objects.update_or_create(name=EDITED, defaults={"value": uuid4().hex})


@asked_once(lambda: ())
def _newest() -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def recall(key: tuple[Hashable, ...]) -> Any:
    """What was remembered of documents under this key; None if nothing is."""
    return _documents.get(key)


def remember(key: tuple[Hashable, ...], value: object, weight: int) -> None:
    """Remember under this key documents that nobody may change; `weight` is how many lines they have."""
    _documents.put(key, value, weight)


def remembered(key: tuple[Hashable, ...], read: Callable[[], tuple[Value, int]]) -> Value:
    """What was read under this key, else what `read` gives: a value that nobody may change, and how much it weighs."""
    return _remembered(_agreements, key, read)


def remembered_document(key: tuple[Hashable, ...], read: Callable[[], tuple[Value, int]]) -> Value:
    """The same of an invoice or what is made of one; it weighs as much as it has lines."""
    return _remembered(_documents, key, read)


def _remembered(memory: _Memory, key: tuple[Hashable, ...], read: Callable[[], tuple[Value, int]]) -> Value:
    found: Value | None = memory.get(key)
    if found is None:
        found, weight = read()
        memory.put(key, found, weight)
    return found


def forget() -> None:
    """Remember nothing, like a process that has just started."""
    _agreements.clear()
    _documents.clear()
