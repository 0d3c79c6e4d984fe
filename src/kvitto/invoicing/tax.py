"""Tax on an invoice: computed on the sum of a group, never line by line (EN 16931 BR-CO-17)."""

from __future__ import annotations

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.invoicing.invoice import TaxGroup
from kvitto.money import EXACT, Money

_PERCENT = -2  # a rate in percent is this power of ten


def tax_group(treatment: TaxTreatment, taxable: Money, seller_country: str) -> TaxGroup:
    """The VAT breakdown row of a taxable amount: tax = taxable × rate ÷ 100, rounded once, half away from zero.

    An invoice always has a breakdown (BR-CO-18), also where the rate or the amount is zero.
    """
    tax = taxable.times(EXACT.scaleb(treatment.rate, _PERCENT)).rounded(seller_country)
    return TaxGroup(treatment.category, treatment.rate, treatment.reason, taxable.amount, tax.amount)
