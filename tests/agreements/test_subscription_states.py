"""The state of a subscription, and the day on which it changes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import Enrollment
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.subscription_states import (
    CAUSES_IN_WORDS,
    STATE_NAMES,
    Cause,
    State,
    StateFacts,
    SubscriptionState,
    state_of,
)
from kvitto.periods import Period
from tests.agreements.cast import subscription

MAY = date(2024, 5, 1)
PLAIN = subscription(started_on=date(2024, 1, 1))


def limited(kind: OfferKind) -> Any:
    """A subscription of this kind with its spending limit on."""
    return replace(PLAIN, offer=Offer(kind), spending_limit=True)


def test_nothing_known_is_active() -> None:
    """And stays so."""
    assert state_of(StateFacts(PLAIN), MAY) == SubscriptionState(State.ACTIVE)


@pytest.mark.parametrize(
    ("today", "state", "changes_on"),
    [
        (date(2024, 4, 30), State.ACTIVE, MAY),
        (MAY, State.WARNED, date(2024, 5, 31)),
        (date(2024, 5, 31), State.DISABLED, date(2024, 7, 30)),
        (date(2024, 7, 30), State.CANCELLED, date(2024, 10, 28)),
        (date(2024, 10, 28), State.DELETED, None),
    ],
)
def test_an_unpaid_invoice_warns_then_disables_then_cancels_then_deletes(
    today: date, state: State, changes_on: date | None
) -> None:
    """Past due since 1 May: 30 days, 90 days, and the data 90 days after that."""
    found = state_of(StateFacts(PLAIN, overdue_since=MAY), today)
    assert (found.state, found.changes_on) == (state, changes_on)
    assert found.cause == (None if state is State.ACTIVE else Cause.PAST_DUE)


def test_a_reached_spending_limit_disables_until_the_next_credit() -> None:
    """From the day on which it was reached to the end of the period; with the limit removed nothing stops."""
    facts = StateFacts(limited(OfferKind.MONTHLY_CREDIT), limit_reached_on=MAY, limit_ends_on=date(2024, 5, 10))
    found = state_of(facts, date(2024, 5, 5))
    assert found == SubscriptionState(State.DISABLED, Cause.SPENDING_LIMIT, MAY, date(2024, 5, 10))
    assert state_of(facts, date(2024, 5, 10)).state is State.ACTIVE
    without = replace(facts, subscription=replace(facts.subscription, spending_limit=False))
    assert state_of(without, date(2024, 5, 5)).state is State.ACTIVE


def test_prepaid_credit_that_is_used_up_or_expired_stops_services_and_data_is_kept_for_ninety_days() -> None:
    """Azure in Open, with or without a spending limit."""
    prepaid = replace(PLAIN, offer=Offer(OfferKind.AZURE_IN_OPEN))
    for facts, cause in (
        (StateFacts(prepaid, credit_used_up_on=MAY), Cause.CREDIT_USED_UP),
        (StateFacts(prepaid, credit_expires_on=MAY), Cause.CREDIT_EXPIRED),
    ):
        assert state_of(facts, MAY) == SubscriptionState(State.DISABLED, cause, MAY, date(2024, 7, 30))
        assert state_of(facts, date(2024, 7, 30)).state is State.DELETED


def test_a_free_trial_ends_with_its_credit_unless_the_limit_was_removed() -> None:
    """Removed, it goes on as pay-as-you-go."""
    trial = limited(OfferKind.FREE_TRIAL)
    assert state_of(StateFacts(trial, credit_expires_on=MAY), MAY).cause is Cause.CREDIT_EXPIRED
    upgraded = replace(trial, spending_limit=False)
    assert state_of(StateFacts(upgraded, credit_expires_on=MAY), MAY).state is State.ACTIVE


def test_a_suspension_disables_for_its_days() -> None:
    """Usable again on the day it ends."""
    one = replace(PLAIN, suspended=(Period(MAY, date(2024, 5, 6)),))
    assert state_of(StateFacts(one), date(2024, 5, 5)).cause is Cause.SUSPENDED
    assert state_of(StateFacts(one), date(2024, 5, 6)) == SubscriptionState(State.ACTIVE)


def test_an_ended_subscription_is_cancelled_and_its_data_deleted_after_ninety_days() -> None:
    """Whatever else is the matter: the hardest state is told."""
    facts = StateFacts(replace(PLAIN, ended_on=MAY), overdue_since=date(2024, 4, 20))
    assert state_of(facts, MAY).state is State.CANCELLED
    assert state_of(facts, MAY).cause is Cause.ENDED
    assert state_of(facts, date(2024, 7, 30)).state is State.DELETED


def test_subscriptions_expire_with_the_term_of_their_enrollment() -> None:
    """An enrollment that was extended has a later end, or none."""
    enrollment = Enrollment("8", date(2021, 5, 1), MAY)
    assert state_of(StateFacts(PLAIN, enrollment=enrollment), MAY).state is State.EXPIRED
    assert state_of(StateFacts(PLAIN, enrollment=replace(enrollment, ends_on=None)), MAY).state is State.ACTIVE


_DAYS = st.none() | st.dates(date(2024, 1, 1), date(2024, 6, 30))


@given(_DAYS, _DAYS, _DAYS, st.sampled_from(OfferKind), st.integers(0, 400))
def test_the_state_holds_exactly_until_the_day_on_which_it_changes(
    overdue: date | None, used_up: date | None, expires: date | None, kind: OfferKind, later: int
) -> None:
    """Each day before it has the same state and cause; that day has another."""
    facts = StateFacts(limited(kind), overdue_since=overdue, credit_used_up_on=used_up, credit_expires_on=expires)
    today = date(2024, 1, 1) + timedelta(days=later)
    now = state_of(facts, today)
    until = now.changes_on or today + timedelta(days=300)
    assert {(one.state, one.cause) for day in Period(today, until).days() for one in [state_of(facts, day)]} == {
        (now.state, now.cause)
    }
    if now.changes_on:
        then = state_of(facts, now.changes_on)
        assert (then.state, then.cause) != (now.state, now.cause)


def test_every_state_and_cause_has_words() -> None:
    """For pages and commands."""
    assert set(STATE_NAMES) == set(State)
    assert set(CAUSES_IN_WORDS) == set(Cause)
