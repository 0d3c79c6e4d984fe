"""Usage that a shorter life of its subscription would leave outside every billing period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kvitto.agreements.hierarchy import Subscription
from kvitto.agreements.planning.plan import Change
from kvitto.agreements.planning.versions import EVER
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.records.usage_files import manifest
from kvitto.runs.office import Office
from kvitto.usage.store import daily_sums

_AFTER_ALL = date(3000, 1, 1)  # no date in an agreements file lies later


def usage_left_out(office: Office, changes: Iterable[Change]) -> Iterator[Phrase]:
    """A sentence for each subscription that would start after, or end before, usage that was accepted for it.

    What was accepted is billed: so such a change is refused. Reads the usage store twice, and only if a life is made
    shorter.
    """
    lives = list(_lives(changes))
    starts = {new.id: new.started_on for old, new in lives if new.started_on > old.started_on}
    ends = {new.id: new.ended_on for old, new in lives if new.ended_on and new.ended_on < (old.ended_on or date.max)}
    for key, days in _days_of_use(office, starts, Period(EVER, max(starts.values(), default=_AFTER_ALL))):
        if min(days) < starts[key]:
            yield phrase(
                "{id}: it cannot start on {day}, because usage of {used} was accepted.",
                id=key,
                day=starts[key],
                used=min(days),
            )
    for key, days in _days_of_use(office, ends, Period(min(ends.values(), default=EVER), _AFTER_ALL)):
        if max(days) >= ends[key]:
            yield phrase(
                "{id}: it cannot end on {day}, because usage of {used} was accepted.",
                id=key,
                day=ends[key],
                used=max(days),
            )


def _lives(changes: Iterable[Change]) -> Iterator[tuple[Subscription, Subscription]]:
    for change in changes:
        old = change.before[-1].value if change.before else None
        if isinstance(old, Subscription) and isinstance(change.value, Subscription):
            yield old, change.value


def _days_of_use(office: Office, subscriptions: Iterable[str], period: Period) -> Iterator[tuple[str, set[date]]]:
    wanted = sorted(subscriptions)
    found: dict[str, set[date]] = {}
    if wanted:
        files = [office.usage_folder / path for path in manifest(subscriptions=wanted)]
        for subscription, _, _, day, *_ in daily_sums(files, wanted, period) if files else ():
            found.setdefault(subscription, set()).add(day)
    yield from sorted(found.items())
