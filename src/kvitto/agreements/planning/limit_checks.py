"""Limits that applying a file would break; one that was broken before is not the file's fault."""

from __future__ import annotations

from collections.abc import Iterator

from kvitto.agreements.hierarchy import Subscription
from kvitto.agreements.limits import Limits, limit_refusals
from kvitto.agreements.planning.plan import Agreements, Plan
from kvitto.language import Phrase


def broken_limits(plan: Plan, agreements: Agreements, limits: Limits) -> Iterator[Phrase]:
    """A sentence for each limit that would be broken, as far as it is not broken already."""
    if not plan.changes:
        return
    before = {key: versions[-1].value for key, versions in agreements.versions.items()}
    after = before | {change.key: change.versions[-1].value for change in plan.changes}
    lives = dict(agreements.versions) | {change.key: change.versions for change in plan.changes}
    transferred = {
        key
        for (_, key), versions in lives.items()
        if len({each.value.account_id for each in versions if isinstance(each.value, Subscription)}) > 1
    }
    known = set(map(str, limit_refusals(before.values(), transferred, limits)))
    for sentence in limit_refusals(after.values(), transferred, limits):
        if str(sentence) not in known:
            yield sentence
