"""The steps of a refund, and which may follow which (invoices.md §4, refundDetails).

Choice: a refund gives back in money what is on account for the payer. Approving it first makes sure that so much is on
account: what is missing is given back by a credit note over it, so that an amount is never both paid back and owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.money import Money


class RefundStep(StrEnum):
    """What happened to a refund."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPLETED = "completed"


class RefundStatus(StrEnum):
    """Where a refund stands; the values are the published names."""

    PENDING = "Pending"
    APPROVED = "Approved"
    DECLINED = "Declined"
    CANCELLED = "Cancelled"
    COMPLETED = "Completed"
    EXPIRED = "Expired"

    @property
    def said(self) -> Phrase:
        """The status as a reader knows it."""
        return _WORDS[self]


_WORDS = {
    RefundStatus.PENDING: phrase("requested, not decided yet"),
    RefundStatus.APPROVED: phrase("approved"),
    RefundStatus.DECLINED: phrase("turned down"),
    RefundStatus.CANCELLED: phrase("cancelled"),
    RefundStatus.COMPLETED: phrase("completed"),
    RefundStatus.EXPIRED: phrase("expired"),
}
_STATUS_AFTER = {
    RefundStep.REQUESTED: RefundStatus.PENDING,
    RefundStep.APPROVED: RefundStatus.APPROVED,
    RefundStep.DECLINED: RefundStatus.DECLINED,
    RefundStep.CANCELLED: RefundStatus.CANCELLED,
    RefundStep.EXPIRED: RefundStatus.EXPIRED,
    RefundStep.COMPLETED: RefundStatus.COMPLETED,
}
_MAY_FOLLOW = {
    None: frozenset((RefundStep.REQUESTED,)),
    RefundStep.REQUESTED: frozenset(
        (RefundStep.APPROVED, RefundStep.DECLINED, RefundStep.CANCELLED, RefundStep.EXPIRED)
    ),
    RefundStep.APPROVED: frozenset((RefundStep.COMPLETED,)),
}


class UnableToRefund(UnableTo):
    """The refund is not at a point where this can be done."""


@dataclass(frozen=True)
class RefundEvent:
    """One recorded step; `amount` is what was asked for, approved or paid out."""

    step: RefundStep
    on_day: date
    amount: Money
    reason: str = ""
    credit_note: str = ""


@dataclass(frozen=True)
class Refund:
    """A refund with its steps in the order they were taken."""

    invoice: str
    reference: str
    events: tuple[RefundEvent, ...]

    @property
    def status(self) -> RefundStatus:
        """Where it stands."""
        return _STATUS_AFTER[self.events[-1].step]

    def event(self, step: RefundStep) -> RefundEvent | None:
        """The event of this step, if it was taken."""
        return next((event for event in self.events if event.step is step), None)


def check_step(reference: str, events: Sequence[RefundEvent], step: RefundStep) -> None:
    """Raise `UnableToRefund` unless the step may follow what was recorded of the refund so far."""
    latest = events[-1].step if events else None
    if step in _MAY_FOLLOW.get(latest, frozenset()):
        return
    if latest is None:
        raise UnableToRefund(
            phrase("There is no refund {reference} of this invoice. Request it first.", reference=reference)
        )
    raise UnableToRefund(
        phrase(
            "Refund {reference} is {status}, so this cannot be done with it any more. Request another one.",
            reference=reference,
            status=_STATUS_AFTER[latest].said,
        )
    )
