"""Tax in the seller's currency, and the amount to pay in whole steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.dated import FOREVER, Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import CurrencyStep, InvoiceScope
from kvitto.invoicing.drafting import DraftFacts, draft, obstacles
from kvitto.invoicing.invoice import Invoice
from kvitto.periods import Period
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, charged, mosp, price

EARLIER = Dated(
    ExchangeRate("EUR-SEK", Decimal("11.10"), "Riksbanken", date(2024, 1, 31)),
    Period(date(2024, 2, 1), date(2024, 2, 29)),
)
OF_THE_TAX_POINT = Dated(
    ExchangeRate("EUR-SEK", Decimal("11.235"), "Riksbanken", date(2024, 2, 28)),
    Period(date(2024, 2, 29), FOREVER),
)


def euros(steps: tuple[CurrencyStep, ...] = (), accounting: str = "") -> InvoiceScope:
    """A buyer who pays in euros."""
    scope = mosp(currency="EUR")
    return replace(scope, seller=replace(scope.seller, payable_rounding=steps, accounting_currency=accounting))


def invoiced(scope: InvoiceScope, amount: str, *rates: Dated[ExchangeRate]) -> Invoice:
    """The draft over one line at 25 %."""
    return draft(DraftFacts(scope, FEBRUARY, [charged(amount)], {1: price()}, ISSUED_ON, KNOWN, rates=rates))


def test_tax_is_also_told_in_the_currency_of_accounting() -> None:
    """The sum of tax by the rate that holds on the tax point, rounded once (BT-6, BT-111)."""
    invoice = invoiced(euros(accounting="SEK"), "100.02", OF_THE_TAX_POINT, EARLIER)
    assert invoice.accounting_tax
    assert invoice.accounting_tax.tax == Decimal("280.99")  # 25.01 × 11.235 = 280.98735
    told = invoice.accounting_tax.rate
    assert (told.base, told.quote, told.rate, told.source, told.quoted_on) == (
        "EUR", "SEK", Decimal("11.235"), "Riksbanken", date(2024, 2, 28),
    )  # fmt: skip


@pytest.mark.parametrize("accounting", ["", "EUR"])
def test_one_currency_needs_no_second_tax(accounting: str) -> None:
    """Neither where the seller asks for none, nor where it is the invoice's own."""
    scope = euros(accounting=accounting)
    invoice = invoiced(scope, "100")
    assert invoice.accounting_tax is None
    assert obstacles(scope, invoice) == ()


def test_without_a_rate_of_the_tax_point_the_invoice_is_held_back() -> None:
    """A rate of the days before does not do."""
    scope = euros(accounting="SEK")
    (sentence,) = obstacles(scope, invoiced(scope, "100", EARLIER))
    assert "no exchange rate from EUR to SEK is valid on 29 February 2024" in str(sentence)


@pytest.mark.parametrize(
    ("amount", "step", "payable", "rounding"),
    [
        ("3932.096", "1", "4915", "-0.13"),
        ("3932.4", "1", "4916", "0.50"),
        ("0.02", "0.05", "0.05", "0.02"),
        ("0.008", "0.05", "0.00", "-0.01"),
        ("-3.94", "1", "-5", "-0.07"),
        ("0", "1", "0", "0"),
    ],
)
def test_the_amount_to_pay_is_rounded_to_the_sellers_step(amount: str, step: str, payable: str, rounding: str) -> None:
    """Half away from zero; it changes neither tax nor the total with tax (BT-114)."""
    plain, stepped = invoiced(euros(), amount), invoiced(euros((CurrencyStep("EUR", Decimal(step)),)), amount)
    assert (stepped.totals.payable, stepped.totals.rounding) == (Decimal(payable), Decimal(rounding))
    assert (stepped.totals.with_tax, stepped.totals.tax) == (plain.totals.with_tax, plain.totals.tax)
    assert plain.totals.rounding == 0


def test_a_step_of_another_currency_is_not_used() -> None:
    """Whole kronor say nothing about euros."""
    assert invoiced(euros((CurrencyStep("SEK", Decimal(1)),)), "0.4").totals.payable == Decimal("0.50")
