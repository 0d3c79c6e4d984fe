"""The published offers: their ids, what credit comes with them, and what follows from it (agreements.md §9).

An operator may sell under offers of any name; the table says what a published id means where one is given. Our kinds
are fewer: Azure Pass and the student offers, whose credit is fixed and given, count as sponsorship.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kvitto.agreements.offers import OfferKind

PREFIX = "MS-AZR-"


class OfferCredit(StrEnum):
    """What credit an offer comes with."""

    NONE = "none"
    MONTHLY = "monthly"  # new every month; what is left is lost
    FIXED = "fixed"  # once, until it is used up or expires
    PREPAID = "prepaid"  # by keys
    PREPAYMENT = "prepayment"  # of the enrollment


@dataclass(frozen=True)
class PublishedOffer:
    """A row of the table; `id` is without the prefix that all have in common ("MS-AZR-").

    `in_cost_analysis`: False for those that cost analysis leaves out. `invoice_by_email`: False where invoices are
    never mailed. `once`: one per customer.
    """

    id: str
    name: str
    quota_id: str
    kind: OfferKind
    credit: OfferCredit = OfferCredit.NONE
    is_dev_test: bool = False
    in_cost_analysis: bool = True
    invoice_by_email: bool = True
    once: bool = False

    @property
    def has_spending_limit(self) -> bool:
        """True if it is sold with a spending limit, as offers with credit of their own are (cost-management.md §5)."""
        return self.credit in {OfferCredit.MONTHLY, OfferCredit.FIXED}


_PAYG = "PayAsYouGo_2014-09-01"
_DEV_TEST = "MSDNDevTest_2014-09-01"
_MSDN = "MSDN_2014-09-01"
_MPN = "MPN_2014-09-01"
_AZURE_PASS = "AzurePass_2014-09-01"  # noqa: S105 - the name of an offer
_EA = "EnterpriseAgreement_2014-09-01"
_CSP = "CSP_2015-05-01"
_DEFAULT = "Default_2014-09-01"
_KIND, _CREDIT = OfferKind, OfferCredit

_TABLE = (
    PublishedOffer("0003P", "Pay-As-You-Go", _PAYG, _KIND.PAY_AS_YOU_GO),
    PublishedOffer("0023P", "Pay-As-You-Go Dev/Test", _DEV_TEST, _KIND.PAY_AS_YOU_GO, is_dev_test=True),
    PublishedOffer("0044P", "Free Trial", "FreeTrial_2014-09-01", _KIND.FREE_TRIAL, _CREDIT.FIXED, once=True),
    PublishedOffer("0025P", "Cloud Partner Program", _MPN, _KIND.MONTHLY_CREDIT, _CREDIT.MONTHLY),
    PublishedOffer("0029P", "Visual Studio Enterprise (MPN)", _MPN, _KIND.MONTHLY_CREDIT, _CREDIT.MONTHLY),
    PublishedOffer("0059P", "Visual Studio Professional", _MSDN, _KIND.MONTHLY_CREDIT, _CREDIT.MONTHLY),
    PublishedOffer("0060P", "Visual Studio Test Professional", _DEV_TEST, _KIND.MONTHLY_CREDIT, _CREDIT.MONTHLY),
    PublishedOffer("0063P", "Visual Studio Enterprise", _MSDN, _KIND.MONTHLY_CREDIT, _CREDIT.MONTHLY),
    PublishedOffer("0062P", "MSDN Platforms", _MSDN, _KIND.MONTHLY_CREDIT, _CREDIT.MONTHLY),
    *(
        PublishedOffer(f"0{number}P", "Azure Pass", _AZURE_PASS, _KIND.SPONSORSHIP, _CREDIT.FIXED)
        for number in (120, 122, 123, 124, 125, 128, 129, 130)
    ),
    PublishedOffer(
        "0111P", "Azure in Open", "AzureInOpen_2014-09-01", _KIND.AZURE_IN_OPEN, _CREDIT.PREPAID, invoice_by_email=False
    ),
    PublishedOffer(
        "0170P", "Students", "AzureForStudents_2018-01-01", _KIND.SPONSORSHIP, _CREDIT.FIXED, in_cost_analysis=False
    ),
    PublishedOffer(
        "0144P", "Students Starter", "DreamSpark_2015-02-01", _KIND.SPONSORSHIP, in_cost_analysis=False
    ),
    PublishedOffer("0036P", "Sponsorship", "Sponsored_2016-01-01", _KIND.SPONSORSHIP, _CREDIT.FIXED),
    PublishedOffer("0017P", "Enterprise Agreement", _EA, _KIND.PAY_AS_YOU_GO, _CREDIT.PREPAYMENT),
    PublishedOffer(
        "0148P", "Enterprise Agreement Dev/Test", _DEV_TEST, _KIND.PAY_AS_YOU_GO, _CREDIT.PREPAYMENT, is_dev_test=True
    ),
    PublishedOffer("0145P", "CSP", _CSP, _KIND.PAY_AS_YOU_GO, in_cost_analysis=False),
    PublishedOffer("0041P", "Standard support", _DEFAULT, _KIND.SUPPORT),
    PublishedOffer("0042P", "Professional Direct support", _DEFAULT, _KIND.SUPPORT),
    PublishedOffer("0043P", "Developer support", _DEFAULT, _KIND.SUPPORT),
    PublishedOffer("USGOV-0003P", "Government Pay-As-You-Go", _PAYG, _KIND.PAY_AS_YOU_GO, invoice_by_email=False),
    PublishedOffer(
        "USGOV-0017P", "Government Enterprise Agreement", _EA, _KIND.PAY_AS_YOU_GO, _CREDIT.PREPAYMENT,
        invoice_by_email=False,
    ),
    PublishedOffer(
        "USGOV-0145P", "Government CSP", _CSP, _KIND.PAY_AS_YOU_GO, in_cost_analysis=False, invoice_by_email=False
    ),
)  # fmt: skip
PUBLISHED_OFFERS = {PREFIX + offer.id: offer for offer in _TABLE}
_EA_OFFER, _EA_DEV_TEST_OFFER = PUBLISHED_OFFERS["MS-AZR-0017P"], PUBLISHED_OFFERS["MS-AZR-0148P"]


def published_offer(offer_id: str) -> PublishedOffer | None:
    """The offer with this id, with or without its prefix, in any case; None if it is none of the published."""
    wanted = offer_id.upper()
    return PUBLISHED_OFFERS.get(wanted if wanted.startswith(PREFIX) else PREFIX + wanted)


def after_enrolling(offer: PublishedOffer) -> PublishedOffer:
    """What an offer becomes when its subscription moves to an enrollment; credit that is left is lost.

    Offers with credit, and Dev/Test ones, become EA Dev/Test; the others EA.
    """
    if offer.credit is OfferCredit.PREPAYMENT:
        return offer
    has_credit = offer.credit is not OfferCredit.NONE
    return _EA_DEV_TEST_OFFER if has_credit or offer.is_dev_test else _EA_OFFER
