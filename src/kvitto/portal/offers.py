"""What an offer is called on a page."""

from __future__ import annotations

from kvitto.agreements.offers import OFFER_NAMES, Offer
from kvitto.language import Phrase, phrase


def offer_name(offer: Offer) -> Phrase:
    """The offer's name, with the credit that belongs to it."""
    if offer.monthly_credit:
        return phrase("Monthly credit of {credit}", credit=offer.monthly_credit)
    return OFFER_NAMES[offer.kind]
