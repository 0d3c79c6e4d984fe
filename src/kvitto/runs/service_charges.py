"""What a period without an invoice comes to by service and meter: the lines of its invoice as it would be now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import Line
from kvitto.money import Money, total
from kvitto.periods import Period
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, rate_periods
from kvitto.runs.scope_versions import ScopeVersions


@dataclass(frozen=True)
class MeterCharges:
    """What one meter comes to."""

    name: str
    amount: Money


@dataclass(frozen=True)
class ServiceCharges:
    """What one service comes to: the sum of its meters, the largest first. `name` is empty where none was given."""

    name: str
    amount: Money
    meters: tuple[MeterCharges, ...]


def service_charges(office: Office, scope: InvoiceScope, rows: Sequence[PeriodRow]) -> list[tuple[ServiceCharges, ...]]:
    """Of each of these rows, in their order, its services, the largest first; none of what cannot be worked out.

    They add up to the row's charges: sums of lines, each rounded as on the invoice.
    """
    as_of = current_as_of()
    found: dict[tuple[InvoiceKind, Period], tuple[ServiceCharges, ...]] = {}
    versions = ScopeVersions(as_of.revision, [scope.scope])
    for kind in InvoiceKind:
        own = [row for row in rows if row.kind is kind and row.estimate]
        asked = [(versions.for_period(scope, row.period) or scope, row.period) for row in own]
        rated = rate_periods(office, asked, as_of, kind) if asked else []
        found |= {(kind, one.period): _services(one) for one in rated}
    return [found.get((row.kind, row.period), ()) for row in rows]


def _services(rated: RatedPeriod) -> tuple[ServiceCharges, ...]:
    try:
        drafted = rated.preview
    except UnableTo:  # charges that cannot be worked out yet, such as without an exchange rate
        return ()
    sums: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in drafted.lines:
        sums[line.category][line.meter_name or line.meter].append(line)
    services = []
    for name, meters in sums.items():
        told = [MeterCharges(meter, _sum_of(lines, drafted.currency)) for meter, lines in meters.items()]
        amount = total((one.amount for one in told), drafted.currency)
        services.append(ServiceCharges(name, amount, tuple(sorted(told, key=_largest_first))))
    return tuple(sorted(services, key=_largest_first))


def _sum_of(lines: Sequence[Line], currency: str) -> Money:
    return total((Money(line.amount, currency) for line in lines), currency)


def _largest_first(one: MeterCharges | ServiceCharges) -> tuple[object, str]:
    return -one.amount.amount, one.name
