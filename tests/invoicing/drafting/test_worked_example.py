"""The worked example of invoice-standards.md §4, from charges to the amount to pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.hierarchy import AgreementType, CurrencyStep, InvoiceScope, TaxTreatment
from kvitto.agreements.price_sheet import ChargeKind, Price, PriceModel, Tier
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.settlement import LotState
from kvitto.money import EXACT, Money
from kvitto.rating.charge import ChargeLine
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, account, mca, seller, subscription

USAGE, THIRD_PARTY = ChargeKind.USAGE, ChargeKind.MARKETPLACE
SOLD = (
    ("VM D8s v5", "744", "4.1372", USAGE, ""),
    ("Storage", "1234.56", "0.2043", USAGE, ""),
    ("Tokens", "22361.870", "0.0268", USAGE, ""),
    ("Support", "1", "299.00", USAGE, ""),
    ("Handbook", "1", "149.00", THIRD_PARTY, "books"),
)


def test_the_worked_example() -> None:
    """4,377.60 of lines; 10 % off those at 25 %; 951.44 and 8.94 of tax; 100.00 prepaid; 4,815.00 to pay."""
    invoice = _example()
    totals = invoice.totals
    assert {line.meter: line.amount for line in invoice.lines} == {
        "VM D8s v5": Decimal("3078.08"), "Storage": Decimal("252.22"), "Tokens": Decimal("599.30"),
        "Support": Decimal("299.00"), "Handbook": Decimal("149.00"),
    }  # fmt: skip
    assert totals.lines == Decimal("4377.60")
    assert [(one.amount, one.tax_category, one.tax_rate) for one in invoice.allowances] == [
        (Decimal("422.86"), "S", Decimal(25))
    ]
    assert totals.without_tax == Decimal("3954.74")
    assert [(one.category, one.rate, one.taxable, one.tax) for one in invoice.tax_groups] == [
        ("S", Decimal(25), Decimal("3805.74"), Decimal("951.44")),
        ("S", Decimal(6), Decimal("149.00"), Decimal("8.94")),
    ]  # fmt: skip
    assert totals.tax == Decimal("960.38")
    assert totals.with_tax == Decimal("4915.12")
    assert totals.prepaid == Decimal("100.00")
    assert totals.rounding == Decimal("-0.12")
    assert totals.payable == Decimal("4815.00")


def test_a_unit_price_is_not_rounded() -> None:
    """744 h × 4.1372 is 3,078.0768, so 3,078.08; with a price of 4.14 it would be 3,080.16."""
    (line,) = (line for line in _example().lines if line.meter == "VM D8s v5")
    assert (line.quantity, line.unit_price) == (Decimal(744), Decimal("4.1372"))
    assert (line.amount_unrounded, line.amount) == (Decimal("3078.0768"), Decimal("3078.08"))


def _example() -> Invoice:
    scope = _buyer()
    prices = {number: _price(number, *sold) for number, sold in enumerate(SOLD, start=1)}
    lines = [_charges(number, *sold) for number, sold in enumerate(SOLD, start=1)]
    lots = (
        _lot(scope, "422.86", LotSource.PROMOTIONAL, LotTreatment.DISCOUNT),
        _lot(scope, "100.00", LotSource.PURCHASED, LotTreatment.PAYMENT),
    )
    return draft(DraftFacts(scope, FEBRUARY, lines, prices, ISSUED_ON, KNOWN, lots=lots))


def _buyer() -> InvoiceScope:
    buyer = account(AgreementType.MCA, currency="SEK")
    return replace(
        mca(subscription("lab", section="s1")),
        account=replace(buyer, tax=TaxTreatment("S", Decimal(0), country="SE")),
        seller=replace(seller(), payable_rounding=(CurrencyStep("SEK", Decimal(1)),)),
    )


def _price(number: int, meter: str, _quantity: str, unit_price: str, kind: ChargeKind, tax_class: str) -> Price:
    return Price(
        number, "list", meter, "SEK", PriceModel.PER_UNIT, (Tier(Decimal(0), Decimal(unit_price)),), "h", "h", 1, 1,
        date(2023, 1, 1), kind=kind, tax_class=tax_class,
    )  # fmt: skip


def _charges(number: int, meter: str, quantity: str, unit_price: str, _kind: ChargeKind, _tax_class: str) -> ChargeLine:
    amount = EXACT.multiply(Decimal(quantity), Decimal(unit_price))
    return ChargeLine(
        "riga", FEBRUARY.start, "lab", meter, number, Decimal(0), Decimal(unit_price), Decimal(quantity), amount,
        FEBRUARY.start, FEBRUARY.last_day,
    )  # fmt: skip


def _lot(scope: InvoiceScope, amount: str, source: LotSource, treatment: LotTreatment) -> LotState:
    credit = Money(Decimal(amount), "SEK")
    return LotState(CreditLot(source.value, scope.scope, source, credit, date(2024, 1, 1), None, treatment), credit)
