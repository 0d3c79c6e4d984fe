"""What an invoice comes to: tax groups, totals, and the amount to pay (EN 16931 BR-CO-10 … 17)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kvitto.agreements.exchange_rates import rate_between
from kvitto.agreements.hierarchy import Seller
from kvitto.invoicing.drafting.facts import DraftFacts
from kvitto.invoicing.invoice import AccountingTax, Prepayment, TaxGroup, Totals
from kvitto.invoicing.settlement import Settlement
from kvitto.invoicing.tax import currency_rate, tax_groups
from kvitto.money import EXACT, Money, exact_sum, round_to_step


def groups_of(facts: DraftFacts, settlement: Settlement) -> tuple[TaxGroup, ...]:
    """The VAT breakdown of the lines less the allowances; never empty (BR-CO-18)."""
    scope, tax_point = facts.scope, facts.period.last_day
    return tax_groups(
        scope.account.tax, settlement.lines, settlement.allowances, scope.currency, facts.seller_country, tax_point
    )


def totals_of(
    facts: DraftFacts, settlement: Settlement, groups: Sequence[TaxGroup], prepayments: Sequence[Prepayment]
) -> Totals:
    """The totals; what is left to pay is rounded to the seller's step for the currency, and nothing else is."""
    lines = exact_sum(line.amount for line in settlement.lines)
    allowances = exact_sum(one.amount for one in settlement.allowances)
    without_tax = EXACT.subtract(lines, allowances)
    tax = exact_sum(group.tax for group in groups)
    with_tax = EXACT.add(without_tax, tax)
    prepaid = exact_sum(one.amount for one in prepayments)
    to_pay = EXACT.subtract(with_tax, prepaid)
    payable = _payable(facts.scope.seller, facts.scope.currency, to_pay)
    return Totals(
        lines=lines,
        allowances=allowances,
        without_tax=without_tax,
        tax=tax,
        with_tax=with_tax,
        payable=payable,
        unrounded=exact_sum(line.amount_unrounded for line in settlement.lines),
        prepaid=prepaid,
        rounding=EXACT.subtract(payable, to_pay),
    )


def accounting_tax(facts: DraftFacts, tax: Decimal) -> AccountingTax | None:
    """The tax in the seller's accounting currency, by the rate of the tax point (BT-6, BT-111).

    None where there is no tax to show, where it is the invoice's own currency, or where no rate is known: then
    `obstacles` holds the invoice back.
    """
    scope, country = facts.scope, facts.seller_country
    wanted = scope.seller.accounting_currency
    if not tax or not wanted or wanted == scope.currency:
        return None
    rate = rate_between(facts.rates, scope.currency, wanted, facts.period.last_day)
    if not rate:
        return None
    return AccountingTax(Money(EXACT.multiply(tax, rate.rate), wanted).rounded(country).amount, currency_rate(rate))


def _payable(seller: Seller, currency: str, to_pay: Decimal) -> Decimal:
    step = next((one.step for one in seller.payable_rounding if one.currency == currency), None)
    return round_to_step(to_pay, step) if step else to_pay
