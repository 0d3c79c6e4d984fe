"""Closing many periods in portions: so much at a time that memory stays small, and what belongs together together.

A portion holds periods whose usage lies in the same bucket of the store, so that each file is read for few portions.
Periods of one scope keep the order of time over all portions. Few periods are one portion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from kvitto.runs.closing.periods_to_close import Due
from kvitto.usage.store import bucket_of

AT_ONCE = 5_000  # periods; one takes about 10 KiB while it is worked on
_SEVERAL = -1  # stands for scopes whose subscriptions lie in more than one bucket


def portions_of(due: Sequence[Due], buckets: int, at_once: int = AT_ONCE) -> Iterator[Sequence[Due]]:
    """The periods cut into portions, each in the order given."""
    if len(due) <= at_once:
        yield due
        return
    by_bucket: dict[int, list[Due]] = defaultdict(list)
    for one in due:
        by_bucket[_bucket(one, buckets)].append(one)
    for bucket in sorted(by_bucket):
        together = by_bucket[bucket]
        for first in range(0, len(together), at_once):
            yield together[first : first + at_once]


def _bucket(one: Due, buckets: int) -> int:
    found = {bucket_of(subscription.id, buckets) for subscription in one.scope.subscriptions}
    return found.pop() if len(found) == 1 else _SEVERAL
