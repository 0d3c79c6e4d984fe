"""Rating invoices a second time by the reference, before they are issued; in parallel processes where that pays.

Nothing here touches the database: a process gets file names, members and prices, and gives back lines. So this module
may be imported by processes that know no office.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

from kvitto.agreements.price_sheet import Price
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Member, Unpriced
from kvitto.rating.reference import Row, rate
from kvitto.usage.store import daily_sums, raw_rows

RAW_ROWS_AT_MOST = 100_000  # of one invoice; more are summed by day first, by a query of their own
_ROWS_WORTH_PROCESSES = 200_000  # starting processes costs about as much as rating so many rows


@dataclass(frozen=True)
class CheckTask:
    """Some invoices over one period to rate again: the members of each, the files that hold their usage, the prices."""

    invoices: tuple[tuple[Member, ...], ...]
    period: Period
    files: tuple[Path, ...]
    prices: tuple[Price, ...]


@dataclass(frozen=True)
class CheckedRating:
    """What the reference finds for the invoices of one task."""

    lines: tuple[ChargeLine, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()

    def __add__(self, other: CheckedRating) -> CheckedRating:
        return CheckedRating(self.lines + other.lines, self.unpriced + other.unpriced)


class SecondRating:
    """Rates by the reference, in processes of its own once there is much to do. Use as a context manager.

    Processes are started once and kept, because closing comes with one portion of invoices after the other; and they
    work while closing does other things.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def start(self, tasks: Sequence[CheckTask], rows: int) -> Callable[[], CheckedRating]:
        """Begin to rate all tasks by the reference; call what it gives for the result. That raises `UnableToRate`.

        `rows` says about how many usage rows there are to read; few are read when the result is asked for.
        """
        processes = os.cpu_count() or 1
        if min(processes, len(tasks)) < 2 or rows < _ROWS_WORTH_PROCESSES:  # noqa: PLR2004 - one process is no pool
            return lambda: _together(map(rate_task, tasks))
        if self._pool is None:
            # Forking a process that has threads (DuckDB's) is not safe, so each starts anew.
            self._pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
        results = self._pool.map(rate_task, tasks)
        return lambda: _together(results)


def rate_task(task: CheckTask) -> CheckedRating:
    """The reference's rating of one task; of more rows than fit, by halves, and of one large invoice on daily sums."""
    rows = _raw_rows(task)
    if rows is not None:
        found = rate(rows, _members(task), task.prices)
        return CheckedRating(tuple(found.lines), tuple(found.unpriced))
    if len(task.invoices) > 1:
        half = len(task.invoices) // 2
        parts = (task.invoices[:half], task.invoices[half:])
        return sum((rate_task(replace(task, invoices=part)) for part in parts), start=CheckedRating())
    found = rate(_daily_rows(task), _members(task), task.prices)
    return CheckedRating(tuple(found.lines), tuple(found.unpriced))


def _members(task: CheckTask) -> list[Member]:
    return [member for members in task.invoices for member in members]


def _raw_rows(task: CheckTask) -> list[Row] | None:
    """All rows of the task as they were accepted; None if they are too many."""
    subscriptions = [member.subscription for member in _members(task)]
    rows = [
        (subscription, resource, meter, used_at.date(), quantity, unit)
        for subscription, resource, meter, used_at, quantity, unit in islice(
            raw_rows(task.files, subscriptions, task.period), RAW_ROWS_AT_MOST + 1
        )
    ]
    return rows if len(rows) <= RAW_ROWS_AT_MOST else None


def _daily_rows(task: CheckTask) -> Iterator[Row]:
    subscriptions = [member.subscription for member in _members(task)]
    for subscription, meter, resource, day, unit, quantity, _ in daily_sums(task.files, subscriptions, task.period):
        yield subscription, resource, meter, day, quantity, unit


def _together(results: Iterable[CheckedRating]) -> CheckedRating:
    lines: list[ChargeLine] = []
    unpriced: list[Unpriced] = []
    for result in results:
        lines += result.lines
        unpriced += result.unpriced
    return CheckedRating(tuple(lines), tuple(unpriced))
