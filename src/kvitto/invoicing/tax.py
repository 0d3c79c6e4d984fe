"""Tax on an invoice: in which group a line stands, and the tax of a group, computed on its sum (EN 16931 BR-CO-17).

An account has one category. Under S a rate may differ from line to line where rates are those of a country; a rate of 0
is then category Z, which has no reason. Every other category is alone on its invoice, as O must be (BR-O-11 … 14).
Sales tax of the kind of the United States, by place and taxed share of a price, is not worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.invoicing.invoice import Allowance, CurrencyRate, Line, TaxGroup
from kvitto.invoicing.tax_rates import STANDARD, rate_on
from kvitto.money import EXACT, Money, exact_sum

RATED, ZERO_RATED, OUTSIDE = "S", "Z", "O"
NEEDS_REASON = frozenset(("E", "AE", "K", "G", "O"))
NEEDS_BUYER_VAT_NUMBER = frozenset(("AE", "K"))
NEEDS_SELLER_VAT_NUMBER = frozenset(("AE", "K", "G"))
_REASON_CODES: Mapping[str, str] = {
    "AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O",
}  # fmt: skip
_PERCENT = -2  # a rate in percent is this power of ten

TaxKey = tuple[str, Decimal]  # category and rate in percent


def group_of(treatment: TaxTreatment, tax_class: str, first_day: date, last_day: date) -> TaxKey:
    """The tax group of what was supplied on these days to a buyer who is treated so.

    ValueError if the rate changes between the days, for then they have two tax points. Raises `UnknownTaxRate`.
    """
    if treatment.category != RATED:
        return (treatment.category, Decimal(0))
    if not treatment.country:
        return (RATED, treatment.rate)
    rate = rate_on(treatment.country, tax_class, last_day)
    if rate != rate_on(treatment.country, tax_class, first_day):
        message = f"the rate of {treatment.country} {tax_class!r} changes between {first_day} and {last_day}"
        raise ValueError(message)
    return (RATED, rate) if rate else (ZERO_RATED, rate)


def tax_groups(  # noqa: PLR0913, PLR0917 - a breakdown is made of these
    treatment: TaxTreatment,
    lines: Sequence[Line],
    allowances: Sequence[Allowance],
    currency: str,
    seller_country: str,
    tax_point: date,
) -> tuple[TaxGroup, ...]:
    """The VAT breakdown, by category and then from the highest rate: Σ lines − Σ allowances of each group, and its tax.

    Without lines it has the row of the standard rate on the tax point, with nothing in it (BR-CO-18).
    """
    keys = {_key(line) for line in lines} or {group_of(treatment, STANDARD, tax_point, tax_point)}
    groups = []
    for key in sorted(keys, key=lambda key: (key[0], -key[1])):
        charged = exact_sum(line.amount for line in lines if _key(line) == key)
        allowed = exact_sum(one.amount for one in allowances if _key(one) == key)
        groups.append(tax_group(treatment, key, Money(EXACT.subtract(charged, allowed), currency), seller_country))
    return tuple(groups)


def tax_group(treatment: TaxTreatment, key: TaxKey, taxable: Money, seller_country: str) -> TaxGroup:
    """One row of the breakdown: tax = taxable × rate ÷ 100, rounded once, half away from zero.

    A reason and its VATEX code stand where no tax is asked for, but not for zero-rated supplies (BR-Z-10).
    """
    category, rate = key
    tax = taxable.times(EXACT.scaleb(rate, _PERCENT)).rounded(seller_country)
    is_explained = category == treatment.category and category not in {RATED, ZERO_RATED}
    reason = treatment.reason if is_explained else ""
    code = treatment.reason_code or _REASON_CODES.get(category, "") if is_explained else ""
    return TaxGroup(category, rate, reason, taxable.amount, tax.amount, code)


def currency_rate(rate: ExchangeRate) -> CurrencyRate:
    """An exchange rate as an invoice tells it."""
    return CurrencyRate(rate.base, rate.quote, rate.rate, rate.source, rate.quoted_on)


def _key(one: Line | Allowance) -> TaxKey:
    return (one.tax_category, one.tax_rate)
