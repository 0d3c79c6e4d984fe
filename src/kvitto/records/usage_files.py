"""Which usage exists: the files of the store, how they are asked for, and how a batch of rows comes to exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet, Sum

from kvitto.records.asked_once import asked_once
from kvitto.records.models import OfficeFact, UsageBatch, UsageFile, UsageImport
from kvitto.records.prepared import Given, prepared
from kvitto.usage.publishing import StoredFile
from kvitto.usage.store import bucket_of

BUCKETS = "usage_buckets"
_BUCKETS_UNLESS_SET = "8"
_IN_EVERY_BUCKET = 20  # times as many subscriptions as buckets: hardly a bucket has none of them


class SequenceMoved(Exception):  # noqa: N818 - not a fault: somebody else was quicker
    """Usage was accepted since the caller looked; compare with it and try again."""


@asked_once(lambda: ())
def bucket_count() -> int:
    """Into how many buckets the office divides its subscriptions; fixed for ever once it is asked for."""
    known = _bucket_fact()
    if not known:
        fact, _ = OfficeFact.objects.get_or_create(name=BUCKETS, defaults={"value": _BUCKETS_UNLESS_SET})
        return int(fact.value)
    return int(known[0][0])


@asked_once(lambda: ())
def latest_sequence() -> int:
    """How many usage rows were ever accepted; 0 for none. The first half of an as-of."""
    return next((sequence for (sequence,) in _latest_batch()), 0)


@prepared
def _bucket_fact() -> QuerySet[OfficeFact, tuple[str]]:
    return OfficeFact.objects.filter(name=BUCKETS).values_list("value")


@prepared
def _latest_batch() -> QuerySet[UsageBatch, tuple[int]]:
    return UsageBatch.objects.order_by("-sequence").values_list("sequence")[:1]


def manifest(
    months: Sequence[str] | None = None, subscriptions: Iterable[str] | None = None, up_to_sequence: int | None = None
) -> list[Path]:
    """The files, below the store's folder, that hold all usage of these months and subscriptions known at a sequence.

    None: of all months, of all subscriptions, known now. A file may hold other subscriptions too.
    """
    return _paths(None, up_to_sequence, months, subscriptions)


def files_after(
    sequence: int, months: Sequence[str] | None = None, subscriptions: Iterable[str] | None = None
) -> list[Path]:
    """The same for usage that was accepted after a sequence."""
    return _paths(sequence, None, months, subscriptions)


def rows_at_most(months: Sequence[str], subscriptions: Iterable[str]) -> int:
    """No more rows than this many are known of these months and subscriptions; files hold those of others too."""
    return sum(rows for (rows,) in _rows(**_places(months, subscriptions)))


def _paths(
    after: int | None, up_to: int | None, months: Sequence[str] | None, subscriptions: Iterable[str] | None
) -> list[Path]:
    if after is None and up_to is None and months is not None and subscriptions is not None:
        return [Path(path) for (path,) in _known(**_places(months, subscriptions))]
    files = _files(after, up_to, months, subscriptions).order_by("path")
    return [Path(path) for path in files.values_list("path", flat=True)]


def _files(
    after: int | None, up_to: int | None, months: Sequence[str] | None, subscriptions: Iterable[str] | None
) -> QuerySet[UsageFile]:
    files = UsageFile.objects.all()
    if after is not None:
        files = files.filter(batch_id__gt=after)
    if up_to is not None:
        files = files.filter(batch_id__lte=up_to)
    if months is not None:
        files = files.filter(month__in=list(months))
    buckets = None if subscriptions is None else _buckets(subscriptions)
    return files if buckets is None else files.filter(bucket__in=buckets)


def _buckets(subscriptions: Iterable[str]) -> list[int] | None:
    """Those in which usage of these subscriptions may lie; None for all."""
    wanted, count = list(subscriptions), bucket_count()
    if len(wanted) >= _IN_EVERY_BUCKET * count:
        return None
    return sorted({bucket_of(subscription, count) for subscription in wanted})


def _places(months: Sequence[str], subscriptions: Iterable[str]) -> dict[str, list[Any]]:
    buckets = _buckets(subscriptions)
    return {"months": list(months)} if buckets is None else {"months": list(months), "buckets": buckets}


@prepared
def _rows(months: list[Given], **more: list[Given]) -> QuerySet[UsageFile, tuple[int]]:
    return _in(months, **more).order_by().values("month").annotate(sum=Sum("rows")).values_list("sum")


@prepared
def _known(months: list[Given], **more: list[Given]) -> QuerySet[UsageFile, tuple[str]]:
    return _in(months, **more).order_by("path").values_list("path")


def _in(months: list[Given], buckets: list[Any] | None = None) -> QuerySet[UsageFile]:
    files = UsageFile.objects.filter(month__in=months)
    return files if buckets is None else files.filter(bucket__in=buckets)


@contextmanager
def holding_the_store() -> Iterator[None]:
    """A transaction during which nobody else adds files to the store or sweeps it."""
    bucket_count()
    with transaction.atomic():
        OfficeFact.objects.select_for_update().get(name=BUCKETS)
        yield


def add_batch(
    usage_import: UsageImport, files: Sequence[StoredFile], seen_sequence: int, accepted_at: datetime
) -> UsageBatch | None:
    """Make the files exist, inside `holding_the_store`; None if there are none.

    `seen_sequence` is the latest one when the rows were compared with the store; `SequenceMoved` if it no longer is.
    """
    if latest_sequence() != seen_sequence:
        raise SequenceMoved
    rows = sum(file.rows for file in files)
    if not rows:
        return None
    batch = UsageBatch.objects.create(
        sequence=seen_sequence + rows, usage_import=usage_import, accepted_at=accepted_at, rows=rows
    )
    UsageFile.objects.bulk_create(
        [
            UsageFile(
                path=file.path,
                batch=batch,
                month=file.month,
                bucket=file.bucket,
                rows=file.rows,
                bytes=file.bytes,
                digest=file.digest,
            )
            for file in files
        ],
        batch_size=500,
    )
    return batch


@asked_once(lambda months, up_to_sequence: (*months, up_to_sequence))
def usage_state(months: Sequence[str], up_to_sequence: int) -> dict[tuple[str, int], str]:
    """A text for each month and bucket that tells what usage it holds, as known at a sequence; one query.

    It stays the same as long as no file comes to the bucket and none is deleted. Buckets without usage are left out.
    """
    rows = _state(months=list(months), up_to=up_to_sequence)
    return {(month, bucket): repr(rest) for month, bucket, *rest in rows}


@prepared
def _state(months: list[Given], up_to: Given) -> QuerySet[UsageFile, tuple[Any, ...]]:
    return (
        UsageFile.objects.filter(month__in=months, batch_id__lte=up_to)
        .values_list("month", "bucket")
        .annotate(Max("batch_id"), Max("path"), Count("path"), Sum("rows"))
        .order_by()
    )
