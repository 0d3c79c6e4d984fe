"""The monthly credit of an offer in the period that is open: how much of it is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kvitto.agreements.billing_periods import period_containing
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.settlement import MONTHLY_CREDIT
from kvitto.money import Money, total
from kvitto.periods import Period
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import rate_periods


@dataclass(frozen=True)
class MonthlyCredit:
    """The credit of the period, what of it is used as known at `moment`, and what is left. It is not kept for later."""

    period: Period
    credit: Money
    used: Money
    moment: datetime

    @property
    def left(self) -> Money:
        """What may still be used in the period."""
        return self.credit - self.used


def monthly_credit(office: Office, scope: InvoiceScope) -> MonthlyCredit | None:
    """Of a subscription that is bought online; None without such a credit or an open period.

    Raises as the drafting of an invoice does.
    """
    credit = scope.subscription.offer.monthly_credit if scope.subscription else None
    period = period_containing(scope, office.today())
    if credit is None or period is None:
        return None
    (rated,) = rate_periods(office, [(scope, period)], current_as_of())
    taken = (one.amount for one in rated.preview.allowances if one.reason == MONTHLY_CREDIT)
    used = total((Money(amount, scope.currency) for amount in taken), scope.currency)
    return MonthlyCredit(period, credit, used, office.now())
