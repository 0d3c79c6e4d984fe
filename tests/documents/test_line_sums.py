"""Charges, credit, tax and total of lines and parts: they add up to the invoice, whatever the shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.documents.line_sums import credit_by_line, sum_of, sums_by_line
from kvitto.invoicing.invoice import Allowance, Invoice
from kvitto.money import exact_sum
from tests.campaign import size
from tests.documents.cast import credit_invoice
from tests.documents.kinds_cast import EVERY_KIND, billed, line, mca_invoice, section

amounts = st.decimals("0", "5000", places=3).map(lambda value: f"{value:f}")
some_lines = st.lists(st.tuples(amounts, st.sampled_from(["S", "L", "E"])), min_size=1, max_size=30)


@pytest.mark.parametrize("make", EVERY_KIND.values(), ids=EVERY_KIND)
def test_lines_add_up_to_the_invoice(make: Callable[[], Invoice]) -> None:
    """Σ charges, Σ credit, Σ tax and Σ total are the invoice's, exactly."""
    invoice = make()
    sums = sum_of(invoice.lines, sums_by_line(invoice))
    totals = invoice.totals
    assert (sums.charges, sums.credit, sums.tax, sums.total) == (
        totals.lines, totals.allowances, totals.tax, totals.with_tax
    )  # fmt: skip


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=3_000))
@given(some_lines)
def test_shares_of_tax_add_up_for_any_lines(lines: list[tuple[str, str]]) -> None:
    """A hundred lines of two cents at 25 % carry fifty cents together, and no line carries tax of another rate."""
    made = [line(amount, tax=tax, price_id=number) for number, (amount, tax) in enumerate(lines)]
    invoice = billed(mca_invoice(), [section("s1", "Research", *made)])
    by_line = sums_by_line(invoice)
    assert exact_sum(one.tax for one in by_line.values()) == invoice.totals.tax
    assert all(not by_line[one.number].tax for one in invoice.lines if not one.tax_rate)
    assert all(one.total >= one.net >= 0 for one in by_line.values())


def test_a_line_that_gives_something_back_has_no_share() -> None:
    """The others carry the tax of the group, which is on the sum."""
    lines = [line("100"), line("-40", "Given back")]
    invoice = billed(mca_invoice(), [section("s1", "Research", *lines)])
    assert [one.tax for one in sums_by_line(invoice).values()] == [Decimal("15.00"), Decimal(0)]


def test_deduction_that_is_not_said_by_line_is_shared_inside_its_tax_group() -> None:
    """As on a credit note over a part: lines know no credit, the document does."""
    lines = [line("30"), line("10", "Tokens"), line("60", "Handbook", tax="L")]
    allowance = Allowance("promotional", Decimal("20.00"), "S", Decimal(25))
    invoice = billed(mca_invoice(), [section("s1", "Research", *lines)], allowances=(allowance,))
    assert credit_by_line(invoice) == {1: Decimal("15.00"), 2: Decimal("5.00")}


def test_invoice_of_form_1_has_no_credit_by_line() -> None:
    """Its facts did not say whose charges the credit paid, and its copies do not say more."""
    invoice = credit_invoice()
    lines = tuple(replace(one, tax_category="", credit=Decimal(0)) for one in invoice.lines)
    allowances = tuple(replace(one, tax_category="") for one in invoice.allowances)
    old = replace(invoice, sections=(replace(invoice.sections[0], lines=lines),), allowances=allowances)
    assert credit_by_line(old) == {}
