"""Rating billing periods: the usage, agreements and prices known at one moment, put before the rating engine."""

from __future__ import annotations

from collections.abc import Sequence

from kvitto.agreements.billing_periods import days_billed, rating_periods
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.invoice import AsOf
from kvitto.periods import Period
from kvitto.rating.charge import Member
from kvitto.rating.engine import RatedUsage, meters_used, rate
from kvitto.records.prices import prices_as_of
from kvitto.records.revisions import latest_revision
from kvitto.records.usage_files import latest_sequence, manifest
from kvitto.runs.office import Office


def current_as_of() -> AsOf:
    """What is known now: all usage accepted and all agreements and prices recorded so far."""
    return AsOf(usage_sequence=latest_sequence(), revision=latest_revision())


def rate_scopes(office: Office, scopes: Sequence[tuple[InvoiceScope, Period]], as_of: AsOf | None = None) -> RatedUsage:
    """The charges of these invoice scopes in these billing periods, on what was known at `as_of` (None: now).

    The pool of a charge is the id of its scope. Use the result as a context manager. Raises `UnableToRate`.
    """
    as_of = as_of or current_as_of()
    members = [member for scope, period in scopes for member in members_of(scope, period)]
    months = sorted({month for _, period in scopes for month in period.months()})
    subscriptions = {member.subscription for member in members}
    files = [office.usage_folder / path for path in manifest(months, subscriptions, as_of.usage_sequence)]
    price_sheets = {member.price_sheet for member in members}
    prices = prices_as_of(as_of.revision, meters_used(files, members), price_sheets)
    return rate(files, members, prices)


def members_of(scope: InvoiceScope, period: Period) -> list[Member]:
    """Each subscription of the scope, counted in the scope's pool on the days of the period on which it stood there.

    Tiers are filled month by month where a period holds several (`rating_periods`).
    """
    counted = rating_periods(scope, period)
    return [
        Member(
            scope.scope.id,
            subscription.id,
            days,
            scope.account.price_sheet,
            scope.pricing_currency,
            counted_from=months.start,
            billed_from=period.start,
        )
        for subscription in scope.subscriptions
        for months in counted
        for days in days_billed(scope, subscription, months)
    ]
