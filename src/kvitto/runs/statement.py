"""What is not billed yet: the open period, and ended ones whose invoice is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.absence import Reason
from kvitto.money import Money, total
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, period_rows

_STILL_TO_COME = {Reason.TOO_NEW, Reason.PERIOD_OPEN, Reason.NOT_GENERATED_YET}


@dataclass(frozen=True)
class Statement:
    """Estimates without tax as known at `moment`, newest period first, with their sums in the account's currency.

    `charges` adds up rounded lines, `unrounded` the exact charges.
    """

    scope: InvoiceScope
    moment: datetime
    rows: tuple[PeriodRow, ...]
    charges: Money
    unrounded: Money


def statement(office: Office, scope: InvoiceScope) -> Statement:
    """The unbilled charges of the scope."""
    currency = scope.currency
    rows = tuple(row for row in period_rows(office, scope) if row.absence and row.absence.code in _STILL_TO_COME)
    estimates = [row.estimate for row in rows if row.estimate]
    return Statement(
        scope,
        rows[0].moment if rows else office.now(),
        rows,
        charges=total((one.charges for one in estimates), currency),
        unrounded=total((one.unrounded for one in estimates), currency),
    )
