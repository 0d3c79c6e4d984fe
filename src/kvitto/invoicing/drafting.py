"""From charges to an invoice without a number: lines, sections, allowances, tax and totals.

Order: sections by name; in a section, lines by service category, then by subscription, meter name, region, meter, first
day of the price, and tier. Ids decide between equal names, so the order is always the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, groupby

from kvitto.agreements.hierarchy import InvoiceScope, InvoiceSection, Subscription
from kvitto.agreements.offers import Offer
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.invoice import AsOf, Invoice, Line, PreviousInvoice, Section, Totals
from kvitto.invoicing.settlement import allowances
from kvitto.invoicing.tax import tax_group
from kvitto.money import Money, exact_sum, zero
from kvitto.periods import ONE_DAY, Period
from kvitto.rating.charge import ChargeLine


def draft(  # noqa: PLR0913, PLR0917 - an invoice is made of this many facts
    scope: InvoiceScope,
    period: Period,
    lines: Iterable[ChargeLine],
    prices: Mapping[int, Price],
    previous: PreviousInvoice | None,
    issue_date: date,
    as_of: AsOf,
) -> Invoice:
    """The invoice of this scope and period, with an empty number.

    `lines` are the charge lines of this pool and period in any order, `prices` are by id. Amounts are in the account's
    currency, rounded to the decimals that the seller's country asks for.
    """
    sections = _sections(scope, lines, prices)
    allowed = allowances(_charges_by_offer(scope, sections), scope.account.currency)
    lines_total = exact_sum(section.total for section in sections)
    deducted = exact_sum(allowance.amount for allowance in allowed)
    taxable = _money(scope, lines_total) - _money(scope, deducted)
    group = tax_group(scope.account.tax, taxable, scope.seller.party.address.country)
    with_tax = taxable + _money(scope, group.tax)
    subscription = None if scope.profile else scope.subscriptions[0]
    return Invoice(
        number="",
        agreement=scope.account.agreement.value,
        currency=scope.account.currency,
        issue_date=issue_date,
        due_date=issue_date + timedelta(days=scope.payment_terms_days),
        tax_point_date=period.last_day,
        period=period,
        payment_terms_days=scope.payment_terms_days,
        purchase_order=scope.profile.purchase_order if scope.profile else "",
        language=scope.language,
        seller_id=scope.seller.id,
        seller=scope.seller.party,
        payment_instructions=scope.seller.payment_instructions,
        sold_to=scope.account.sold_to,
        bill_to=scope.bill_to,
        account_id=scope.account.id,
        account_name=scope.account.name,
        account_administrator=scope.account.administrator,
        profile_id=scope.profile.id if scope.profile else "",
        profile_name=scope.profile.name if scope.profile else "",
        subscription_id=subscription.id if subscription else "",
        subscription_name=subscription.name if subscription else "",
        offer=subscription.offer.kind.value if subscription else "",
        sections=sections,
        allowances=allowed,
        tax_groups=(group,),
        totals=Totals(
            lines=lines_total,
            allowances=deducted,
            without_tax=taxable.amount,
            tax=group.tax,
            with_tax=with_tax.amount,
            payable=with_tax.amount,
            unrounded=exact_sum(line.amount_unrounded for section in sections for line in section.lines),
        ),
        previous=previous,
        as_of=as_of,
    )


def rounded_amount(scope: InvoiceScope, line: ChargeLine) -> Money:
    """The amount of an invoice line: the exact charges, rounded once, as this seller bills in this currency."""
    return _money(scope, line.amount).rounded(scope.seller.party.address.country)


@dataclass(frozen=True)
class _Placed:
    """A charge line with all that decides where on the invoice it stands."""

    section_id: str
    section_name: str
    subscription: Subscription
    price: Price
    charges: ChargeLine

    @property
    def section_key(self) -> tuple[str, str]:
        return (self.section_name, self.section_id)

    @property
    def key(self) -> tuple[object, ...]:
        price, charges = self.price, self.charges
        return (
            *self.section_key, price.category, self.subscription.name, self.subscription.id,
            price.name or charges.meter, price.region, charges.meter, price.valid_from, charges.tier_from, price.id,
        )  # fmt: skip


def _sections(scope: InvoiceScope, lines: Iterable[ChargeLine], prices: Mapping[int, Price]) -> tuple[Section, ...]:
    names = _section_names(scope)
    subscriptions = {subscription.id: subscription for subscription in scope.subscriptions}
    placed = sorted(
        (
            _Placed(*names[line.subscription], subscriptions[line.subscription], prices[line.price_id], line)
            for line in lines
        ),
        key=lambda one: one.key,
    )
    numbers = count(1)
    sections = []
    for (name, section_id), members in groupby(placed, key=lambda one: one.section_key):
        section_lines = tuple(_line(scope, one, next(numbers)) for one in members)
        sections.append(Section(section_id, name, section_lines, exact_sum(line.amount for line in section_lines)))
    return tuple(sections)


def _section_names(scope: InvoiceScope) -> dict[str, tuple[str, str]]:
    """Section id and name by subscription id; a MOSP invoice has its one subscription as its one section."""
    if not scope.profile:
        return {subscription.id: (subscription.id, subscription.name) for subscription in scope.subscriptions}
    by_id: dict[str, InvoiceSection] = {section.id: section for section in scope.sections}
    return {
        subscription.id: (subscription.section_id, by_id[subscription.section_id].name)
        for subscription in scope.subscriptions
    }


def _line(scope: InvoiceScope, placed: _Placed, number: int) -> Line:
    charges, price = placed.charges, placed.price
    return Line(
        number=number,
        section_id=placed.section_id,
        subscription_id=placed.subscription.id,
        subscription_name=placed.subscription.name,
        meter=charges.meter,
        meter_name=price.name or charges.meter,
        category=price.category,
        region=price.region,
        price_id=price.id,
        tier_from=charges.tier_from,
        service_period=Period(charges.first_day, charges.last_day + ONE_DAY),
        quantity=charges.quantity,
        unit=price.price_unit,
        unit_price=charges.unit_price,
        amount=rounded_amount(scope, charges).amount,
        amount_unrounded=charges.amount,
    )


def _charges_by_offer(scope: InvoiceScope, sections: Sequence[Section]) -> list[tuple[Offer, Money]]:
    charges = {subscription.id: zero(scope.account.currency) for subscription in scope.subscriptions}
    for section in sections:
        for line in section.lines:
            charges[line.subscription_id] += _money(scope, line.amount)
    return [(subscription.offer, charges[subscription.id]) for subscription in scope.subscriptions]


def _money(scope: InvoiceScope, amount: Decimal) -> Money:
    return Money(amount, scope.account.currency)
