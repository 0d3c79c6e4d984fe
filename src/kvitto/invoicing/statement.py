"""What a period comes to before it is invoiced: the estimate, by the same rules as the invoice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.drafting import rounded_amount
from kvitto.invoicing.settlement import credit_used
from kvitto.money import Money, total, zero
from kvitto.rating.charge import ChargeLine


@dataclass(frozen=True)
class Estimate:
    """Charges known so far, without tax.

    `charges` is the sum of the lines as they would be rounded, `credit` what monthly credits would take off,
    `without_tax` the invoice's total before tax (charges − credit), `unrounded` the exact sum of the charges.
    """

    charges: Money
    credit: Money
    without_tax: Money
    unrounded: Money


def estimate(scope: InvoiceScope, lines: Iterable[ChargeLine]) -> Estimate:
    """What these charge lines of one period of the scope would come to on its invoice."""
    currency = scope.account.currency
    nothing = zero(currency).rounded(scope.seller.party.address.country)
    by_subscription = {subscription.id: nothing for subscription in scope.subscriptions}
    unrounded = zero(currency)
    for line in lines:
        by_subscription[line.subscription] += rounded_amount(scope, line)
        unrounded += Money(line.amount, currency)
    charges = total(by_subscription.values(), currency)
    credit = total(
        (credit_used(subscription.offer, by_subscription[subscription.id]) for subscription in scope.subscriptions),
        currency,
    )
    return Estimate(charges, credit, charges - credit, unrounded)
