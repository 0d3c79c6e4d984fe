"""Which billing periods a close has to look at: those that began and have no invoice yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kvitto.agreements.billing_periods import invoice_due_at, left_to_invoice, periods_of
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind, invoice_kinds
from kvitto.agreements.offers import OfferKind
from kvitto.invoicing.absence import why_no_invoice
from kvitto.invoicing.invoice import AsOf
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.prices import has_prices_of
from kvitto.records.retention import buried_periods
from kvitto.runs.closing.close_report import Blocked, NotDue
from kvitto.runs.office import Office
from kvitto.runs.own_charges import MARKETPLACE_CHARGES
from kvitto.runs.rated_periods import RatedPeriod, absence_facts
from kvitto.runs.scope_versions import ScopeVersions


@dataclass(frozen=True)
class Due:
    """A period whose invoice of one kind may be made now."""

    scope: InvoiceScope
    period: Period
    kind: InvoiceKind = InvoiceKind.SERVICES


@dataclass
class PeriodsToClose:
    """Periods without an invoice: due ones in the order in which they are numbered, and those that are not due."""

    due: list[Due] = field(default_factory=list)
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
    issued: dict[tuple[Scope, InvoiceKind], list[Period]] = defaultdict(list)
    for invoice in invoices:
        issued[invoice.scope, invoice.kind].append(invoice.period)
    for buried, periods in buried_periods().items():
        for kind in InvoiceKind:
            issued[buried, kind] += periods
    versions = ScopeVersions(as_of.revision)
    has_marketplace = has_prices_of(MARKETPLACE_CHARGES, as_of.revision)
    found = PeriodsToClose()
    for scope, period, kind in _without_invoice(scopes, issued, now, month, has_marketplace=has_marketplace):
        then = versions.for_period(scope, period)
        if then is None:
            continue
        billed = next((other for other in issued[scope.scope, kind] if other.overlap(period)), None)
        if billed:
            found.blocked.append(Blocked(then, period, (_billed_in_part(period, billed),), kind))
        elif now < invoice_due_at(then, period, office.cutoff, kind):
            found.not_due.append(_not_due(Due(then, period, kind), now, office.cutoff))
        else:
            found.due.append(Due(then, period, kind))
    return found


def _without_invoice(
    scopes: Iterable[InvoiceScope],
    issued: dict[tuple[Scope, InvoiceKind], list[Period]],
    now: datetime,
    month: Period | None,
    *,
    has_marketplace: bool,
) -> Iterator[tuple[InvoiceScope, Period, InvoiceKind]]:
    """In the order of numbers: by the end of the period, its start, the scope, and the kind of invoice."""
    candidates = [
        (left.end, left.start, scope.scope.kind, scope.scope.id, kind, scope, left)
        for scope in scopes
        for kind in invoice_kinds(scope)
        if _may_have(scope, kind, has_marketplace=has_marketplace)
        for period in periods_of(scope, now.date(), kind)
        if (left := left_to_invoice(period, issued[scope.scope, kind])) and (month is None or left.last_day in month)
    ]
    candidates.sort(key=lambda candidate: candidate[:5])
    return ((scope, period, kind) for *_, kind, scope, period in candidates)


def _may_have(scope: InvoiceScope, kind: InvoiceKind, *, has_marketplace: bool) -> bool:
    """False for kinds of invoice that could bill nothing in this scope: a support plan has its own kind alone."""
    has_fee = scope.subscription is not None and scope.subscription.offer.kind is OfferKind.SUPPORT
    match kind:
        case InvoiceKind.SUPPORT:
            return has_fee
        case InvoiceKind.MARKETPLACE:
            return has_marketplace
        case _:
            return not has_fee


def _not_due(due: Due, now: datetime, cutoff: timedelta) -> NotDue:
    facts = absence_facts(RatedPeriod(due.scope, due.period, kind=due.kind), now, cutoff)
    return NotDue(due.scope, due.period, facts.invoice_at, why_no_invoice(facts), due.kind)


def _billed_in_part(period: Period, billed: Period) -> Phrase:
    return phrase(
        "Days of {period} were already invoiced with {billed}. Give the subscription the billing days back that it had"
        " then.",
        period=period,
        billed=billed,
    )
