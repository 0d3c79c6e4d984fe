"""The offers of agreements.md §9, by the names their readers know."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.agreements.hierarchy import OfferKind
from kvitto.language import Phrase, phrase

OFFER_NAMES: Mapping[OfferKind, Phrase] = {
    OfferKind.PAY_AS_YOU_GO: phrase("Pay-as-you-go"),
    OfferKind.FREE_TRIAL: phrase("Free trial"),
    OfferKind.MONTHLY_CREDIT: phrase("Monthly credit"),
}
