"""The published offers, as the reference lists them."""

from __future__ import annotations

import pytest

from kvitto.agreements.offer_table import PUBLISHED_OFFERS, OfferCredit, after_enrolling, published_offer
from kvitto.agreements.offers import OfferKind


@pytest.mark.parametrize(
    ("offer_id", "quota_id", "kind", "credit"),
    [
        ("0003P", "PayAsYouGo_2014-09-01", OfferKind.PAY_AS_YOU_GO, OfferCredit.NONE),
        ("MS-AZR-0044P", "FreeTrial_2014-09-01", OfferKind.FREE_TRIAL, OfferCredit.FIXED),
        ("ms-azr-0063p", "MSDN_2014-09-01", OfferKind.MONTHLY_CREDIT, OfferCredit.MONTHLY),
        ("0111P", "AzureInOpen_2014-09-01", OfferKind.AZURE_IN_OPEN, OfferCredit.PREPAID),
        ("0125P", "AzurePass_2014-09-01", OfferKind.SPONSORSHIP, OfferCredit.FIXED),
        ("0017P", "EnterpriseAgreement_2014-09-01", OfferKind.PAY_AS_YOU_GO, OfferCredit.PREPAYMENT),
        ("0043P", "Default_2014-09-01", OfferKind.SUPPORT, OfferCredit.NONE),
        ("MS-AZR-USGOV-0003P", "PayAsYouGo_2014-09-01", OfferKind.PAY_AS_YOU_GO, OfferCredit.NONE),
    ],
)
def test_an_offer_is_known_by_its_published_id(
    offer_id: str, quota_id: str, kind: OfferKind, credit: OfferCredit
) -> None:
    """With or without the prefix, in any case."""
    found = published_offer(offer_id)
    assert found
    assert (found.quota_id, found.kind, found.credit) == (quota_id, kind, credit)


def test_an_offer_of_the_operator_is_none_of_them() -> None:
    """Its id means what the operator wants."""
    assert published_offer("GOLD-1") is None
    assert len(PUBLISHED_OFFERS) == 30


def test_what_follows_from_an_offer() -> None:
    """Spending limits of offers with credit of their own; no mail for governments; students are not analysed."""
    limits = {key for key, offer in PUBLISHED_OFFERS.items() if offer.has_spending_limit}
    assert {"MS-AZR-0044P", "MS-AZR-0059P", "MS-AZR-0036P"} <= limits
    assert not {"MS-AZR-0003P", "MS-AZR-0017P", "MS-AZR-0111P"} & limits
    assert not PUBLISHED_OFFERS["MS-AZR-USGOV-0017P"].invoice_by_email
    assert not PUBLISHED_OFFERS["MS-AZR-0170P"].in_cost_analysis
    assert PUBLISHED_OFFERS["MS-AZR-0044P"].once


@pytest.mark.parametrize(
    ("before", "after"),
    [("0003P", "0017P"), ("0023P", "0148P"), ("0063P", "0148P"), ("0041P", "0017P"), ("0017P", "0017P")],
)
def test_what_an_offer_becomes_under_an_enrollment(before: str, after: str) -> None:
    """With credit or Dev/Test: EA Dev/Test; the rest EA."""
    offer = published_offer(before)
    assert offer
    assert after_enrolling(offer) == published_offer(after)
