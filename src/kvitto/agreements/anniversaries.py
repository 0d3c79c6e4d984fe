"""The anniversary days of a subscription: where its months begin and end, and how a suspension shifts them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kvitto.agreements.dated import FOREVER
from kvitto.agreements.hierarchy import Subscription
from kvitto.periods import Period, month_after

LAST_ANNIVERSARY_DAY = 28
LAST_DAY_OF_ANY_MONTH = 31
_SHORTEST = timedelta(days=15)


def anniversary_day_of(started_on: date) -> int:
    """The anniversary day of a subscription that names none: the day it started, or the 1st for the 29th to 31st."""
    return started_on.day if started_on.day <= LAST_ANNIVERSARY_DAY else 1


def anniversaries(subscription: Subscription, after: date = date.min) -> Iterator[date]:
    """Every anniversary after this day and the one the subscription started, without an end (agreements.md §4.2).

    Re-enabling moves the day by as many days as the subscription was suspended. Anniversaries during a suspension stay
    as they were, because invoices may have been made from them; but the latest of them gives way if less than half a
    month would be left until the next (chosen). A suspension that goes on moves nothing.
    """
    if not subscription.suspended:
        return _every_month(_next_on(subscription.anniversary_day, max(after, subscription.started_on)))
    return (day for day in _shifted_anniversaries(subscription) if day > after)


def _shifted_anniversaries(subscription: Subscription) -> Iterator[date]:
    upcoming = _next_on(subscription.anniversary_day, subscription.started_on)
    for suspension in sorted(subscription.suspended):
        if suspension.end == FOREVER or suspension.end <= subscription.started_on:
            continue
        while upcoming <= suspension.start:
            yield upcoming
            upcoming = _a_month_later(upcoming)
        shifted = _shifted(upcoming, suspension.length_in_days)
        meanwhile = []
        while upcoming <= suspension.end:
            meanwhile.append(upcoming)
            upcoming = _a_month_later(upcoming)
        if meanwhile and shifted - meanwhile[-1] < _SHORTEST:
            meanwhile.pop()
        yield from meanwhile
        upcoming = shifted
    yield from _every_month(upcoming)


def _every_month(first: date) -> Iterator[date]:
    while True:
        yield first
        first = _a_month_later(first)


def cycles(subscription: Subscription, first_day: date, months: int = 1) -> Iterator[Period]:
    """The periods from one anniversary to the next, or over so many months, from this day on, without an end."""
    start = first_day
    later = anniversaries(subscription, first_day)
    while True:
        for _ in range(months):
            end = next(later)
        yield Period(start, end)
        start = end


def _shifted(anniversary: date, days: int) -> date:
    """The anniversary that follows the start of a suspension of so many days, once it is over.

    Old day + days; 29 to 31 becomes the 1st of the next month. A sum above 31 is counted on as a date, and then treated
    the same way.
    """
    if anniversary.day + days <= LAST_ANNIVERSARY_DAY:
        return anniversary.replace(day=anniversary.day + days)
    if anniversary.day + days <= LAST_DAY_OF_ANY_MONTH:
        return month_after(anniversary)
    later = anniversary + timedelta(days=days)
    return later if later.day <= LAST_ANNIVERSARY_DAY else month_after(later)


def _next_on(day_of_month: int, after: date) -> date:
    this_month = after.replace(day=day_of_month)
    return this_month if this_month > after else month_after(after).replace(day=day_of_month)


def _a_month_later(anniversary: date) -> date:
    return month_after(anniversary).replace(day=anniversary.day)
