"""By when the law wants an invoice, by the countries of seller and buyer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kvitto.agreements.billing_periods import invoice_due_at
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.issue_limits import issue_limit
from kvitto.periods import Period, midnight
from tests.agreements import cast


def sold(seller: str, buyer: str) -> InvoiceScope:
    """A subscription of an account of the 28th, sold from one country to another."""
    address = replace(cast.PARTY.address, country=seller)
    scope = cast.mosp(cast.subscription(started_on=date(2023, 1, 1)))
    return replace(
        scope,
        seller=replace(scope.seller, party=replace(cast.PARTY, address=address)),
        account=cast.account(created_on=date(2022, 1, 28), country=buyer),
    )


@pytest.mark.parametrize(
    ("seller", "buyer", "limit"),
    [
        ("SE", "LV", date(2024, 4, 15)),
        ("SE", "SE", None),
        ("SE", "US", None),
        ("NL", "NL", date(2024, 4, 15)),
        ("NL", "TW", date(2024, 4, 15)),
        ("LV", "LV", date(2024, 4, 15)),
        ("LV", "SE", date(2024, 4, 15)),
        ("US", "SE", None),
    ],
)
def test_the_legal_limit_by_country(seller: str, buyer: str, limit: date | None) -> None:
    """For March 2024, whose last day is also the tax point; 15 days after it is the 15th of April too."""
    assert issue_limit(sold(seller, buyer), date(2024, 3, 31)) == limit


def test_inside_latvia_fifteen_days_count_from_the_supply() -> None:
    """A period that ends on 9 March: 24 March; across a border the 15th of April."""
    assert issue_limit(sold("LV", "LV"), date(2024, 3, 9)) == date(2024, 3, 24)
    assert issue_limit(sold("LV", "SE"), date(2024, 3, 9)) == date(2024, 4, 15)


def test_an_invoice_is_due_by_the_legal_limit_if_that_comes_first() -> None:
    """The account day, the 28th of April, would be too late across a border, but never before usage is closed."""
    march = Period(date(2024, 3, 1), date(2024, 4, 1))
    assert invoice_due_at(sold("SE", "SE"), march, timedelta(hours=72)) == midnight(date(2024, 4, 28))
    assert invoice_due_at(sold("SE", "LV"), march, timedelta(hours=72)) == midnight(date(2024, 4, 15))
    assert invoice_due_at(sold("SE", "LV"), march, timedelta(days=20)) == midnight(date(2024, 4, 21))
