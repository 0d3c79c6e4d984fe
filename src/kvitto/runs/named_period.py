"""Finding a billing period by the name people give it: the month, or the day, of its first day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.periods import Period, month_named
from kvitto.runs.listed_periods import listed_periods


class UnableToFindPeriod(UnableTo):
    """The name is no name of a period, or the scope has no such period."""


def named_period(
    scope: InvoiceScope,
    name: str,
    now: datetime,
    kind: InvoiceKind = InvoiceKind.SERVICES,
    issued: Iterable[Period] = (),
) -> Period:
    """The period of the scope whose first day lies in the month "2024-02", or is the day "2024-02-05".

    With `issued`, the periods that have an invoice of this kind, also what was invoiced or is left of a period that was
    invoiced in part. Raises `UnableToFindPeriod` with the reason: no name of a period, none begins then, not begun yet,
    or two of them.
    """
    month = days_named(name)
    if month.start > now.date():
        raise UnableToFindPeriod(
            phrase("The billing period {name} has not begun: it is {today} now.", name=name, today=now.date())
        )
    begun = listed_periods(scope, now.date(), kind, issued)
    found = [period for period in begun if period.start in month]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnableToFindPeriod(
            phrase(
                "Two billing periods of {scope} begin in {name}. Name one by its first day: {days}.",
                scope=scope.name, name=name, days=tuple(period.start.isoformat() for period in found),
            )
        )  # fmt: skip
    raise _not_there(scope, month, name, begun)


def _not_there(scope: InvoiceScope, month: Period, name: str, begun: list[Period]) -> UnableToFindPeriod:
    if not begun:
        return UnableToFindPeriod(phrase("{scope} has no billing period yet.", scope=scope.name))
    if month.end <= begun[0].start:
        return UnableToFindPeriod(
            phrase(
                "{scope} has no billing period {name}: its first one begins on {day}.",
                scope=scope.name, name=name, day=begun[0].start,
            )
        )  # fmt: skip
    if month.start >= begun[-1].end:
        return UnableToFindPeriod(
            phrase(
                "{scope} has no billing period {name}: its last one ended on {day}.",
                scope=scope.name, name=name, day=begun[-1].last_day,
            )
        )  # fmt: skip
    return UnableToFindPeriod(
        phrase(
            "No billing period of {scope} begins in {name}. The latest one begins on {day}.",
            scope=scope.name, name=name, day=begun[-1].start,
        )
    )  # fmt: skip


def days_named(name: str) -> Period:
    """The days on which a period that is named so may begin: a month or one day. Raises `UnableToFindPeriod`."""
    try:
        if len(name) == len("2024-02-05"):
            day = date.fromisoformat(name)
            return Period(day, date.fromordinal(day.toordinal() + 1))
        return month_named(name)
    except (ValueError, OverflowError) as error:
        raise UnableToFindPeriod(
            phrase(
                "“{name}” does not name a billing period. Write the month of its first day, such as 2024-02.", name=name
            )
        ) from error
