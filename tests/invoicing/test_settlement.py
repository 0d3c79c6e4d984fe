"""The monthly credit on an invoice, and whether credit covers all of it."""

from decimal import Decimal

import pytest

from kvitto.agreements.credit_lots import LotSource, LotTreatment
from kvitto.agreements.offers import Offer
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.settlement import covered_by_credit
from kvitto.money import CurrencyMismatch, Money
from tests.invoicing.cast import (
    FEBRUARY,
    ISSUED_ON,
    KNOWN,
    PAY_AS_YOU_GO,
    charged,
    mca,
    monthly_credit,
    mosp,
    price,
    subscription,
)
from tests.invoicing.test_drafting import drafted
from tests.invoicing.test_settle import LAB, lot


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(("charges", "covered"), [("149.99", True), ("150.00", True), ("150.01", False), ("0", True)])
def test_charges_equal_to_the_credit_do_not_exceed_it(charges: str, covered: bool) -> None:  # noqa: FBT001 - a column
    """The credit covers charges up to and including its amount."""
    scope = mosp(monthly_credit("150"))
    assert covered_by_credit(scope, drafted(scope, [charged(charges)])) is covered


def test_an_offer_without_credit_covers_nothing() -> None:
    """Not even charges of zero."""
    scope = mosp(PAY_AS_YOU_GO)
    assert not covered_by_credit(scope, drafted(scope, [charged("0")]))


@pytest.mark.parametrize(("charges", "used"), [("200", "150"), ("150", "150"), ("20", "20"), ("0", "0")])
def test_a_credit_never_takes_off_more_than_the_charges(charges: str, used: str) -> None:
    """The part that is used lies between nothing and the charges."""
    assert drafted(mosp(monthly_credit("150")), [charged(charges)]).totals.allowances == Decimal(used)


def test_the_credit_lowers_the_taxable_amount() -> None:
    """Charges of 250.00 less a credit of 150.00 are taxed on 100.00."""
    invoice = drafted(mosp(monthly_credit("150.00")), [charged("250")])
    assert [(one.reason, one.amount) for one in invoice.allowances] == [("monthly-credit", Decimal(150))]
    assert (invoice.totals.without_tax, invoice.totals.tax, invoice.totals.payable) == tuple(
        map(Decimal, (100, 25, 125))
    )


def test_a_credit_does_not_pay_for_another_subscription() -> None:
    """On a profile each credit is used by its own subscription; the invoice tells their sum."""
    members = (
        subscription("a", offer=monthly_credit("100"), section="s1"),
        subscription("b", offer=monthly_credit("5"), section="s1"),
        subscription("c", section="s1"),
    )
    invoice = drafted(mca(*members), [charged("30", "a"), charged("30", "b"), charged("30", "c")])
    assert invoice.totals.allowances == 35
    assert invoice.totals.without_tax == 55


def test_no_credit_used_is_no_allowance() -> None:
    """An allowance of zero is not written."""
    assert drafted(mosp(monthly_credit("5")), [charged("0")]).allowances == ()


def test_a_credit_in_another_currency_is_a_fault() -> None:
    """Dollars never cover euros."""
    with pytest.raises(CurrencyMismatch):
        drafted(mosp(monthly_credit("5", "EUR")), [charged("9")])


@pytest.mark.parametrize(
    ("offer", "charges", "left", "covered"),
    [
        (monthly_credit("150"), "150.00", None, True),
        (monthly_credit("150"), "150.01", None, False),
        (monthly_credit("150"), "0", None, True),
        (monthly_credit("150"), "160", "10", True),
        (PAY_AS_YOU_GO, "0", None, False),
        (PAY_AS_YOU_GO, "80", "80", True),
        (PAY_AS_YOU_GO, "80", "79.99", False),
        (PAY_AS_YOU_GO, "0", "0", True),
    ],
)
@pytest.mark.parametrize("treatment", list(LotTreatment))
def test_credit_of_every_kind_covers_what_it_pays_whole(
    offer: Offer, charges: str, left: str | None, *, covered: bool, treatment: LotTreatment
) -> None:
    """Charges equal to the credit do not exceed it; without charges any credit covers, also one that is used up."""
    scope = mosp(offer, rate="0")
    lots = () if left is None else (lot("key", left, LotSource.PREPAID_KEY, scope=LAB, treatment=treatment),)
    line = charged(charges)
    draft_ = draft(DraftFacts(scope, FEBRUARY, [line], {1: price()}, ISSUED_ON, KNOWN, lots=lots))
    assert covered_by_credit(scope, draft_, lots) is covered
