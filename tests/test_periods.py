"""Periods include their start and not their end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.periods import Period, calendar_month, midnight, month_after, month_before, month_named

days = st.dates(date(1999, 1, 1), date(2101, 1, 1))


def test_the_end_is_outside() -> None:
    """1 to 8 March holds the 7th and not the 8th."""
    week = Period(date(2024, 3, 1), date(2024, 3, 8))
    assert date(2024, 3, 1) in week
    assert date(2024, 3, 7) in week
    assert date(2024, 3, 8) not in week
    assert week.last_day == date(2024, 3, 7)
    assert week.length_in_days == len(list(week.days())) == 7


def test_a_period_does_not_end_before_it_starts() -> None:
    """An empty or backward period is a fault."""
    with pytest.raises(ValueError, match="end after it starts"):
        Period(date(2024, 3, 1), date(2024, 3, 1))


@given(days)
def test_a_calendar_month_holds_its_days(day: date) -> None:
    """Each day is in its own month, and the months before and after touch it without a gap."""
    month = calendar_month(day)
    assert day in month
    assert month.start.day == 1
    assert month.end == month_after(day)
    assert calendar_month(month_before(day)).end == month.start
    assert month.months() == [f"{day:%Y-%m}"]


@given(days, st.integers(1, 400), days, st.integers(1, 400))
def test_an_overlap_holds_the_days_of_both(start: date, length: int, other_start: date, other_length: int) -> None:
    """A day is in the overlap exactly when it is in both periods."""
    one = Period(start, start + timedelta(length))
    other = Period(other_start, other_start + timedelta(other_length))
    overlap = one.overlap(other)
    shared = set(one.days()) & set(other.days())
    assert (set(overlap.days()) if overlap else set()) == shared
    assert other.overlap(one) == overlap


def test_months_are_those_it_touches() -> None:
    """A period over the turn of a year names each month once."""
    assert Period(date(2023, 12, 31), date(2024, 3, 1)).months() == ["2023-12", "2024-01", "2024-02"]


def test_a_month_has_a_name() -> None:
    """2024-02 is February of a leap year; anything else is no month."""
    assert month_named("2024-02").length_in_days == 29
    for wrong in ("2024-13", "2024", "February", "2024-02-01"):
        with pytest.raises(ValueError, match=r"does not match|unconverted"):
            month_named(wrong)


def test_midnight_is_utc() -> None:
    """A pinned day begins at 00:00 UTC."""
    assert midnight(date(2024, 3, 20)) == datetime(2024, 3, 20, 0, 0, tzinfo=UTC)
