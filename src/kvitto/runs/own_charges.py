"""What of rated usage belongs to the invoices of one kind: lines with fees, their prices, and usage without a price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import ChargeKind, Price
from kvitto.invoicing.billed_lines import billed_lines, held_back
from kvitto.invoicing.invoice import AsOf
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Unpriced
from kvitto.records.prices import has_prices_of, prices_as_of, prices_by_id

MARKETPLACE_CHARGES = (ChargeKind.MARKETPLACE, ChargeKind.RESERVATION)  # what an invoice of MARKETPLACE may bill

ScopePeriods = Sequence[tuple[InvoiceScope, Period]]


@dataclass(frozen=True)
class OwnCharges:
    """The charge lines of one invoice, the prices of those that have one, and the usage that holds it back."""

    lines: tuple[ChargeLine, ...]
    prices: Mapping[int, Price]
    unpriced: tuple[Unpriced, ...]


def may_be_charged(scope_periods: ScopePeriods, as_of: AsOf, kind: InvoiceKind) -> bool:
    """False if no usage can stand on invoices of this kind, so that none has to be rated."""
    if kind is InvoiceKind.MARKETPLACE and scope_periods:
        return has_prices_of(
            MARKETPLACE_CHARGES, as_of.revision, {scope.account.price_sheet for scope, _ in scope_periods}
        )
    return bool(scope_periods) and kind is not InvoiceKind.SUPPORT


def own_charges(
    lines: Iterable[ChargeLine], unpriced: Iterable[Unpriced], scope_periods: ScopePeriods, as_of: AsOf,
    kind: InvoiceKind,
) -> list[OwnCharges]:  # fmt: skip
    """What of these lines and this usage of any invoices belongs to those of the kind, in the order of the periods."""
    found = _Found(scope_periods, lines, unpriced)
    prices = prices_by_id(line.price_id for together in found.lines.values() for line in together)
    known = _known_prices(found, as_of)
    own = []
    for scope, period in scope_periods:
        key = (scope.scope.id, period)
        billed = billed_lines(scope, period, kind, found.lines[key], prices)
        used = {line.price_id: prices[line.price_id] for line in billed if line.price_id in prices}
        own.append(OwnCharges(billed, used, held_back(scope, kind, found.unpriced[key], known)))
    return own


class _Found:
    """What was rated, by pool and billing period; what is named by a part of a period is found in the whole."""

    def __init__(self, scope_periods: ScopePeriods, lines: Iterable[ChargeLine], unpriced: Iterable[Unpriced]) -> None:
        self.lines: dict[tuple[str, Period], list[ChargeLine]] = defaultdict(list)
        self.unpriced: dict[tuple[str, Period], list[Unpriced]] = defaultdict(list)
        self._periods: dict[str, list[Period]] = defaultdict(list)
        for scope, period in scope_periods:
            self._periods[scope.scope.id].append(period)
        for line in lines:
            self.lines[line.pool, self._period(line.pool, line.period_start)].append(line)
        for one in unpriced:
            self.unpriced[one.pool, self._period(one.pool, one.period_start)].append(one)

    def _period(self, pool: str, day: date) -> Period:
        return next(period for period in self._periods[pool] if day in period)


def _known_prices(found: _Found, as_of: AsOf) -> list[Price]:
    """All prices of the meters that were used without one on some day."""
    meters = {one.meter for unpriced in found.unpriced.values() for one in unpriced}
    return prices_as_of(as_of.revision, meters) if meters else []
