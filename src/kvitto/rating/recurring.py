"""Fees that come back every month without any usage: the support plan.

A fee is asked for whole, once for each month of the plan that began: a plan that ends goes on to the end of its month,
and nothing is given back (agreements.md §4.2). Where a plan came to its invoice scope inside a month, or left it for
another, it pays for its days there: fee × days ÷ days of the month, the share rounded as quantities are; the reference
does not describe that case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from kvitto.agreements.anniversaries import cycles
from kvitto.agreements.billing_periods import rating_periods, stays_in
from kvitto.agreements.hierarchy import InvoiceScope, Subscription
from kvitto.agreements.invoice_kinds import InvoiceKind, invoice_kind_of
from kvitto.agreements.price_sheet import ChargeKind, Price, PriceModel, Tier
from kvitto.money import EXACT, Money, convert_unit, exact_sum, zero
from kvitto.periods import ONE_DAY, Period
from kvitto.rating.charge import ChargeLine

SUPPORT_PLAN = "support-plan"
_FEE_IS_OF_THE_OFFER = Decimal(0)
RECURRING_PRICES: Mapping[int, Price] = {
    0: Price(
        id=0,
        price_sheet="",
        meter=SUPPORT_PLAN,
        currency="",
        model=PriceModel.PER_UNIT,
        tiers=(Tier(Decimal(0), _FEE_IS_OF_THE_OFFER),),
        usage_unit="month",
        price_unit="month",
        numerator=1,
        denominator=1,
        valid_from=date.min,
        name="Support plan",
        category="Support",
        kind=ChargeKind.SUPPORT,
    )
}


def fee_lines(
    scope: InvoiceScope, period: Period, kind: InvoiceKind, spans: Sequence[Period] = ()
) -> Iterator[ChargeLine]:
    """The charge lines of all fees that stand on the invoice of this kind and period, one for each span of it.

    `spans` are the parts of the period that are billed apart; none: the whole. Fees are in the currency of the prices.
    """
    if invoice_kind_of(ChargeKind.SUPPORT, scope) is kind:
        for subscription in scope.subscriptions:
            if subscription.offer.monthly_fee:
                for span in spans or (period,):
                    yield from _line(scope, subscription, subscription.offer.monthly_fee, period, span)


def _line(
    scope: InvoiceScope, subscription: Subscription, fee: Money, period: Period, span: Period
) -> Iterator[ChargeLine]:
    """The line of one fee for the days of a span; none if it stood there on no day."""
    parts = [(month, day) for month in _months(scope, period) for day in _days(scope, subscription, month, span)]
    if not parts:
        return
    quantity = exact_sum(convert_unit(Decimal(days.length_in_days), 1, month.length_in_days) for month, days in parts)
    yield ChargeLine(
        pool=scope.scope.id,
        period_start=span.start,
        subscription=subscription.id,
        meter=SUPPORT_PLAN,
        price_id=0,
        tier_from=Decimal(0),
        unit_price=(zero(scope.pricing_currency) + fee).amount,
        quantity=quantity,
        amount=EXACT.multiply(quantity, fee.amount),
        first_day=min(days.start for _, days in parts),
        last_day=max(days.last_day for _, days in parts),
    )


def _months(scope: InvoiceScope, period: Period) -> Iterable[Period]:
    """The whole months that the period touches: those of the plan, or of the calendar."""
    if not scope.subscription:
        return rating_periods(scope, period)
    end = next(cycles(scope.subscription, period.start)).end
    return [Period((end.replace(day=1) - ONE_DAY).replace(day=end.day), end)]


def _days(scope: InvoiceScope, subscription: Subscription, month: Period, span: Period) -> Iterator[Period]:
    """The days of the span, inside the month, for which the plan is paid."""
    for stay in stays_in(scope, subscription):
        goes_on = stay.end == subscription.ended_on and month.start < stay.end
        paid = Period(stay.start, max(stay.end, month.end)) if goes_on else stay
        if (inside := paid.overlap(month)) and (part := inside.overlap(span)):
            yield part
