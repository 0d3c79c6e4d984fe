"""The state of a subscription, from what is known of it (agreements.md §13). Pure: the day is an input.

The reference names the states, not when each begins. Chosen: unpaid for 30 days, a subscription is disabled; for 90, it
is cancelled. 90 days after it was cancelled, or after prepaid or free credit ran out, its data is deleted (§8, §13).
Where several states hold at once, the one that is harder to leave is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kvitto.agreements.dated import FOREVER
from kvitto.agreements.hierarchy import Enrollment, Subscription
from kvitto.agreements.offers import OfferKind
from kvitto.language import Phrase, phrase
from kvitto.periods import Period

DISABLED_AFTER = timedelta(days=30)
CANCELLED_AFTER = timedelta(days=90)
DELETED_AFTER = timedelta(days=90)
_WITHOUT_CREDIT = frozenset((OfferKind.PAY_AS_YOU_GO, OfferKind.SUPPORT))


class State(StrEnum):
    """What a subscription may be, from the easiest to the hardest to leave; the values are the names on the wire."""

    ACTIVE = "Active"
    WARNED = "Warned"
    DISABLED = "Disabled"
    EXPIRED = "Expired"
    CANCELLED = "Cancelled"
    DELETED = "Deleted"


class Cause(StrEnum):
    """Why it is in that state."""

    PAST_DUE = "past-due"
    SPENDING_LIMIT = "spending-limit"
    CREDIT_USED_UP = "credit-used-up"
    CREDIT_EXPIRED = "credit-expired"
    SUSPENDED = "suspended"  # by its administrator, or by the seller
    TERM_ENDED = "term-ended"  # of the enrollment
    ENDED = "ended"


@dataclass(frozen=True)
class StateFacts:
    """What decides the state beside the subscription itself.

    `overdue_since`: the first day after the due day of the oldest invoice that is not paid. `limit_reached_on`: the day
    on which the spending limit stopped it, and `limit_ends_on` the first day of the next period, if credit comes back
    then. `credit_used_up_on` and `credit_expires_on`: of its lots (free trial, prepaid keys, sponsorship), the day from
    which nothing is left, and the first day on which the last of them cannot be used. `enrollment`: the EA's.
    """

    subscription: Subscription
    overdue_since: date | None = None
    limit_reached_on: date | None = None
    limit_ends_on: date | None = None
    credit_used_up_on: date | None = None
    credit_expires_on: date | None = None
    enrollment: Enrollment | None = None


@dataclass(frozen=True)
class SubscriptionState:
    """The state on a day, why, since when, and the day on which it changes next if nobody does anything.

    `cause` and `since` are None for an active one, `changes_on` for one that stays as it is.
    """

    state: State
    cause: Cause | None = None
    since: date | None = None
    changes_on: date | None = None


def state_of(facts: StateFacts, today: date) -> SubscriptionState:
    """The state of the subscription on this day."""
    held = list(_held(facts))
    now = _hardest(held, today)
    turns = sorted({day for one in held for day in (one.days.start, one.days.end) if today < day < FOREVER})
    changes_on = next((day for day in turns if _differs(_hardest(held, day), now)), None)
    if now is None:
        return SubscriptionState(State.ACTIVE, changes_on=changes_on)
    return SubscriptionState(now.state, now.cause, now.days.start, changes_on)


def only_debt_stops(one: Subscription, enrollment: Enrollment | None, today: date) -> bool:
    """True if nothing but an unpaid invoice can make it other than active on this day, whatever was used.

    False means that it takes a closer look, not that it is stopped.
    """
    has_own_end = one.ended_on is not None or bool(one.suspended)
    is_over = enrollment is not None and enrollment.ends_on is not None and enrollment.ends_on <= today
    return one.offer.kind in _WITHOUT_CREDIT and not has_own_end and not is_over


@dataclass(frozen=True)
class _Held:
    """A state that holds for some days."""

    state: State
    cause: Cause
    days: Period


def _hardest(held: list[_Held], day: date) -> _Held | None:
    order = list(State)
    return max((one for one in held if day in one.days), key=lambda one: order.index(one.state), default=None)


def _differs(later: _Held | None, now: _Held | None) -> bool:
    return (later and (later.state, later.cause)) != (now and (now.state, now.cause))


def _held(facts: StateFacts) -> Iterator[_Held]:
    """Every state other than active, for the days on which it would hold by itself."""
    one = facts.subscription
    if one.ended_on:
        yield from _until_deleted(State.CANCELLED, Cause.ENDED, one.ended_on)
    if facts.enrollment and facts.enrollment.ends_on:
        yield _from(State.EXPIRED, Cause.TERM_ENDED, facts.enrollment.ends_on)
    yield from (_Held(State.DISABLED, Cause.SUSPENDED, period) for period in one.suspended)
    if facts.limit_reached_on and one.spending_limit:
        yield _from(State.DISABLED, Cause.SPENDING_LIMIT, facts.limit_reached_on, facts.limit_ends_on)
    if _stops_without_credit(one):
        if facts.credit_used_up_on:
            yield from _until_deleted(State.DISABLED, Cause.CREDIT_USED_UP, facts.credit_used_up_on)
        if facts.credit_expires_on:
            yield from _until_deleted(State.DISABLED, Cause.CREDIT_EXPIRED, facts.credit_expires_on)
    if facts.overdue_since:
        yield _from(State.WARNED, Cause.PAST_DUE, facts.overdue_since)
        yield _from(State.DISABLED, Cause.PAST_DUE, facts.overdue_since + DISABLED_AFTER)
        yield from _until_deleted(State.CANCELLED, Cause.PAST_DUE, facts.overdue_since + CANCELLED_AFTER)


def _stops_without_credit(one: Subscription) -> bool:
    """Prepaid keys always; a free trial and a sponsorship unless the spending limit was removed: then it is billed."""
    if one.offer.kind is OfferKind.AZURE_IN_OPEN:
        return True
    return one.spending_limit and one.offer.kind in {OfferKind.FREE_TRIAL, OfferKind.SPONSORSHIP}


def _until_deleted(state: State, cause: Cause, day: date) -> Iterator[_Held]:
    yield _from(state, cause, day)
    yield _from(State.DELETED, cause, day + DELETED_AFTER)


def _from(state: State, cause: Cause, day: date, end: date | None = None) -> _Held:
    return _Held(state, cause, Period(day, max(end or FOREVER, day + timedelta(days=1))))


STATE_NAMES: Mapping[State, Phrase] = {
    State.ACTIVE: phrase("Active"),
    State.WARNED: phrase("Past due"),
    State.DISABLED: phrase("Disabled"),
    State.EXPIRED: phrase("Expired"),
    State.CANCELLED: phrase("Cancelled"),
    State.DELETED: phrase("Deleted"),
}
CAUSES_IN_WORDS: Mapping[Cause, Phrase] = {
    Cause.PAST_DUE: phrase("An invoice is past due."),
    Cause.SPENDING_LIMIT: phrase("The spending limit was reached."),
    Cause.CREDIT_USED_UP: phrase("The credit is used up."),
    Cause.CREDIT_EXPIRED: phrase("The credit has expired."),
    Cause.SUSPENDED: phrase("The subscription was suspended."),
    Cause.TERM_ENDED: phrase("The term of the enrollment has ended."),
    Cause.ENDED: phrase("The subscription was ended."),
}
