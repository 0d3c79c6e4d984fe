"""What is deducted before tax: the monthly credit of an offer."""

from __future__ import annotations

from collections.abc import Iterable

from kvitto.agreements.offers import Offer
from kvitto.invoicing.invoice import Allowance
from kvitto.money import Money, total, zero

MONTHLY_CREDIT = "monthly-credit"


def is_covered_by_credit(offer: Offer, charges: Money) -> bool:
    """True if the offer has a monthly credit that the rounded charges do not exceed; equal is not exceeded.

    Source: invoices.md §9, N5.
    """
    return offer.monthly_credit is not None and charges <= offer.monthly_credit


def credit_used(offer: Offer, charges: Money) -> Money:
    """The part of the monthly credit that these rounded charges use: never more than the charges, never below zero."""
    nothing = zero(charges.currency)
    if offer.monthly_credit is None or charges <= nothing:
        return nothing
    return min(offer.monthly_credit, charges)


def allowances(charges_by_offer: Iterable[tuple[Offer, Money]], currency: str) -> tuple[Allowance, ...]:
    """The allowances on document level (EN 16931 BG-20): one for all monthly credits used, or none.

    Takes each subscription's offer with the sum of its rounded lines; a credit never pays for another subscription.
    """
    used = total((credit_used(offer, charges) for offer, charges in charges_by_offer), currency)
    return (Allowance(MONTHLY_CREDIT, used.amount),) if used else ()
