"""Rating billing periods: the usage, agreements and prices known at one moment, put before the rating engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from kvitto.agreements.billing_periods import days_billed, rating_periods
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import Price, PriceModel
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.tax_spans import changes_of, cut_at
from kvitto.periods import Period
from kvitto.rating.charge import Member
from kvitto.rating.engine import RatedUsage, meters_used, rate
from kvitto.records.prices import prices_as_of
from kvitto.records.revisions import latest_revision
from kvitto.records.usage_files import latest_sequence, manifest
from kvitto.runs.office import Office

PricesOf = Callable[[int, Collection[str], Collection[str]], Sequence[Price]]  # of a revision, meters, price sheets


def current_as_of() -> AsOf:
    """What is known now: all usage accepted and all agreements and prices recorded so far."""
    return AsOf(usage_sequence=latest_sequence(), revision=latest_revision())


def rate_scopes(
    office: Office,
    scopes: Sequence[tuple[InvoiceScope, Period]],
    as_of: AsOf | None = None,
    kind: InvoiceKind = InvoiceKind.SERVICES,
    prices_of: PricesOf = prices_as_of,
) -> RatedUsage:
    """The charges of these invoice scopes in these billing periods, on what was known at `as_of` (None: now).

    All usage of the periods is rated, on whichever invoice it stands; `kind` says whose billing periods they are, and
    so over which spans tiers are filled. The pool of a charge is the id of its scope; where a rate of tax changes
    inside the period, `period_start` is the first day of its part. `prices_of` may know other prices than those that
    were believed at `as_of`. Use the result as a context manager. Raises
    `UnableToRate`.
    """
    as_of = as_of or current_as_of()
    members = [member for scope, period in scopes for member in members_of(scope, period, kind)]
    months = sorted({month for _, period in scopes for month in period.months()})
    subscriptions = {member.subscription for member in members}
    files = [office.usage_folder / path for path in manifest(months, subscriptions, as_of.usage_sequence)]
    price_sheets = {member.price_sheet for member in members}
    prices = prices_of(as_of.revision, meters_used(files, members), price_sheets)
    return rate(files, cut_members(scopes, prices, kind), prices)


def counts_together(
    office: Office, scope: InvoiceScope, period: Period, as_of: AsOf, kind: InvoiceKind = InvoiceKind.SERVICES
) -> bool:
    """True if the price of anything these subscriptions used depends on what others of their scope used too."""
    members = members_of(scope, period, kind)
    paths = manifest(period.months(), {member.subscription for member in members}, as_of.usage_sequence)
    meters = meters_used([office.usage_folder / path for path in paths], members)
    prices = prices_as_of(as_of.revision, meters, {member.price_sheet for member in members})
    return any(price.model is not PriceModel.PER_UNIT for price in prices)


def cut_members(
    scopes: Iterable[tuple[InvoiceScope, Period]], prices: Sequence[Price], kind: InvoiceKind = InvoiceKind.SERVICES
) -> list[Member]:
    """The members of these scopes and periods, cut where a rate of tax on what is sold by these prices changes."""
    members = []
    for scope, period in scopes:
        days = changes_of(scope.account.tax, prices, period)
        members += cut_at(members_of(scope, period, kind), days) if days else members_of(scope, period, kind)
    return members


def members_of(scope: InvoiceScope, period: Period, kind: InvoiceKind = InvoiceKind.SERVICES) -> list[Member]:
    """Each subscription of the scope, counted in the scope's pool on the days of the period on which it stood there.

    Tiers are filled month by month where a period holds several (`rating_periods`).
    """
    counted = rating_periods(scope, period, kind)
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
