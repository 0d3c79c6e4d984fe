"""What a partner's customers come to: to the partner, before the credit it earns, and at the customer's list prices.

Of an issued month the partner's price is the sum of its lines on the invoice, and the list prices are those known when
that was made; an open month is rated by both price sheets at what is known now. List prices are converted at the rate
of the invoice, so that both sums are in one currency. A difference is told where both are known: every usage that was
billed must have a list price. What corrects another month belongs to that month's usage, and is told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from kvitto.agreements.billing_periods import period_containing
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.price_sheet import Price
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import AsOf, CurrencyRate, Line
from kvitto.language import Phrase
from kvitto.money import EXACT, Money, currency_decimals, exact_sum, round_half_away
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine
from kvitto.records.gate import LIST_PRICES
from kvitto.records.invoices import load
from kvitto.records.prices import prices_by_id
from kvitto.runs.estimates import KnownPeriod, known_periods, own_charges_of
from kvitto.runs.office import Office
from kvitto.runs.period_charges import asked_charges
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import rate_periods


@dataclass(frozen=True)
class ThisMonth:
    """The open month of a billing profile: by subscription what it came to, known at `moment`.

    `unpriced_rows`: usage that waits for a price; `obstacles`: what else would keep it from being invoiced.
    """

    scope: InvoiceScope
    period: Period
    moment: datetime
    charges: Mapping[str, Money]
    unpriced_rows: int
    obstacles: tuple[Phrase, ...]

    def of_customer(self, customer_id: str) -> Money | None:
        """What the customer's subscriptions came to; None if it cannot be worked out or was not asked for."""
        own = [one.id for one in self.scope.subscriptions if one.customer_id == customer_id]
        if not own or any(each not in self.charges for each in own):
            return None
        return Money(exact_sum(self.charges[each].amount for each in own), self.scope.currency)


def this_month(
    office: Office, profiles: Sequence[InvoiceScope], subscriptions: Collection[str] | None = None
) -> list[ThisMonth]:
    """The open month of each of these profiles, of those that have one; what is not kept is rated in one go.

    `charges` has these subscriptions alone; None: all.
    """
    as_of = current_as_of()
    open_periods = [(scope, period_containing(scope, office.today())) for scope in profiles]
    wanted = [(scope, period) for scope, period in open_periods if period]
    return [
        _month(office, one, as_of, subscriptions) for one in known_periods(office, wanted, as_of, may_be_older=True)
    ]


def _month(office: Office, known: KnownPeriod, as_of: AsOf, subscriptions: Collection[str] | None) -> ThisMonth:
    wanted = [one.id for one in known.scope.subscriptions if subscriptions is None or one.id in subscriptions]
    charges = own_charges_of(office, known, wanted, as_of) if wanted else {}
    return ThisMonth(known.scope, known.period, known.moment, charges, known.known.unpriced_rows, known.obstacles)


@dataclass(frozen=True)
class PartnerMonth:
    """One month of some of a profile's subscriptions, all amounts in the currency of its invoices, without tax.

    `charges` is what the partner is billed, with `corrections` of other months in it; None if it cannot be worked out.
    `earned` is the credit that the price is already less. `at_list` is the same usage at list prices, and `difference`
    that less what the partner is billed for it; both None if a list price is missing. `invoice`: its number, once there
    is one.
    """

    period: Period
    invoice: str
    charges: Money | None
    corrections: Money | None = None
    earned: Money | None = None
    at_list: Money | None = None
    difference: Money | None = None


def partner_months(
    office: Office, whole: InvoiceScope, subscriptions: Iterable[str], periods: Iterable[Period]
) -> list[PartnerMonth]:
    """Each of these periods of the profile, as far as these subscriptions are concerned."""
    own = frozenset(subscriptions)
    return [_partner_month(office, whole, own, period) for period in periods]


def _partner_month(office: Office, whole: InvoiceScope, own: frozenset[str], period: Period) -> PartnerMonth:
    asked = asked_charges(whole, period)
    if asked.issued:
        facts = load(asked.issued.number)
        billed = _Billed(facts.lines, prices_by_id(line.price_id for line in facts.lines), facts.exchange)
        number = facts.number
    else:
        (rated,) = rate_periods(office, [(asked.scope, period)], asked.as_of)
        try:
            preview = rated.preview
        except UnableTo:
            return PartnerMonth(period, "", None)
        billed, number = _Billed(preview.lines, rated.prices, preview.exchange), ""
    sums = _Sums(asked.scope, [line for line in billed.lines if line.subscription_id in own], billed)
    at_list = _at_list(office, sums, own, period, asked.as_of)
    return PartnerMonth(
        period,
        number,
        charges=sums.billed(sums.lines),
        corrections=sums.billed(sums.corrections) if sums.corrections else None,
        earned=sums.earned(),
        at_list=at_list,
        difference=at_list - sums.billed(sums.usage) if at_list is not None else None,
    )


@dataclass(frozen=True)
class _Billed:
    """The lines of an invoice, or of the draft of one, with their prices and the rate they were converted at."""

    lines: tuple[Line, ...]
    prices: Mapping[int, Price]
    exchange: CurrencyRate | None


@dataclass(frozen=True)
class _Sums:
    """Some lines of an invoice, and what they add up to."""

    scope: InvoiceScope
    lines: Sequence[Line]
    from_: _Billed

    @property
    def usage(self) -> list[Line]:
        """Lines about this month."""
        return [line for line in self.lines if line.corrects is None]

    @property
    def corrections(self) -> list[Line]:
        """Lines about other months."""
        return [line for line in self.lines if line.corrects]

    def billed(self, lines: Iterable[Line]) -> Money:
        """As they stand on the invoice."""
        return Money(exact_sum(line.amount for line in lines), self.scope.currency)

    def earned(self) -> Money:
        """What the prices of this month's usage are less, by the credit that the partner earns."""
        return self.converted(exact_sum(self._earned(line) for line in self.usage))

    def converted(self, priced: Decimal) -> Money:
        """From the currency of the prices to that of the invoice, rounded once."""
        exchange, country = self.from_.exchange, self.scope.seller.party.address.country
        amount = EXACT.multiply(priced, exchange.rate) if exchange else priced
        return Money(round_half_away(amount, currency_decimals(self.scope.currency, country)), self.scope.currency)

    def _earned(self, line: Line) -> Decimal:
        price = self.from_.prices.get(line.price_id)
        steps = price.tiers if price else ()
        full = next((one.unit_price for one in steps if one.from_quantity == line.tier_from), line.unit_price)
        return EXACT.multiply(line.quantity, EXACT.subtract(full, line.unit_price))


def _at_list(office: Office, sums: _Sums, own: frozenset[str], period: Period, as_of: AsOf) -> Money | None:
    """What the same usage comes to at list prices; None unless all that was billed has one, and nothing else does."""
    scope = sums.scope
    listed = replace(scope, account=replace(scope.account, price_sheet=LIST_PRICES))
    (rated,) = rate_periods(office, [(listed, period)], as_of)
    if any(one.subscription in own for one in rated.unpriced):
        return None
    lines = [line for line in rated.lines if line.subscription in own]
    if {_used(line) for line in lines} != {_used_of(line) for line in sums.usage}:
        return None
    return sums.converted(exact_sum(line.amount for line in lines))


def _used(line: ChargeLine) -> tuple[str, str]:
    return (line.subscription, line.meter)


def _used_of(line: Line) -> tuple[str, str]:
    return (line.subscription_id, line.meter)
