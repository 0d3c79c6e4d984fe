"""Tax on the group."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import InvoiceScope, TaxTreatment
from kvitto.invoicing.tax import group_of, tax_group
from kvitto.money import Money
from tests.invoicing.cast import charged, mosp, price
from tests.invoicing.test_drafting import drafted

LEAP_DAY = date(2024, 2, 29)
RATED = TaxTreatment("S", Decimal(25))


def treated(treatment: TaxTreatment) -> InvoiceScope:
    """What is sold to a buyer who is taxed so."""
    scope = mosp()
    return replace(scope, account=replace(scope.account, tax=treatment))


def test_tax_is_computed_on_the_group_not_line_by_line() -> None:
    """100 lines of 0.02 at 25 % give 0.50 of tax; line by line they would give 1.00."""
    invoice = drafted(mosp(), [charged("0.02", tier_from=str(tier)) for tier in range(100)])
    assert invoice.totals.tax == Decimal("0.50")


def test_half_a_cent_of_tax_is_rounded_away_from_zero() -> None:
    """3,805.74 at 25 % is 951.435, which is 951.44 (the worked example of invoice-standards.md §4)."""
    group = tax_group(RATED, ("S", Decimal(25)), Money(Decimal("3805.74"), "SEK"), "SE")
    assert (group.taxable, group.tax) == (Decimal("3805.74"), Decimal("951.44"))


def test_a_rate_may_have_decimals() -> None:
    """100.00 at 8.875 % is 8.88."""
    group = tax_group(RATED, ("S", Decimal("8.875")), Money(Decimal(100), "USD"), "US")
    assert group.tax == Decimal("8.88")


@pytest.mark.parametrize(
    ("category", "given", "code"),
    [
        ("AE", "", "VATEX-EU-AE"),
        ("K", "", "VATEX-EU-IC"),
        ("G", "", "VATEX-EU-G"),
        ("O", "", "VATEX-EU-O"),
        ("E", "", ""),
        ("E", "VATEX-EU-132", "VATEX-EU-132"),
    ],
)
def test_a_group_without_tax_says_why(category: str, given: str, code: str) -> None:
    """Its reason stands in the breakdown, with the code that goes with the category unless another is given."""
    invoice = drafted(treated(TaxTreatment(category, Decimal(0), "Because", reason_code=given)), [charged("10")])
    (group,) = invoice.tax_groups
    assert (group.category, group.rate, group.taxable, group.tax) == (category, Decimal(0), Decimal(10), Decimal(0))
    assert (group.reason, group.reason_code) == ("Because", code)


@pytest.mark.parametrize("treatment", [RATED, TaxTreatment("Z", Decimal(0), "not to be told")])
def test_standard_and_zero_rated_groups_have_no_reason(treatment: TaxTreatment) -> None:
    """BR-S-10 and BR-Z-10 forbid one."""
    (group,) = drafted(treated(treatment), [charged("10")]).tax_groups
    assert (group.reason, group.reason_code) == ("", "")


def test_rates_of_a_country_follow_the_class_of_the_price() -> None:
    """At 25, 6 and 0 percent: a group each, the zero-rated one in its own category; from the highest rate down."""
    prices = [price(1, "D8s"), replace(price(2, "E8s"), tax_class="books"), replace(price(3, "F8s"), tax_class="zero")]
    lines = [charged("10"), charged("20", meter="E8s", price_id=2), charged("30", meter="F8s", price_id=3)]
    invoice = drafted(treated(TaxTreatment("S", Decimal(0), country="SE")), lines, prices)
    assert [(one.category, one.rate, one.taxable, one.tax) for one in invoice.tax_groups] == [
        ("S", Decimal(25), Decimal(10), Decimal("2.50")), ("S", Decimal(6), Decimal(20), Decimal("1.20")),
        ("Z", Decimal(0), Decimal(30), Decimal(0)),
    ]  # fmt: skip
    assert sorted((line.meter, line.tax_category, line.tax_rate) for line in invoice.lines) == [
        ("D8s", "S", Decimal(25)), ("E8s", "S", Decimal(6)), ("F8s", "Z", Decimal(0)),
    ]  # fmt: skip


def test_a_class_changes_nothing_where_no_country_decides() -> None:
    """An account with a rate of its own pays it for everything."""
    assert group_of(RATED, "books", LEAP_DAY, LEAP_DAY) == ("S", Decimal(25))
    assert group_of(TaxTreatment("AE", Decimal(0), "Reverse charge", "SE"), "books", LEAP_DAY, LEAP_DAY) == (
        "AE", Decimal(0),
    )  # fmt: skip


def test_an_invoice_without_lines_still_has_the_standard_rate() -> None:
    """BR-CO-18: at least one row."""
    (group,) = drafted(treated(TaxTreatment("S", Decimal(0), country="LV")), []).tax_groups
    assert (group.category, group.rate, group.taxable) == ("S", Decimal(21), Decimal(0))


def test_a_line_over_two_rates_is_a_fault() -> None:
    """It has to be cut first: a supply has one tax point."""
    food = TaxTreatment("S", Decimal(0), country="SE")
    with pytest.raises(ValueError, match="changes between 2026-03-31 and 2026-04-01"):
        group_of(food, "food", date(2026, 3, 31), date(2026, 4, 1))
    assert group_of(food, "food", date(2026, 4, 1), date(2026, 4, 30)) == ("S", Decimal(6))
