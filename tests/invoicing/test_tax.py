"""Tax on the group."""

from decimal import Decimal

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.invoicing.tax import tax_group
from kvitto.money import Money
from tests.invoicing.cast import charged, mosp
from tests.invoicing.test_drafting import drafted


def test_tax_is_computed_on_the_group_not_line_by_line() -> None:
    """100 lines of 0.02 at 25 % give 0.50 of tax; line by line they would give 1.00."""
    invoice = drafted(mosp(), [charged("0.02", tier_from=str(tier)) for tier in range(100)])
    assert invoice.totals.tax == Decimal("0.50")


def test_half_a_cent_of_tax_is_rounded_away_from_zero() -> None:
    """3,805.74 at 25 % is 951.435, which is 951.44 (the worked example of invoice-standards.md §4)."""
    group = tax_group(TaxTreatment("S", Decimal(25)), Money(Decimal("3805.74"), "SEK"), "SE")
    assert (group.taxable, group.tax) == (Decimal("3805.74"), Decimal("951.44"))


def test_a_reverse_charge_keeps_its_reason_and_adds_nothing() -> None:
    """At rate 0 the tax is zero and the reason stands in the breakdown."""
    group = tax_group(TaxTreatment("AE", Decimal(0), "Reverse charge"), Money(Decimal(10), "EUR"), "SE")
    assert (group.category, group.tax, group.reason) == ("AE", Decimal(0), "Reverse charge")


def test_a_rate_may_have_decimals() -> None:
    """100.00 at 8.875 % is 8.88."""
    assert tax_group(TaxTreatment("S", Decimal("8.875")), Money(Decimal(100), "USD"), "US").tax == Decimal("8.88")
