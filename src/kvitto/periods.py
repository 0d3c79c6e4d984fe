"""Spans of UTC days that include their start and not their end, and moments in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

ONE_DAY = timedelta(days=1)
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, order=True)
class Period:
    """UTC days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            message = f"a period must end after it starts: {self.start} … {self.end}"
            raise ValueError(message)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def last_day(self) -> date:
        """The last day inside; what people call the end of the period."""
        return self.end - ONE_DAY

    @property
    def length_in_days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        return (self.start + timedelta(days=offset) for offset in range(self.length_in_days))

    def overlap(self, other: Period) -> Period | None:
        """The days both hold, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def months(self) -> list[str]:
        """The UTC months it touches, as "2024-02", in order."""
        months, day = [], self.start.replace(day=1)
        while day < self.end:
            months.append(f"{day:%Y-%m}")
            day = month_after(day)
        return months


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - ONE_DAY).replace(day=1)


def calendar_month(day: date) -> Period:
    """The calendar month that holds the day."""
    return Period(day.replace(day=1), month_after(day))


def month_named(name: str) -> Period:
    """The calendar month called "2024-02"; ValueError if it is not such a name."""
    return calendar_month(datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC).date())


def midnight(day: date) -> datetime:
    """The moment the UTC day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
