"""What a period comes to before it is invoiced: the estimate, by the same rules as the invoice."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.invoicing.drafting import DraftFacts, settled
from kvitto.money import Money, exact_sum, zero


@dataclass(frozen=True)
class Estimate:
    """Charges known so far, without tax.

    `charges` is the sum of the lines as they would be rounded, `credit` what monthly credits and lots would take off
    before tax, `without_tax` the invoice's total before tax (charges − credit), `unrounded` the exact sum of the
    charges.
    """

    charges: Money
    credit: Money
    without_tax: Money
    unrounded: Money


def estimate(facts: DraftFacts) -> Estimate:
    """What the invoice of these facts would come to; its issue date and number of edition decide nothing here.

    Raises as `draft` does.
    """
    settlement = settled(facts)
    currency = facts.scope.currency
    nothing = zero(currency).rounded(facts.seller_country)
    charges = nothing + Money(exact_sum(line.amount for line in settlement.lines), currency)
    credit = Money(exact_sum(one.amount for one in settlement.allowances), currency)
    unrounded = Money(exact_sum(line.amount_unrounded for line in settlement.lines), currency)
    return Estimate(charges, credit, charges - credit, unrounded)
