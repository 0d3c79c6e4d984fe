"""Estimates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.statement import estimate
from kvitto.rating.charge import ChargeLine
from tests.invoicing.cast import charged, mca, monthly_credit, mosp, price, subscription
from tests.invoicing.test_drafting import drafted


@pytest.mark.parametrize(
    ("scope", "lines"),
    [
        (mosp(), [charged("1.005"), charged("2.344", meter="E8s")]),
        (mosp(monthly_credit("1")), [charged("1.005"), charged("2.344", meter="E8s")]),
        (mosp(monthly_credit("100")), [charged("1.005")]),
        (mosp(), []),
        (
            mca(subscription("a", offer=monthly_credit("5"), section="s1"), subscription("b", section="s1")),
            [charged("30", "a"), charged("30.005", "b")],
        ),
    ],
)
def test_an_estimate_is_what_the_invoice_would_say_before_tax(scope: InvoiceScope, lines: list[ChargeLine]) -> None:
    """The same charges give the same lines total, credit, total without tax and exact sum as a draft."""
    invoice = drafted(scope, lines, [price()])
    told = estimate(invoice)
    assert told.charges.amount == invoice.totals.lines
    assert told.credit.amount == invoice.totals.allowances
    assert told.without_tax.amount == invoice.totals.without_tax
    assert told.unrounded.amount == invoice.totals.unrounded


def test_charges_of_nothing_still_have_their_currency() -> None:
    """An estimate without lines is zero dollars."""
    told = estimate(drafted(mosp(), []))
    assert (told.charges.amount, told.charges.currency) == (Decimal("0.00"), "USD")
