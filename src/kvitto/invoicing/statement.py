"""What a period comes to before it is invoiced: the estimate, by the same rules as the invoice."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.invoicing.invoice import Invoice
from kvitto.money import Money


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


def estimate(draft: Invoice) -> Estimate:
    """What the invoice would come to: it is drafted as if it were issued now, so it cannot say anything else."""
    totals, currency = draft.totals, draft.currency
    return Estimate(
        charges=Money(totals.lines, currency),
        credit=Money(totals.allowances, currency),
        without_tax=Money(totals.without_tax, currency),
        unrounded=Money(totals.unrounded, currency),
    )
