"""What an issued invoice is in: due, past due, paid or void; derived from dates, payments and credit notes alone.

Nothing keeps a status (invoices.md §2). It follows from what was recorded:

- void, once a credit note cancelled all that was left of the invoice;
- else paid, if nothing of it is open: paid, credited, or over nothing from the start;
- else past due, if its due date has passed or a charge was tried and failed (a card that was declined: the rest is
  owed at once, however far the due date is);
- else due.

The published state “Locked”, frozen while processed, does not exist here: issuing, paying and crediting are one
transaction each, so that nobody ever sees an invoice that is being processed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from kvitto.language import Phrase, phrase
from kvitto.money import Money, zero


class Status(StrEnum):
    """The values are the published names on the wire; `said` gives the words for people."""

    DUE = "Due"
    PAST_DUE = "OverDue"
    PAID = "Paid"
    VOID = "Void"

    @property
    def said(self) -> Phrase:
        """The status as a reader knows it."""
        return _WORDS[self]


_WORDS = {
    Status.DUE: phrase("Due"),
    Status.PAST_DUE: phrase("Past due"),
    Status.PAID: phrase("Paid"),
    Status.VOID: phrase("Void"),
}


@dataclass(frozen=True)
class Standing:
    """All that decides the status of a document.

    `payable`: what it asked for when it was issued, of a credit note what it gives back. `credited`: what its credit
    notes gave back. `paid`: what came and stayed, that is payments less reversals and refunds; more than was asked for
    is kept on account for the payer. `has_failed`: a charge was tried in vain. A credit note asks for nothing: it is
    set off against its invoice when it is issued, and counts as paid.
    """

    payable: Money
    due_date: date
    credited: Money
    paid: Money
    has_failed: bool = False
    is_void: bool = False
    is_credit_note: bool = False

    @property
    def amount_due(self) -> Money:
        """What is to pay now; never below zero."""
        return max(self._balance, zero(self.payable.currency))

    @property
    def on_account(self) -> Money:
        """What the payer gave that the invoice does not ask for, and may have back; never below zero."""
        return max(-self._balance, zero(self.payable.currency))

    @property
    def _balance(self) -> Money:
        if self.is_credit_note:
            return zero(self.payable.currency)
        return self.payable - self.credited - self.paid

    def status_on(self, today: date) -> Status:
        """The status on this day of the seller's calendar."""
        if self.is_void:
            return Status.VOID
        if not self.amount_due:
            return Status.PAID
        return Status.PAST_DUE if self.has_failed or today > self.due_date else Status.DUE


def day_in(time_zone: str, moment: datetime) -> date:
    """The calendar day of the moment in that time zone; a seller's zone decides legal dates."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
