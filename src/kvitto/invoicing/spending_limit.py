"""The spending limit: a subscription that sells nothing beyond its credit (cost-management.md §5).

Its size is the credit and cannot be chosen. It is a dated fact of the subscription (`Subscription.spending_limit`), on
or off from a day; a billing period follows what holds on its last day, so that a limit which is taken away in the
middle of a period lets everything of that period be billed, and one that returns with the next period changes nothing
in this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType, Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.invoicing.settlement_lots import LotState, is_alive, order_of
from kvitto.money import Money, zero
from kvitto.periods import Period

_WITH_LIMIT = frozenset((OfferKind.FREE_TRIAL, OfferKind.MONTHLY_CREDIT, OfferKind.SPONSORSHIP))
_OVER_SEVERAL_MONTHS = frozenset((OfferKind.MONTHLY_CREDIT, OfferKind.SPONSORSHIP))


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


def used_up_on(
    credit: Money, charges_by_day: Iterable[tuple[date, Decimal]], lots: Sequence[LotState] = ()
) -> date | None:
    """The day on which credit was used up: the one that stops a spending limit or a prepaid key; None: some is left.

    `credit` is the monthly credit, zero without one; `lots` as they were before the period, of which those alive on a
    day pay for it in their order. The charges are exact, of one period, eligible for credit, in any order. A day
    without charges uses nothing up: without any credit it is the first day that costs something. Lots that pay after
    tax count as if there were none, so that the day may be late by as much.
    """
    nothing = zero(credit.currency)
    charges: dict[date, Money] = {}
    for day, amount in charges_by_day:
        charges[day] = charges.get(day, nothing) + Money(amount, credit.currency)
    ordered = sorted(lots, key=lambda state: order_of(state.lot))
    left = [credit, *(state.left for state in ordered)]
    for day, to_pay in sorted(charges.items()):
        usable = [0, *(number for number, state in enumerate(ordered, start=1) if is_alive(state.lot, day))]
        still = to_pay
        for number in usable:
            paid = max(min(left[number], still), nothing)
            left[number] -= paid
            still -= paid
        if nothing < to_pay and not any(left[number] for number in usable):
            return day
    return None


def remove(today: date, period: Period, removal: Removal) -> tuple[LimitChange, ...]:
    """The dated facts of taking the limit away today, in the billing period that holds the day."""
    if removal is Removal.INDEFINITELY:
        return (LimitChange(today, is_on=False),)
    return (LimitChange(today, is_on=False), LimitChange(period.end, is_on=True))


def removals_of(offer: Offer) -> tuple[Removal, ...]:
    """For how long the offer lets its limit be taken away: where no credit comes later, for good only."""
    return tuple(Removal) if offer.kind in _OVER_SEVERAL_MONTHS else (Removal.INDEFINITELY,)


def credit_comes_back(offer: Offer) -> bool:
    """True for offers whose credit comes again with the next period, and with it the service."""
    return offer.kind is OfferKind.MONTHLY_CREDIT


def turn_on_again(period: Period, offer: Offer) -> LimitChange | None:
    """The dated fact of turning on a limit that was removed indefinitely: from the next period on.

    None where the offer has no credit over several months, which is so for a free trial.
    """
    return LimitChange(period.end, is_on=True) if offer.kind in _OVER_SEVERAL_MONTHS else None
