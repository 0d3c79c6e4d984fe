"""The spending limit: a subscription that sells nothing beyond its credit (cost-management.md §5).

Its size is the credit and cannot be chosen. It is a dated fact of the subscription (`Subscription.spending_limit`), on
or off from a day; a billing period follows what holds on its last day, so that a limit which is taken away in the
middle of a period lets everything of that period be billed, and one that returns with the next period changes nothing
in this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType, Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.money import Money
from kvitto.periods import Period

_WITH_LIMIT = frozenset((OfferKind.FREE_TRIAL, OfferKind.MONTHLY_CREDIT, OfferKind.SPONSORSHIP))
_CREDIT_COMES_BACK = frozenset((OfferKind.MONTHLY_CREDIT, OfferKind.SPONSORSHIP))


class Removal(StrEnum):
    """For how long a limit is taken away."""

    INDEFINITELY = "indefinitely"
    THIS_PERIOD = "this-period"


@dataclass(frozen=True)
class LimitChange:
    """From this day on the limit is on, or off."""

    valid_from: date
    is_on: bool


def can_have_spending_limit(agreement: AgreementType, offer: Offer) -> bool:
    """True for offers that come with credit; never for pay-as-you-go, prepaid keys, support, and enrollments."""
    return agreement is not AgreementType.EA and offer.kind in _WITH_LIMIT


def has_spending_limit(agreement: AgreementType, subscription: Subscription) -> bool:
    """True if the limit is on, and the offer is one that can have it."""
    return subscription.spending_limit and can_have_spending_limit(agreement, subscription.offer)


def reached_on(credit: Money, charges_by_day: Iterable[tuple[date, Decimal]]) -> date | None:
    """The day on which the credit was used up, None if something is left of it.

    `credit` is what the subscription had for the period; the charges are exact, of one period, eligible for credit, and
    in the credit's currency, in any order. The service stops from that day on until the period ends or the limit is
    removed. A day without charges uses nothing up: with a credit of zero it is the first day that costs something.
    """
    left = credit
    for day, amount in sorted(charges_by_day):
        left -= Money(amount, credit.currency)
        if amount > 0 and left.amount <= 0:
            return day
    return None


def remove(today: date, period: Period, removal: Removal) -> tuple[LimitChange, ...]:
    """The dated facts of taking the limit away today, in the billing period that holds the day."""
    if removal is Removal.INDEFINITELY:
        return (LimitChange(today, is_on=False),)
    return (LimitChange(today, is_on=False), LimitChange(period.end, is_on=True))


def turn_on_again(period: Period, offer: Offer) -> LimitChange | None:
    """The dated fact of turning on a limit that was removed indefinitely: from the next period on.

    None where the offer's credit does not come back, which is so for a free trial.
    """
    return LimitChange(period.end, is_on=True) if offer.kind in _CREDIT_COMES_BACK else None
