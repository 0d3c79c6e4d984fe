"""Which charges of a scope stand on its invoice of one kind, with the fees that stand there too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind, invoice_kind_of
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.tax_spans import changes_of, joined
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Unpriced
from kvitto.rating.recurring import RECURRING_PRICES, fee_lines


def billed_lines(
    scope: InvoiceScope, period: Period, kind: InvoiceKind, rated: Iterable[ChargeLine], prices: Mapping[int, Price]
) -> tuple[ChargeLine, ...]:
    """The charge lines of the invoice of this kind: of all that was rated in the period, its own, and its fees."""
    prices = {**prices, **RECURRING_PRICES}
    treatment = scope.account.tax
    own = [line for line in rated if invoice_kind_of(prices[line.price_id].kind, scope) is kind]
    days = changes_of(treatment, RECURRING_PRICES.values(), period)
    fees = fee_lines(scope, period, kind, _spans(period, days))
    return tuple(joined([*own, *fees], prices, treatment))


def held_back(
    scope: InvoiceScope, kind: InvoiceKind, unpriced: Iterable[Unpriced], prices: Sequence[Price]
) -> tuple[Unpriced, ...]:
    """Of usage without a price, what holds the invoice of this kind back.

    A meter belongs where the latest of its known `prices` puts it; one that never had a price, to services.
    """
    latest: dict[str, Price] = {}
    for price in sorted(prices, key=lambda price: price.valid_from):
        if (price.price_sheet, price.currency) == (scope.account.price_sheet, scope.pricing_currency):
            latest[price.meter] = price

    def kind_of(meter: str) -> InvoiceKind:
        return invoice_kind_of(latest[meter].kind, scope) if meter in latest else InvoiceKind.SERVICES

    return tuple(one for one in unpriced if kind_of(one.meter) is kind)


def _spans(period: Period, days: Sequence[date]) -> tuple[Period, ...]:
    bounds = [period.start, *days, period.end]
    return tuple(Period(start, end) for start, end in pairwise(bounds))
