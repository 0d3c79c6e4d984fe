"""Whether charges still give an invoice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kvitto.invoicing.adding_up import adds_up
from kvitto.invoicing.invoice import CorrectedPeriod
from tests.invoicing.cast import FEBRUARY, charged, mosp, price
from tests.invoicing.test_drafting import drafted
from tests.invoicing.test_partner_amounts import KRONOR_IN_FEBRUARY, billed, partner

PRICES = {1: price(), 2: price(2, "disk")}


def test_the_charges_it_was_made_of_add_up() -> None:
    """In any order, and to every digit; one digit, line or meter more does not."""
    lines = [charged("1.005"), charged("2.3", meter="disk", price_id=2)]
    invoice = drafted(mosp(), lines, PRICES.values())
    assert adds_up(invoice, mosp(), lines[::-1], PRICES)
    assert not adds_up(invoice, mosp(), lines[:1], PRICES)
    assert not adds_up(invoice, mosp(), [*lines, charged("1", tier_from="5")], PRICES)
    assert not adds_up(invoice, mosp(), [lines[0], replace(lines[1], amount=Decimal("2.30001"))], PRICES)


def test_a_correction_is_a_charge_of_another_period() -> None:
    """Its line is not looked for among the charges of this one."""
    invoice = drafted(mosp(), [charged("1")])
    (section,) = invoice.sections
    correction = replace(section.lines[0], number=2, corrects=CorrectedPeriod("K-2024-000001", FEBRUARY, "late-usage"))
    corrected = replace(invoice, sections=(replace(section, lines=(*section.lines, correction)),))
    assert adds_up(corrected, mosp(), [charged("1")], PRICES)


def test_a_partners_charges_are_converted_first() -> None:
    """By the rate and the earned credit that the invoice was made with."""
    lines = [charged("1.239", "a"), charged("7", "c")]
    invoice = billed(partner(), *lines, earned=15, rates=(KRONOR_IN_FEBRUARY,))
    earning = {1: replace(price(), earned_credit=15)}
    assert adds_up(invoice, partner(), lines, earning)
    assert not adds_up(invoice, partner(), lines, {1: price()})
