"""What became of credit: status of lots, events, the balance now and soon, and months (agreements.md §6.4, §10).

Choices: a lot is expiring in the last 30 days of its life; one that begins later is inactive. What an invoice gave back
is a settled charge below zero. An adjustment has no published type of its own and is called "Adjustment". An event
bears the day of what caused it: the issue date of the document, the day of expiry, the first day of new credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from kvitto.invoicing.settlement_lots import LotState
from kvitto.language import Phrase, phrase
from kvitto.money import Money, total, zero

_EXPIRING = timedelta(days=30)


class LotStatus(StrEnum):
    """What can be had of a lot."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # its life has not begun
    EXPIRING = "expiring"
    EXPIRED = "expired"
    USED = "used"


LOT_STATUSES: dict[LotStatus, Phrase] = {
    LotStatus.ACTIVE: phrase("Active"),
    LotStatus.INACTIVE: phrase("Not begun"),
    LotStatus.EXPIRING: phrase("Expires soon"),
    LotStatus.EXPIRED: phrase("Expired"),
    LotStatus.USED: phrase("Used up"),
}


class EventType(StrEnum):
    """What happened, or is to happen; the values are the published names."""

    NEW_CREDIT = "NewCredit"
    SETTLED_CHARGES = "SettledCharges"
    CREDIT_EXPIRED = "CreditExpired"
    ADJUSTMENT = "Adjustment"
    PENDING_NEW_CREDIT = "PendingNewCredit"
    PENDING_CHARGES = "PendingCharges"
    PENDING_EXPIRED_CREDIT = "PendingExpiredCredit"


EVENT_TYPES: dict[EventType, Phrase] = {
    EventType.NEW_CREDIT: phrase("New credit"),
    EventType.SETTLED_CHARGES: phrase("Settled charges"),
    EventType.CREDIT_EXPIRED: phrase("Credit expired"),
    EventType.ADJUSTMENT: phrase("Adjustment"),
    EventType.PENDING_NEW_CREDIT: phrase("New credit, not begun"),
    EventType.PENDING_CHARGES: phrase("Pending charges"),
    EventType.PENDING_EXPIRED_CREDIT: phrase("Expired credit, pending"),
}


@dataclass(frozen=True)
class CreditEvent:
    """One change of a lot: `amount` is positive where credit grows. `balance`: of all lots after it; None if pending.

    `document`: the invoice or credit note, empty for others and while pending.
    """

    on_day: date
    type: EventType
    lot_id: str
    amount: Money
    balance: Money | None = None
    document: str = ""
    cause: str = ""


@dataclass(frozen=True)
class CreditSummary:
    """`current`: the balance as of what is settled; `estimated`: with what is pending, never below zero."""

    current: Money
    estimated: Money
    pending_charges: Money
    pending_expired: Money
    expired: Money


@dataclass(frozen=True)
class CreditMonth:
    """A month of an enrollment's credit; starting + new + adjustments − applied − expired = ending."""

    month: date
    starting: Money
    new: Money
    adjustments: Money
    applied: Money
    expired: Money
    ending: Money


def status_of(state: LotState, today: date, *, lapsed: bool = False) -> LotStatus:
    """The status of a lot on a day; `lapsed`: the last that happened to it was its expiry."""
    lot = state.lot
    if lapsed or (lot.expires_on and lot.expires_on <= today and state.left):
        return LotStatus.EXPIRED
    if not state.left:
        return LotStatus.USED
    if today < lot.starts_on:
        return LotStatus.INACTIVE
    return LotStatus.EXPIRING if lot.expires_on and lot.expires_on - today <= _EXPIRING else LotStatus.ACTIVE


def with_balance(events: Iterable[CreditEvent], currency: str) -> list[CreditEvent]:
    """Settled events in the order of their days, each with the balance after it."""
    balance, told = zero(currency), []
    for event in sorted(events, key=lambda event: event.on_day):  # stable: on one day in their order
        if event.type is EventType.PENDING_NEW_CREDIT:
            told.append(event)
            continue
        balance += event.amount
        told.append(replace(event, balance=balance))
    return told


def pending_expired(lots: Iterable[LotState], pending: Iterable[CreditEvent], today: date) -> list[CreditEvent]:
    """What of expired lots the pending charges leave to lapse."""
    charged = list(pending)
    events = []
    for state in lots:
        left = state.left + total((one.amount for one in charged if one.lot_id == state.lot.id), state.left.currency)
        if state.lot.expires_on and state.lot.expires_on <= today and left.amount > 0:
            events.append(CreditEvent(state.lot.expires_on, EventType.PENDING_EXPIRED_CREDIT, state.lot.id, -left))
    return events


def summary_of(lots: Sequence[LotState], events: Sequence[CreditEvent], today: date, currency: str) -> CreditSummary:
    """The balances; credit of lots whose life has not begun counts once it has."""

    def sum_of(kind: EventType) -> Money:
        return -total((one.amount for one in events if one.type is kind), currency)

    current = total((one.left for one in lots if one.lot.starts_on <= today), currency)
    charges, expired = sum_of(EventType.PENDING_CHARGES), sum_of(EventType.PENDING_EXPIRED_CREDIT)
    estimated = max(current - charges - expired, zero(currency))
    return CreditSummary(current, estimated, charges, expired, sum_of(EventType.CREDIT_EXPIRED))


def months_of(events: Iterable[CreditEvent], currency: str) -> list[CreditMonth]:
    """The months in which anything happened, oldest first; pending events are in none."""
    settled = [one for one in events if one.balance is not None]
    months, balance = [], zero(currency)
    for month in sorted({one.on_day.replace(day=1) for one in settled}):
        own = [one for one in settled if one.on_day.replace(day=1) == month]
        sums = {
            kind: total((one.amount for one in own if one.type is kind), currency)
            for kind in (
                EventType.NEW_CREDIT, EventType.ADJUSTMENT, EventType.SETTLED_CHARGES, EventType.CREDIT_EXPIRED,
            )
        }  # fmt: skip
        ending = balance + total((one.amount for one in own), currency)
        months.append(
            CreditMonth(
                month, balance, sums[EventType.NEW_CREDIT], sums[EventType.ADJUSTMENT],
                -sums[EventType.SETTLED_CHARGES], -sums[EventType.CREDIT_EXPIRED], ending,
            )
        )  # fmt: skip
        balance = ending
    return months
