"""Whether an issued invoice is due or past due, by the calendar of its seller (invoices.md §2)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from kvitto.language import Phrase, phrase


class Status(StrEnum):
    """The values are the published names on the wire; `said` gives the words for people."""

    DUE = "Due"
    PAST_DUE = "OverDue"
    PAID = "Paid"

    @property
    def said(self) -> Phrase:
        """The status as a reader knows it."""
        return _WORDS[self]


_WORDS = {
    Status.DUE: phrase("Due"),
    Status.PAST_DUE: phrase("Past due"),
    Status.PAID: phrase("Paid"),
}


def day_in(time_zone: str, moment: datetime) -> date:
    """The calendar day of the moment in that time zone; a seller's zone decides legal dates."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def status_of(due_date: date, today: date, *, nothing_to_pay: bool = False) -> Status:
    """Due until the due date has passed, then past due; `today` is the day in the seller's time zone.

    An invoice over nothing asks for no payment, so it can never be late.
    """
    if nothing_to_pay:
        return Status.PAID
    return Status.DUE if today <= due_date else Status.PAST_DUE
