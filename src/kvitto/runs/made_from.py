"""What the charges of a period are made from, as digests: as long as these stay, so do the charges.

Charges are a function of the rules (our own code), the agreement, the prices, the exchange rates and the usage. Each is
named here by something that changes whenever it does, and by nothing else that happens in the office.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import AsOf
from kvitto.periods import Period
from kvitto.records.exchange_rates import exchange_rates
from kvitto.records.kept import MadeFrom
from kvitto.records.prices import prices_mark
from kvitto.records.usage_files import bucket_count, usage_state
from kvitto.runs.rated_periods import needs_rates
from kvitto.usage.store import bucket_of

_RULES = ("money.py", "periods.py", "agreements", "usage", "rating", "invoicing", "runs", "records")


class Knowledge:
    """What is known at one moment, read once for all periods that a page asks about. Three queries."""

    def __init__(self, as_of: AsOf, periods: Iterable[Period]) -> None:
        self._as_of = as_of
        self._prices = prices_mark(as_of.revision)
        self._buckets = bucket_count()
        months = sorted({month for period in periods for month in period.months()})
        self._usage = usage_state(months, as_of.usage_sequence)

    def made_from(self, scope: InvoiceScope, period: Period, kind: InvoiceKind, *more: object) -> MadeFrom:
        """What the charges of the whole scope's period are made from; `more`: what else an answer needs."""
        rates = exchange_rates(self._as_of.revision) if needs_rates(scope) else ()
        agreed = (_rules(), scope.digest, period, kind, self._prices, rates, more)
        usage = [
            (month, bucket, self._usage.get((month, bucket)))
            for month in period.months()
            for bucket in self._buckets_of(scope)
        ]
        return MadeFrom(_digest(agreed), _digest(usage))

    def _buckets_of(self, scope: InvoiceScope) -> list[int]:
        """Those that may hold usage of the scope; more than a few subscriptions may lie in any."""
        if len(scope.subscriptions) > self._buckets:
            return list(range(self._buckets))
        return sorted({bucket_of(each.id, self._buckets) for each in scope.subscriptions})


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


@cache
def _rules() -> str:
    """A digest of the code and the tables by which charges are made, read once in a process."""
    digest = hashlib.sha256()
    for name in _RULES:
        for file in _all_in(files("kvitto").joinpath(name)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _all_in(place: Traversable) -> Iterator[Traversable]:
    if place.is_file():
        yield place
    elif place.name not in {"__pycache__", "migrations"}:
        for one in sorted(place.iterdir(), key=lambda each: each.name):
            yield from _all_in(one)
