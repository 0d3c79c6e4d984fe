"""Values that hold for some days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from kvitto.periods import Period

Value = TypeVar("Value")
FOREVER = date.max  # the end of what holds until further notice


@dataclass(frozen=True)
class Dated(Generic[Value]):
    """One version of something, and the days on which it holds; `FOREVER` ends what holds until further notice."""

    value: Value
    days: Period


def joined(spans: Iterable[Period]) -> tuple[Period, ...]:
    """The same days in order of time, spans that touch each other made one."""
    found: list[Period] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def within(spans: Iterable[Period], limits: Period) -> tuple[Period, ...]:
    """What of the spans lies within the limits."""
    return tuple(part for span in spans if (part := span.overlap(limits)))


def on_day(versions: Sequence[Dated[Value]], day: date) -> Value | None:
    """The value that holds on the day, or None."""
    return next((version.value for version in versions if day in version.days), None)
