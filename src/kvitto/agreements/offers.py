"""The offers of agreements.md §9: their names, and which of them are never invoiced."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.agreements.hierarchy import Offer, OfferKind
from kvitto.language import Phrase, phrase

OFFER_NAMES: Mapping[OfferKind, Phrase] = {
    OfferKind.PAY_AS_YOU_GO: phrase("Pay-as-you-go"),
    OfferKind.FREE_TRIAL: phrase("Free trial"),
    OfferKind.MONTHLY_CREDIT: phrase("Monthly credit"),
}


def never_invoiced(offer: Offer) -> bool:
    """True for an offer under which nothing is ever owed (free trial, invoices.md N4)."""
    return offer.kind is OfferKind.FREE_TRIAL
