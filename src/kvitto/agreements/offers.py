"""The offers under which subscriptions are sold (agreements.md §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kvitto.language import Phrase, phrase
from kvitto.money import Money


class OfferKind(StrEnum):
    """The commercial conditions of a subscription."""

    PAY_AS_YOU_GO = "pay-as-you-go"
    FREE_TRIAL = "free-trial"
    MONTHLY_CREDIT = "monthly-credit"
    AZURE_IN_OPEN = "azure-in-open"
    SPONSORSHIP = "sponsorship"
    SUPPORT = "support"


@dataclass(frozen=True)
class Offer:
    """An offer; `monthly_credit` is given for MONTHLY_CREDIT only, in the currency of the account.

    `monthly_fee`: what a month of SUPPORT costs, before tax. `id`: the published offer id ("MS-AZR-0003P"), as far as
    the operator gives one. Credit of the other offers is held in lots (`agreements.credit_lots`).
    """

    kind: OfferKind
    monthly_credit: Money | None = None
    monthly_fee: Money | None = None
    id: str = ""


OFFER_NAMES: Mapping[OfferKind, Phrase] = {
    OfferKind.PAY_AS_YOU_GO: phrase("Pay-as-you-go"),
    OfferKind.FREE_TRIAL: phrase("Free trial"),
    OfferKind.MONTHLY_CREDIT: phrase("Monthly credit"),
    OfferKind.AZURE_IN_OPEN: phrase("Prepaid key (Azure in Open)"),
    OfferKind.SPONSORSHIP: phrase("Sponsorship"),
    OfferKind.SUPPORT: phrase("Support plan"),
}
