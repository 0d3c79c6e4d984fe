"""Letting credit lapse whose last day has passed."""

from __future__ import annotations

from collections.abc import Iterable

from kvitto.agreements.hierarchy import Scope
from kvitto.periods import Period
from kvitto.records.lot_states import agreed_lots
from kvitto.records.settlement import expire
from kvitto.runs.office import Office


def expire_credit(office: Office, unsettled: Iterable[tuple[Scope, Period]]) -> list[str]:
    """Let lapse what is left of every lot that expired by today; the ids of those that had anything left.

    A lot pays for the days of its life also after it expired, so it waits for every period of its scope among the
    `unsettled`, those that have begun and whose invoice is still to come, that touches its life.
    """
    waiting: dict[Scope, list[Period]] = {}
    for scope, period in unsettled:
        waiting.setdefault(scope, []).append(period)
    today = office.today()
    over = [
        lot.id
        for lot in agreed_lots()
        if lot.expires_on
        and lot.expires_on <= today
        and not any(Period(lot.starts_on, lot.expires_on).overlap(period) for period in waiting.get(lot.scope, ()))
    ]
    return expire(over, office.now()) if over else []
