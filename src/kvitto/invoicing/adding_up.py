"""Whether the charges of today still give an issued invoice, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.partner_amounts import partner_amount
from kvitto.money import EXACT
from kvitto.rating.charge import ChargeLine
from kvitto.rating.recurring import RECURRING_PRICES

_Key = tuple[str, str, int, Decimal]  # subscription, meter, price version, tier


def adds_up(invoice: Invoice, scope: InvoiceScope, lines: Iterable[ChargeLine], prices: Mapping[int, Price]) -> bool:
    """True if these charge lines come to the unrounded amounts of the invoice's lines.

    Lines that correct an earlier period are charges of that one, and are left out.
    """
    billed: dict[_Key, Decimal] = defaultdict(Decimal)
    for line in invoice.lines:
        if not line.corrects:
            key = (line.subscription_id, line.meter, line.price_id, line.tier_from)
            billed[key] = EXACT.add(billed[key], line.amount_unrounded)
    return billed == exact_amounts(invoice, scope, lines, prices)


def exact_amounts(
    invoice: Invoice, scope: InvoiceScope, lines: Iterable[ChargeLine], prices: Mapping[int, Price]
) -> dict[_Key, Decimal]:
    """What these charge lines come to unrounded on the invoice, by subscription, meter, price version and tier."""
    charged: dict[_Key, Decimal] = defaultdict(Decimal)
    all_prices = {**prices, **RECURRING_PRICES}
    for charges in lines:
        key = (charges.subscription, charges.meter, charges.price_id, charges.tier_from)
        charged[key] = EXACT.add(charged[key], _exact(invoice, scope, charges, all_prices[charges.price_id]))
    return charged


def _exact(invoice: Invoice, scope: InvoiceScope, charges: ChargeLine, price: Price) -> Decimal:
    if scope.agreement is not AgreementType.MPA:
        return charges.amount
    told = invoice.exchange
    rate = ExchangeRate(f"{told.base}-{told.quote}", told.rate, told.source, told.quoted_on) if told else None
    return partner_amount(charges.amount, price, rate, scope).exact
