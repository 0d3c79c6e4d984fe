"""What a partner pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.dated import FOREVER, Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import AgreementType, Customer, InvoiceScope
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.drafting.lines import NoExchangeRate
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.partner_amounts import licence_amount, partner_amount
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, charged, mca, price, subscription

TO_KRONOR = ExchangeRate("USD-SEK", Decimal("10.5"), "Riksbanken", date(2024, 1, 30))
KRONOR_IN_FEBRUARY = Dated(TO_KRONOR, FEBRUARY)


def partner(currency: str = "SEK") -> InvoiceScope:
    """A partner whose prices are in dollars, with one customer of two subscriptions and one of one."""
    names = {"a": "contoso", "b": "contoso", "c": "fabrikam"}
    scope = mca(*(replace(subscription(key), customer_id=customer) for key, customer in names.items()), sections=())
    account = replace(scope.account, agreement=AgreementType.MPA, currency=currency, pricing_currency="USD")
    customers = tuple(Customer(name, "riga", name.title(), scope.bill_to) for name in ("contoso", "fabrikam"))
    return replace(scope, account=account, customers=customers)


def billed(
    scope: InvoiceScope, *lines: ChargeLine, earned: int = 0, rates: tuple[Dated[ExchangeRate], ...] = ()
) -> Invoice:
    """The partner's invoice; `earned` is the partner earned credit of every price."""
    prices = {key: replace(price(key, meter, category=kind), earned_credit=earned) for key, meter, kind in _SOLD}
    return draft(DraftFacts(scope, FEBRUARY, lines, prices, ISSUED_ON, KNOWN, rates=rates))


_SOLD = [(1, "D8s", "Virtual machines"), (2, "disk", "Storage")]


@pytest.mark.parametrize(
    ("charges", "earned", "rate", "amount"),
    [
        ("-1.239", 0, None, "-1.23"),  # cut towards zero, not down (agreements.md §7)
        ("1.239", 0, None, "1.23"),
        ("1.239", 15, None, "1.05"),  # 1.05315
        ("1.239", 0, "10.5", "12.91"),  # 1.23 × 10.5 = 12.915
        ("-1.239", 0, "10.5", "-12.91"),
        ("0.009", 0, "10.5", "0.00"),  # cut before it is converted
        ("0", 15, "10.5", "0.00"),
    ],
)
def test_amounts_are_cut_converted_and_cut_again(charges: str, earned: int, rate: str | None, amount: str) -> None:
    """cut(cut(effective price × quantity, 2) × exchange rate, 2), towards zero."""
    exchange = replace(TO_KRONOR, rate=Decimal(rate)) if rate else None
    found = partner_amount(Decimal(charges), replace(price(), earned_credit=earned), exchange, partner())
    assert found.rounded == Decimal(amount)


@pytest.mark.parametrize(
    ("unit_price", "quantity", "earned", "rate", "amount"),
    [
        ("1.239", "100", 0, None, "123.00"),  # each is cut, not the sum: as usage it would be 123.90
        ("1.239", "100", 15, None, "105.00"),  # 1.05315
        ("1.239", "100", 0, "10.5", "1300.00"),  # 13.0095 each; as usage 123.90 × 10.5 = 1300.95
        ("1.239", "-1", 0, None, "-1.23"),  # towards zero
        ("1.239", "0.5", 0, None, "0.61"),  # 0.615: a part is cut once more
    ],
)
def test_a_licence_is_cut_for_each_piece(
    unit_price: str, quantity: str, earned: int, rate: str | None, amount: str
) -> None:
    """cut(effective price × exchange rate, 2) × quantity."""
    exchange = replace(TO_KRONOR, rate=Decimal(rate)) if rate else None
    sold = replace(price(), earned_credit=earned, kind=ChargeKind.LICENCE)
    found = licence_amount(Decimal(unit_price), Decimal(quantity), sold, exchange, partner())
    assert found.rounded == Decimal(amount)


def test_licences_stand_on_a_partners_invoice_by_their_own_rule() -> None:
    """200 of 0.505: 0.50 each, and not 101.00; credit does not pay for them."""
    prices = {1: replace(price(1, "D8s", category="Software"), kind=ChargeKind.LICENCE)}
    one = replace(charged("101", "a"), unit_price=Decimal("0.505"), quantity=Decimal(200))
    scope = replace(partner(), account=replace(partner().account, pricing_currency="SEK"))
    (line,) = draft(DraftFacts(scope, FEBRUARY, (one,), prices, ISSUED_ON, KNOWN)).lines
    assert (line.amount, line.amount_unrounded) == (Decimal(100), Decimal(101))
    assert not line.charge_kind.is_credit_eligible


def test_a_partners_invoice_shows_both_currencies_and_the_rate() -> None:
    """Unit price and priced amount are net of the earned credit, in the currency of the prices."""
    invoice = billed(partner(), charged("100", "a"), earned=15, rates=(KRONOR_IN_FEBRUARY,))
    (line,) = invoice.lines
    assert (line.unit_price, line.priced_amount) == (Decimal("0.425"), Decimal("85.00"))
    assert (line.amount, line.amount_unrounded) == (Decimal("892.50"), Decimal("892.5"))
    assert invoice.currency == "SEK"
    assert invoice.exchange
    assert (invoice.exchange.base, invoice.exchange.quote, invoice.exchange.rate) == ("USD", "SEK", Decimal("10.5"))
    assert (invoice.exchange.source, invoice.exchange.quoted_on) == ("Riksbanken", date(2024, 1, 30))


def test_the_rate_is_the_one_that_held_when_the_month_began() -> None:
    """It was fixed before; another one in the middle of the month changes nothing."""
    later = Dated(replace(TO_KRONOR, rate=Decimal(99)), Period(date(2024, 2, 15), FOREVER))
    first = Dated(TO_KRONOR, Period(date(2024, 2, 1), date(2024, 2, 15)))
    (line,) = billed(partner(), charged("10", "a"), rates=(later, first)).lines
    assert line.amount == Decimal("105.00")


def test_without_a_rate_there_is_no_invoice() -> None:
    """A rate of another month, or one the other way round, does not do."""
    january = Dated(TO_KRONOR, Period(date(2024, 1, 1), date(2024, 2, 1)))
    turned = Dated(replace(TO_KRONOR, id="SEK-USD"), FEBRUARY)
    with pytest.raises(NoExchangeRate, match="from USD to SEK that is valid on 1 February 2024"):
        billed(partner(), charged("10", "a"), rates=(january, turned))


def test_prices_in_the_currency_of_the_invoice_are_cut_once() -> None:
    """No exchange stands on it, and no second amount."""
    invoice = billed(partner("USD"), charged("1.239", "a"))
    (line,) = invoice.lines
    assert (line.amount, line.priced_amount, invoice.exchange) == (Decimal("1.23"), None, None)


def test_sections_are_product_families_with_the_customer_on_each_line() -> None:
    """Storage before virtual machines; in each, one customer after the other."""
    invoice = billed(
        partner("USD"), charged("1", "c"), charged("2", "b"), charged("3", "a"),
        charged("4", "c", meter="disk", price_id=2),
    )  # fmt: skip
    assert [(section.name, section.total) for section in invoice.sections] == [
        ("Storage", Decimal(4)), ("Virtual machines", Decimal(6)),
    ]  # fmt: skip
    assert [(line.customer_name, line.subscription_id) for line in invoice.lines] == [
        ("Fabrikam", "c"), ("Contoso", "a"), ("Contoso", "b"), ("Fabrikam", "c"),
    ]  # fmt: skip
    assert [line.number for line in invoice.lines] == [1, 2, 3, 4]
