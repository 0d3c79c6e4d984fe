"""What an offer is called on a page."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.offer_table import published_offer
from kvitto.agreements.offers import OFFER_NAMES, Offer, OfferKind
from kvitto.language import Phrase, phrase

_CONSUMPTION: Mapping[AgreementType, Phrase] = {
    AgreementType.MOSP: OFFER_NAMES[OfferKind.PAY_AS_YOU_GO],
    AgreementType.MCA: phrase("Azure plan"),
    AgreementType.MPA: phrase("Azure plan"),
    AgreementType.EA: phrase("Enterprise Agreement"),
}
_EA_DEV_TEST = phrase("Enterprise Agreement Dev/Test")


def offer_name(offer: Offer, agreement: AgreementType) -> Phrase:
    """The offer's name, with the credit that belongs to it.

    What is used without a credit of its own is called by the agreement under which it is sold: pay-as-you-go is sold
    online alone.
    """
    if offer.monthly_credit:
        return phrase("Monthly credit of {credit}", credit=offer.monthly_credit)
    if offer.kind is not OfferKind.PAY_AS_YOU_GO:
        return OFFER_NAMES[offer.kind]
    published = published_offer(offer.id) if offer.id else None
    if agreement is AgreementType.EA and published and published.is_dev_test:
        return _EA_DEV_TEST
    return _CONSUMPTION[agreement]
