"""Listing the charges of some days, over all accounts, unrounded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.money import Money, total
from kvitto.periods import Period
from kvitto.rating.charge import ChargeTotal, Unpriced
from kvitto.records.agreements import invoice_scopes
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of, rate_scopes


@dataclass(frozen=True)
class ListedCharges:
    """Charges of the asked days, their exact total in each currency, and usage of those days that has no price."""

    rows: list[ChargeTotal]
    totals: list[Money]
    unpriced: list[Unpriced]


def list_charges(office: Office, first_day: date, end_day: date, by: Collection[str]) -> ListedCharges:
    """The charges of the days from `first_day` up to, not including, `end_day`; `by` as in `RatedUsage.totals`.

    Every billing period that holds one of the days is rated whole, so that tiers are filled from the period's start;
    then the days outside are left out. Raises `UnableToRate`.
    """
    as_of = current_as_of()
    asked = Period(first_day, end_day)
    scopes = [pair for scope in invoice_scopes(as_of.revision) for pair in _periods(scope, asked)]
    with rate_scopes(office, scopes, as_of) as rated:
        rows = rated.totals(by, first_day, end_day)
        unpriced = [usage for usage in rated.unpriced() if usage.day in asked]
    currencies = sorted({row.currency for row in rows})
    totals = [
        total((Money(row.amount, currency) for row in rows if row.currency == currency), currency)
        for currency in currencies
    ]
    return ListedCharges(rows, totals, unpriced)


def _periods(scope: InvoiceScope, asked: Period) -> Iterator[tuple[InvoiceScope, Period]]:
    return ((scope, period) for period in periods_of(scope, asked.last_day) if period.overlap(asked))
