"""What a partner pays for a line: the price less the earned credit, cut, converted, and cut again (agreements.md §7).

amount = cut(cut(effective unit price × quantity, 2) × exchange rate, 2), where cutting goes towards zero. The earned
credit is 0 or 15 percent for each meter and day; it is a fact of each price version, and charges are net of it.

A licence is sold by the piece: amount = cut(effective unit price × exchange rate, 2) × quantity. A part of a piece is
not described; what it comes to is cut once more. Licences are priced in the partner's own currency (§7), so that the
rate is one unless the price sheet is in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.price_sheet import Price
from kvitto.money import AMOUNT, EXACT, currency_decimals, cut_towards_zero, round_half_away

_PERCENT = -2  # a share in percent is this power of ten


@dataclass(frozen=True)
class LineAmount:
    """The amount of a line: rounded, and exact, in the invoice's currency; and cut in that of the prices, if another.

    A converted exact amount is kept to the decimals of `money.AMOUNT`.
    """

    rounded: Decimal
    exact: Decimal
    priced: Decimal | None = None


def effective_price(unit_price: Decimal, price: Price) -> Decimal:
    """The unit price less the credit that the partner earns; exact."""
    return EXACT.multiply(unit_price, EXACT.scaleb(Decimal(100 - price.earned_credit), _PERCENT))


def licence_amount(
    unit_price: Decimal, quantity: Decimal, price: Price, exchange: ExchangeRate | None, scope: InvoiceScope
) -> LineAmount:
    """What of so many licences, at this unit price before earned credit, stands on a partner's invoice."""
    country = scope.seller.party.address.country
    decimals = currency_decimals(scope.currency, country)
    effective = effective_price(unit_price, price)
    exact = EXACT.multiply(effective, quantity)
    each = EXACT.multiply(effective, exchange.rate) if exchange else effective
    rounded = cut_towards_zero(EXACT.multiply(cut_towards_zero(each, decimals), quantity), decimals)
    if not exchange:
        return LineAmount(rounded, exact)
    return LineAmount(
        rounded=rounded,
        exact=round_half_away(EXACT.multiply(exact, exchange.rate), AMOUNT.decimals),
        priced=cut_towards_zero(exact, currency_decimals(scope.pricing_currency, country)),
    )


def partner_amount(charged: Decimal, price: Price, exchange: ExchangeRate | None, scope: InvoiceScope) -> LineAmount:
    """What of these exact charges, before earned credit, stands on a partner's invoice."""
    country = scope.seller.party.address.country
    exact = effective_price(charged, price)
    priced = cut_towards_zero(exact, currency_decimals(scope.pricing_currency, country))
    if not exchange:
        return LineAmount(priced, exact)
    decimals = currency_decimals(scope.currency, country)
    return LineAmount(
        rounded=cut_towards_zero(EXACT.multiply(priced, exchange.rate), decimals),
        exact=round_half_away(EXACT.multiply(exact, exchange.rate), AMOUNT.decimals),
        priced=priced,
    )
