"""Invoice lines out of charges: what was used, by whom, at which price, in which tax group, rounded once."""

from __future__ import annotations

from kvitto.agreements.exchange_rates import ExchangeRate, rate_between
from kvitto.agreements.hierarchy import AgreementType, Customer, Subscription
from kvitto.agreements.price_sheet import ChargeKind, Price
from kvitto.errors import UnableTo
from kvitto.invoicing.drafting.facts import DraftFacts
from kvitto.invoicing.invoice import Line
from kvitto.invoicing.partner_amounts import LineAmount, effective_price, licence_amount, partner_amount
from kvitto.invoicing.tax import group_of
from kvitto.language import phrase
from kvitto.money import Money
from kvitto.periods import ONE_DAY, Period
from kvitto.rating.charge import ChargeLine
from kvitto.rating.recurring import RECURRING_PRICES


class NoExchangeRate(UnableTo):
    """A partner's prices are in another currency than the invoice, and no rate between them is known for the period."""


class LineMaker:
    """Makes the lines of one draft."""

    def __init__(self, facts: DraftFacts) -> None:
        self.scope = facts.scope
        self._country = facts.seller_country
        self._prices = {**facts.prices, **RECURRING_PRICES}
        self._subscriptions = {one.id: one for one in facts.scope.subscriptions}
        self._customers = {one.id: one for one in facts.scope.customers}
        self._exchange = exchange_of(facts)

    def price(self, charges: ChargeLine) -> Price:
        """The price by which a charge line was rated."""
        return self._prices[charges.price_id]

    def subscription(self, charges: ChargeLine) -> Subscription:
        """Who used it; KeyError for a stranger, whose charges are never billed here in silence."""
        return self._subscriptions[charges.subscription]

    def customer(self, charges: ChargeLine) -> Customer | None:
        """The partner's customer who used it."""
        return self._customers.get(self.subscription(charges).customer_id)

    def amount(self, charges: ChargeLine) -> LineAmount:
        """The exact charges, rounded once as this seller bills in this currency; a partner's are cut instead."""
        if self._is_partner and self.price(charges).kind is ChargeKind.LICENCE:
            price = self.price(charges)
            return licence_amount(charges.unit_price, charges.quantity, price, self._exchange, self.scope)
        if self._is_partner:
            return partner_amount(charges.amount, self.price(charges), self._exchange, self.scope)
        rounded = Money(charges.amount, self.scope.currency).rounded(self._country)
        return LineAmount(rounded.amount, charges.amount)

    def line(self, charges: ChargeLine, number: int, section_id: str) -> Line:
        """The line of these charges, at its place on the invoice."""
        price, subscription, customer = self.price(charges), self.subscription(charges), self.customer(charges)
        category, rate = group_of(self.scope.account.tax, price.tax_class, charges.first_day, charges.last_day)
        amount = self.amount(charges)
        return Line(
            number=number,
            section_id=section_id,
            subscription_id=subscription.id,
            subscription_name=subscription.name,
            meter=charges.meter,
            meter_name=price.name or charges.meter,
            category=price.category,
            region=price.region,
            price_id=price.id,
            tier_from=charges.tier_from,
            service_period=Period(charges.first_day, charges.last_day + ONE_DAY),
            quantity=charges.quantity,
            unit=price.price_unit,
            unit_price=effective_price(charges.unit_price, price) if self._is_partner else charges.unit_price,
            amount=amount.rounded,
            amount_unrounded=amount.exact,
            charge_kind=price.kind,
            tax_category=category,
            tax_rate=rate,
            priced_amount=amount.priced,
            publisher=price.publisher,
            customer_id=customer.id if customer else "",
            customer_name=customer.name if customer else "",
        )

    @property
    def _is_partner(self) -> bool:
        return self.scope.agreement is AgreementType.MPA


def exchange_of(facts: DraftFacts) -> ExchangeRate | None:
    """The rate by which a partner's prices become the invoice's currency; None where they are in it already.

    It is the one that holds on the first day of the period: it was fixed before the month began and holds all of it
    (agreements.md §7). Raises `NoExchangeRate`.
    """
    scope, day = facts.scope, facts.period.start
    if scope.agreement is not AgreementType.MPA or scope.pricing_currency == scope.currency:
        return None
    found = rate_between(facts.rates, scope.pricing_currency, scope.currency, day)
    if not found:
        raise NoExchangeRate(
            phrase(
                "The invoice of {name} needs an exchange rate from {base} to {quote} that is valid on {day}. Add it to"
                " the agreements file and apply that.",
                name=scope.name,
                base=scope.pricing_currency,
                quote=scope.currency,
                day=day,
            )
        )
    return found
