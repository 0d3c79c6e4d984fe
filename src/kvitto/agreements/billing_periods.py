"""Billing periods of what is invoiced, and when each may be invoiced. All days are UTC days.

MOSP: months from the subscription's anniversary day (agreements.md §4). MCA: calendar months (§5). Pure: no clock.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.periods import Period, calendar_month, midnight, month_after

LAST_ANNIVERSARY_DAY = 28
TOO_NEW = timedelta(days=30)


def anniversary_day_of(started_on: date) -> int:
    """The anniversary day of a subscription that names none: the day it started, or the 1st for the 29th to 31st."""
    return started_on.day if started_on.day <= LAST_ANNIVERSARY_DAY else 1


def periods_of(scope: InvoiceScope, until: date) -> Iterator[Period]:
    """The billing periods that begin on or before the day `until`, oldest first; the latest may still be open.

    MOSP: the first runs from the subscription's start to its next anniversary day, the latest of an ended subscription
    to the day it ended. MCA: whole calendar months, from the one in which the profile's first subscription started to
    the one in which its last subscription ended; a profile without subscriptions has none.
    """
    if not scope.subscriptions:
        return
    first_day = min(subscription.started_on for subscription in scope.subscriptions)
    ends = [subscription.ended_on for subscription in scope.subscriptions]
    end = max((day for day in ends if day), default=None) if all(ends) else None
    if scope.profile:
        first_day = first_day.replace(day=1)
    while first_day <= until and (end is None or first_day < end):
        whole = _cycle_from(scope, first_day)
        yield whole if scope.profile or end is None else Period(first_day, min(whole.end, end))
        first_day = whole.end


def period_containing(scope: InvoiceScope, day: date) -> Period | None:
    """The billing period that holds the day; None before the first and after the last."""
    for period in periods_of(scope, day):
        if day in period:
            return period
    return None


def invoice_due_at(scope: InvoiceScope, period: Period, cutoff: timedelta) -> datetime:
    """The moment from which the period may be invoiced.

    MOSP: the day of the month on which the account was created (the month's last where it has no such day), the first
    one on or after the end of the cycle; a period cut short by the end of the subscription keeps its usual date.
    MCA: the profile's invoice day in the month after the period. Both: never before the period's end plus `cutoff`,
    and never while the buyer is too new.
    """
    if scope.profile:
        usual = period.end.replace(day=scope.profile.invoice_day)
    else:
        usual = _account_day_from(_cycle_from(scope, period.start).end, scope.account.created_on.day)
    return max(midnight(usual), midnight(period.end) + cutoff, midnight(too_new_until(scope)))


def too_new_until(scope: InvoiceScope) -> date:
    """The first day on which the buyer is no longer too new for an invoice: day 30 after the start (invoices.md N1).

    MOSP: after the subscription's start. MCA: after the creation of the account.
    """
    started_on = scope.account.created_on if scope.profile else scope.subscriptions[0].started_on
    return started_on + TOO_NEW


def _cycle_from(scope: InvoiceScope, first_day: date) -> Period:
    """The period that begins on the day, as if the subscription never ended."""
    if scope.profile:
        return calendar_month(first_day)
    day_of_month = scope.subscriptions[0].anniversary_day
    this_month = first_day.replace(day=day_of_month)
    return Period(first_day, this_month if this_month > first_day else month_after(first_day).replace(day=day_of_month))


def _account_day_from(earliest: date, day_of_month: int) -> date:
    day = _clamped(earliest, day_of_month)
    return day if day >= earliest else _clamped(month_after(earliest), day_of_month)


def _clamped(month: date, day_of_month: int) -> date:
    return month.replace(day=min(day_of_month, monthrange(month.year, month.month)[1]))
