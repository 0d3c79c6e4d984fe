"""Which billing periods a close has to look at: those that began and have no invoice yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kvitto.agreements.billing_periods import invoice_due_at, left_to_invoice, periods_of
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.invoicing.absence import why_no_invoice
from kvitto.invoicing.invoice import AsOf
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.retention import buried_periods
from kvitto.runs.closing.close_report import Blocked, NotDue
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod, absence_facts
from kvitto.runs.scope_versions import ScopeVersions


@dataclass
class PeriodsToClose:
    """Periods without an invoice: due ones in the order in which they are numbered, and those that are not due."""

    due: list[tuple[InvoiceScope, Period]] = field(default_factory=list)
    not_due: list[NotDue] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)


def periods_to_close(
    office: Office,
    scopes: Sequence[InvoiceScope],
    invoices: Iterable[IssuedInvoice],
    as_of: AsOf,
    month: Period | None,
) -> PeriodsToClose:
    """Sort the periods of these scopes that have no invoice; `month`: only those whose last day lies in it.

    A period that shares days with an issued one but is not the same, because the subscription's billing days were
    changed since, is blocked: no day is billed twice.
    """
    now = office.now()
    issued: dict[Scope, list[Period]] = defaultdict(list)
    for invoice in invoices:
        issued[invoice.scope].append(invoice.period)
    for buried, periods in buried_periods().items():
        issued[buried] += periods
    versions = ScopeVersions(as_of.revision)
    found = PeriodsToClose()
    for scope, period in _without_invoice(scopes, issued, now, month):
        then = versions.for_period(scope, period)
        if then is None:
            continue
        billed = next((other for other in issued[scope.scope] if other.overlap(period)), None)
        if billed:
            found.blocked.append(Blocked(then, period, (_billed_in_part(period, billed),)))
        elif now < invoice_due_at(then, period, office.cutoff):
            found.not_due.append(_not_due(then, period, now, office.cutoff))
        else:
            found.due.append((then, period))
    return found


def _without_invoice(
    scopes: Iterable[InvoiceScope], issued: dict[Scope, list[Period]], now: datetime, month: Period | None
) -> Iterator[tuple[InvoiceScope, Period]]:
    """In the order of numbers: by the end of the period, its start, and the scope."""
    candidates = [
        (left.end, left.start, scope.scope.kind, scope.scope.id, scope, left)
        for scope in scopes
        for period in periods_of(scope, now.date())
        if (left := left_to_invoice(period, issued[scope.scope])) and (month is None or left.last_day in month)
    ]
    candidates.sort(key=lambda candidate: candidate[:4])
    return ((scope, period) for *_, scope, period in candidates)


def _not_due(scope: InvoiceScope, period: Period, now: datetime, cutoff: timedelta) -> NotDue:
    facts = absence_facts(RatedPeriod(scope, period), now, cutoff)
    return NotDue(scope, period, facts.invoice_at, why_no_invoice(facts))


def _billed_in_part(period: Period, billed: Period) -> Phrase:
    return phrase(
        "Days of {period} were already invoiced with {billed}. Give the subscription the billing days back that it had"
        " then.",
        period=period,
        billed=billed,
    )
