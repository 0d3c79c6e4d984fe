"""The spending limit of offers with credit (cost-management.md §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.credit_lots import LotSource
from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.settlement import settle
from kvitto.invoicing.spending_limit import (
    LimitChange,
    Removal,
    can_have_spending_limit,
    has_spending_limit,
    remove,
    turn_on_again,
    used_up_on,
)
from tests.invoicing.cast import FEBRUARY, PAY_AS_YOU_GO, monthly_credit, mosp, subscription
from tests.invoicing.test_settle import LAB, line, lot, usd, used


@pytest.mark.parametrize(
    ("kind", "can"),
    [
        (OfferKind.FREE_TRIAL, True),
        (OfferKind.MONTHLY_CREDIT, True),
        (OfferKind.SPONSORSHIP, True),
        (OfferKind.PAY_AS_YOU_GO, False),
        (OfferKind.AZURE_IN_OPEN, False),
        (OfferKind.SUPPORT, False),
    ],
)
def test_offers_with_credit_can_have_a_limit(kind: OfferKind, *, can: bool) -> None:
    """Not pay-as-you-go, not commitment plans, and never an enrollment."""
    assert can_have_spending_limit(AgreementType.MOSP, Offer(kind)) is can
    assert not can_have_spending_limit(AgreementType.EA, Offer(kind))


def test_a_limit_said_of_an_offer_without_one_is_none() -> None:
    """The offer decides."""
    limited = replace(subscription(offer=PAY_AS_YOU_GO), spending_limit=True)
    assert not has_spending_limit(AgreementType.MOSP, limited)


def test_with_the_limit_on_nothing_beyond_the_credit_is_billed() -> None:
    """Marketplace and support can be charged at any time all the same."""
    scope = mosp(monthly_credit("150"))
    limited = replace(scope, subscriptions=(replace(scope.subscriptions[0], spending_limit=True),))
    settled = settle(limited, [line("180"), line("40", ChargeKind.SEPARATE)])
    assert used(settled) == [("monthly-credit", "150.00"), ("spending-limit", "30.00")]
    assert sum(one.amount - one.credit for one in settled.lines) == 40


def test_the_limit_is_reached_on_the_day_the_credit_is_used_up() -> None:
    """Days in any order; several charges a day."""
    charges = [(date(2024, 2, day), Decimal("10.5")) for day in (9, 3, 4, 4)]
    assert used_up_on(usd("31.5"), charges) == date(2024, 2, 4)
    assert used_up_on(usd("31.51"), charges) == date(2024, 2, 9)
    assert used_up_on(usd("42.01"), charges) is None
    assert used_up_on(usd("0"), [(date(2024, 2, 1), Decimal(0)), *charges]) == date(2024, 2, 3)


def test_a_limit_is_removed_for_good_or_for_this_period() -> None:
    """In the second case it comes back with the next period."""
    today = date(2024, 2, 10)
    assert remove(today, FEBRUARY, Removal.INDEFINITELY) == (LimitChange(today, is_on=False),)
    assert remove(today, FEBRUARY, Removal.THIS_PERIOD) == (
        LimitChange(today, is_on=False),
        LimitChange(date(2024, 3, 1), is_on=True),
    )


def test_a_limit_is_turned_on_again_from_the_next_period() -> None:
    """Only where credit comes again."""
    assert turn_on_again(FEBRUARY, monthly_credit("150")) == LimitChange(date(2024, 3, 1), is_on=True)
    assert turn_on_again(FEBRUARY, Offer(OfferKind.FREE_TRIAL)) is None


def test_lots_pay_on_the_days_of_their_life() -> None:
    """The trial's credit ends with the ninth; a charge of that day finds nothing, whatever is left of it."""
    trial = lot("trial", "200", LotSource.FREE_TRIAL, scope=LAB, expires=date(2024, 2, 9))
    charges = [(date(2024, 2, day), Decimal(30)) for day in (8, 9)]
    assert used_up_on(usd("0"), charges, [trial]) == date(2024, 2, 9)
    assert used_up_on(usd("0"), charges[:1], [trial]) is None
    assert used_up_on(usd("10"), charges, [lot("gift", "50", scope=LAB)]) == date(2024, 2, 9)


def test_what_was_taken_back_gives_credit_back() -> None:
    """A cancelled charge of the same day is not spent; of another day it changes nothing any more."""
    day = date(2024, 2, 3)
    assert used_up_on(usd("10"), [(day, Decimal(12)), (day, Decimal(-4))]) is None
