"""Periods with the charges known for them: the common ground of estimates, invoices and the reasons for none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kvitto.agreements.billing_periods import invoice_due_at, too_new_until
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.invoicing.absence import AbsenceFacts
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.statement import Estimate, estimate
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Unpriced
from kvitto.runs.office import Office
from kvitto.runs.rate_period import rate_scopes

_NO_OFFER = Offer(OfferKind.PAY_AS_YOU_GO)  # an MCA profile has none of its own, and none of the reasons asks for it


@dataclass(frozen=True)
class RatedPeriod:
    """What one scope used in one period comes to, and what of it has no price."""

    scope: InvoiceScope
    period: Period
    lines: tuple[ChargeLine, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()

    @property
    def has_usage(self) -> bool:
        """True if any usage was accepted, also if it comes to nothing."""
        return bool(self.lines or self.unpriced)

    @property
    def estimate(self) -> Estimate:
        """What it comes to without tax, as far as it has prices."""
        return estimate(self.scope, self.lines)


def rate_periods(
    office: Office, scope_periods: Sequence[tuple[InvoiceScope, Period]], as_of: AsOf
) -> list[RatedPeriod]:
    """Rate all of them in one go, in their order."""
    lines: dict[tuple[str, object], list[ChargeLine]] = defaultdict(list)
    unpriced: dict[tuple[str, object], list[Unpriced]] = defaultdict(list)
    if scope_periods:
        with rate_scopes(office, scope_periods, as_of) as rated:
            for line in rated.lines():
                lines[line.pool, line.period_start].append(line)
            for one in rated.unpriced():
                unpriced[one.pool, one.period_start].append(one)
    return [
        RatedPeriod(scope, period, tuple(lines[key]), tuple(unpriced[key]))
        for scope, period in scope_periods
        for key in [(scope.scope.id, period.start)]
    ]


def absence_facts(rated: RatedPeriod, now: datetime, cutoff: timedelta) -> AbsenceFacts:
    """The facts that decide why this period has no invoice, or that one is to be made."""
    scope = rated.scope
    return AbsenceFacts(
        agreement=scope.account.agreement,
        offer=_NO_OFFER if scope.profile else scope.subscriptions[0].offer,
        period=rated.period,
        now=now,
        started_on=scope.account.created_on if scope.profile else scope.subscriptions[0].started_on,
        too_new_until=too_new_until(scope),
        invoice_at=invoice_due_at(scope, rated.period, cutoff),
        charges=rated.estimate.charges,
        has_usage=rated.has_usage,
        is_held_back=bool(rated.unpriced),
    )
