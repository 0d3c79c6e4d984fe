"""Using the credit of a period that gets no invoice, because credit covers it or nothing is owed."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.status import day_in
from kvitto.records.settlement import locked_lots, settle_without_invoice
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod


def settle_alone(office: Office, one: RatedPeriod, as_of: AsOf) -> None:
    """Take from the lots what the period used, in a transaction of its own; once more changes nothing.

    Charges that are not all known leave the lots alone. Should somebody else have used the lots since the period was
    found to be covered, what it took counts for the invoice that the next close makes.
    """
    if one.unpriced:
        return
    now, scope = office.now(), one.scope
    with transaction.atomic():
        lots = locked_lots(scope.scope, one.period, one.kind)
        drafted = draft(replace(one, lots=lots).facts(day_in(scope.seller.time_zone, now), as_of))
        settle_without_invoice(drafted, scope.scope, now)
