"""Daily usage of large scopes, worked out before anybody looks: reading all charges of one takes many seconds."""

from __future__ import annotations

from contextlib import suppress

from kvitto.errors import UnableTo
from kvitto.records.agreements import invoice_scopes
from kvitto.runs.daily_usage import LARGE, Asked, Grouping, daily_usage
from kvitto.runs.estimates import Progress
from kvitto.runs.listed_periods import begun_periods
from kvitto.runs.office import Office

_PERIODS = 2  # of each scope: the current one and the one before


def work_usage_ahead(office: Office, least: int = LARGE, progress: Progress | None = None) -> int:
    """Work out what the pages of daily usage show first of scopes with at least so many subscriptions; of how many.

    What stands already as known now is left as it is. `progress(done, of)` is told before each scope, and may end it.
    """
    large = [scope for scope in invoice_scopes() if len(scope.subscriptions) >= least]
    for done, scope in enumerate(large):
        if progress:
            progress(done, len(large))
        for period in begun_periods(scope, office.today())[-_PERIODS:]:
            with suppress(UnableTo):  # its page says why
                daily_usage(office, scope, period, Asked(by=Grouping.DAY))
    return len(large)
