"""Credit lots and exchange rates of an agreements file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.declaration.declared import DeclaredRate
from kvitto.agreements.declaration.found import Found
from kvitto.agreements.declaration.parts import read_currency
from kvitto.agreements.declaration.toml_table import Table
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import CREDIT_LOT
from kvitto.agreements.hierarchy import Scope
from kvitto.language import phrase
from kvitto.money import PRICE, Money, currency_decimals


def read_credits(table: Table, found: Found, scope: Scope, currency: str, sources: Sequence[LotSource]) -> None:
    """The `credits` of whatever an invoice is made for: lots in the currency of its invoices."""
    decimals = currency_decimals(currency, found.seller.party.address.country)
    for inner in table.tables("credits"):
        lot_id = found.id_of(inner, CREDIT_LOT)
        source = inner.choice("source", sources)
        amount = inner.amount("amount", decimals)
        starts_on = inner.day("starts_on")
        expires_on = inner.day("expires_on", required=False)
        treatment = inner.choice("treatment", tuple(LotTreatment), default=LotTreatment.DISCOUNT)
        purchase_order = inner.text("purchase_order", required=False)
        name = inner.text("name", required=False)
        inner.finish()
        if starts_on and expires_on and expires_on <= starts_on:
            inner.wrong("expires_on", phrase("after {day}, the day it starts", day=starts_on))
        if amount is None or starts_on is None or source not in sources:
            continue
        found.lots.append(
            CreditLot(
                id=lot_id,
                scope=scope,
                source=LotSource(source),
                amount=Money(amount, currency),
                starts_on=starts_on,
                expires_on=expires_on,
                treatment=LotTreatment(treatment),
                purchase_order=purchase_order,
                name=name,
            )
        )


def read_exchange_rate(table: Table, found: Found) -> None:
    """One of the `[[exchange_rates]]`: so much `quote` for one `base`, from a day on until the next."""
    base, quote = read_currency(table, "base"), read_currency(table, "quote")
    rate = table.decimal("rate", _RATE, required=True)
    valid_from = table.day("valid_from")
    quoted_on = table.day("quoted_on", required=False) or valid_from
    source = table.text("source")
    table.finish()
    if base and base == quote:
        table.wrong("quote", phrase("another currency than {base}", base=base))
    if rate is not None and (rate <= 0 or not PRICE.holds(rate)):
        table.wrong("rate", _RATE)
    elif rate is not None and base and quote and valid_from and quoted_on:
        _once(table, found, f"{base}-{quote}", valid_from)
        found.rates.append(DeclaredRate(ExchangeRate(f"{base}-{quote}", rate, source, quoted_on), valid_from))


def _once(table: Table, found: Found, pair: str, valid_from: date) -> None:
    found.once("exchange rate", f"{pair}, {valid_from.isoformat()}", table.at("valid_from"))


_RATE = phrase("a rate above 0 with at most twelve decimals, such as “10.4125”")
