"""The state of a subscription in words: what it is, why, since when, and what comes next if nobody does anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from kvitto.agreements.subscription_states import (
    CAUSES_IN_WORDS,
    STATE_NAMES,
    Cause,
    State,
    StateFacts,
    SubscriptionState,
    state_of,
)
from kvitto.language import Phrase, phrase
from kvitto.periods import ONE_DAY


@dataclass(frozen=True)
class ToldState:
    """A state as it is told: `cause` and `coming` are None where there is nothing to say, or nothing to be known."""

    state: SubscriptionState
    cause: Phrase | None = None
    coming: Phrase | None = None

    @property
    def name(self) -> Phrase:
        """The state's name."""
        return STATE_NAMES[self.state.state]

    @property
    def is_active(self) -> bool:
        """True while nothing stands in the way of using it."""
        return self.state.state is State.ACTIVE

    @property
    def since(self) -> date | None:
        """Its first day; None for an active one."""
        return self.state.since


def told_state(facts: StateFacts, today: date, *, tells_of_invoices: bool = True) -> ToldState:
    """The state on this day, as somebody may know it.

    Whoever may not see the invoices does not learn that one is unpaid: only that the subscription cannot be used, once
    that is so, without the cause (invoices.md §9: to someone without permission never reveal whether one exists).
    """
    known = facts if tells_of_invoices else replace(facts, overdue_since=None)
    now = state_of(known, today)
    if not tells_of_invoices:
        truly = state_of(facts, today)
        if truly.cause is Cause.PAST_DUE and truly.state is not State.WARNED:
            return ToldState(SubscriptionState(truly.state, since=truly.since))
    then = state_of(known, now.changes_on) if now.changes_on else None
    return ToldState(
        now,
        CAUSES_IN_WORDS[now.cause] if now.cause else None,
        _coming(then, now.changes_on) if then and now.changes_on else None,
    )


def _coming(then: SubscriptionState, day: date) -> Phrase:  # noqa: PLR0911 - a sentence for each case
    match then.state, then.cause:
        case State.ACTIVE, _:
            return phrase("It is active again from {day}.", day=day)
        case State.WARNED, _:
            return phrase(
                "Its invoice is to be paid on {day} at the latest; after that day the subscription is past due.",
                day=day - ONE_DAY,
            )
        case State.DISABLED, Cause.PAST_DUE:
            return phrase("It is disabled on {day} unless what is past due is paid before that day.", day=day)
        case State.CANCELLED, Cause.PAST_DUE:
            return phrase("It is cancelled on {day} unless what is past due is paid before that day.", day=day)
        case State.DISABLED, Cause.SUSPENDED:
            return phrase("It is suspended from {day}.", day=day)
        case State.DISABLED, _:
            return phrase("It is disabled on {day}, when its credit has expired.", day=day)
        case State.EXPIRED, _:
            return phrase("It expires on {day}, when the term of the enrollment has ended.", day=day)
        case State.CANCELLED, _:
            return phrase("It ends on {day}.", day=day)
        case _:
            return phrase("Its data is deleted on {day}.", day=day)
