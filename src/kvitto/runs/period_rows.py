"""Billing periods as a list shows them: the current one with its estimate, ended ones with invoice or reason.

All rows of a page are rated in one go. An estimate shows the moment it was made; it may differ from the invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.absence import Absence, why_no_invoice
from kvitto.invoicing.statement import Estimate
from kvitto.invoicing.status import Standing, Status, day_in
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.in_force import in_force_among, invoice_in_force
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.records.links import Link, links_of
from kvitto.records.payments import standings
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, absence_facts, rate_periods
from kvitto.runs.scope_versions import ScopeVersions

MAY_DIFFER = phrase("This is an estimate without tax; the invoice may differ.")


@dataclass(frozen=True)
class PeriodRow:
    """One billing period of a scope.

    `invoice` with its `status` and `standing` if one was issued, else `estimate` (without tax) and `absence`, as known
    at `moment`. `others`: the period's other documents, credit notes and what was replaced. `links`: how all belong
    together. `is_current`: the period is still open. `note` is said beside an estimate.
    """

    period: Period
    is_current: bool
    moment: datetime
    invoice: IssuedInvoice | None = None
    status: Status | None = None
    estimate: Estimate | None = None
    absence: Absence | None = None
    standing: Standing | None = None
    others: tuple[IssuedInvoice, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def amount_due(self) -> Money | None:
        """What is to pay now of the invoice; None without one."""
        return self.standing.amount_due if self.standing else None

    @property
    def total(self) -> Money:
        """The amount to pay of the invoice, or the charges of the estimate."""
        if self.invoice:
            return self.invoice.payable
        assert self.estimate  # noqa: S101 - a row has one or the other
        return self.estimate.charges

    @property
    def note(self) -> Phrase | None:
        """That an estimate may differ; None beside an invoice."""
        return None if self.invoice else MAY_DIFFER


def period_rows(office: Office, scope: InvoiceScope) -> list[PeriodRow]:
    """Every billing period of the scope that has begun, newest first."""
    return rows_of_scopes(office, [scope])[scope.scope]


def rows_of_scopes(
    office: Office, scopes: Sequence[InvoiceScope], latest: int | None = None
) -> dict[Scope, list[PeriodRow]]:
    """The rows of several scopes, newest first, at most the `latest` so many of each; all rated in one go."""
    now, as_of = office.now(), current_as_of()
    documents = list_invoices(one.scope for one in scopes)
    invoices = {
        (invoice.scope, invoice.period.start): invoice
        for invoice in in_force_among(documents)
        if invoice.kind is InvoiceKind.SERVICES
    }
    belongings = _Belongings(documents)
    versions = ScopeVersions(as_of.revision, [scope.scope for scope in scopes])
    unbilled = [
        (then, period)
        for scope in scopes
        for period in _newest_first(scope, now)[:latest]
        if (scope.scope, period.start) not in invoices and (then := versions.for_period(scope, period))
    ]
    rows: dict[Scope, list[PeriodRow]] = {scope.scope: [] for scope in scopes}
    zones = {scope.scope: scope.seller.time_zone for scope in scopes}
    for invoice in invoices.values():
        rows[invoice.scope].append(_billed_row(invoice, belongings, zones[invoice.scope], now))
    for rated in rate_periods(office, unbilled, as_of):
        rows[rated.scope.scope].append(_unbilled_row(rated, now, office.cutoff))
    return {scope: sorted(found, key=lambda row: row.period, reverse=True)[:latest] for scope, found in rows.items()}


def row_of(office: Office, scope: InvoiceScope, period: Period) -> PeriodRow:
    """The row of one period."""
    now, as_of = office.now(), current_as_of()
    invoice = invoice_in_force(scope.scope, period)
    if invoice:
        return _billed_row(invoice, _Belongings(list_invoices([scope.scope])), scope.seller.time_zone, now)
    then = ScopeVersions(as_of.revision, [scope.scope]).for_period(scope, period) or scope
    (rated,) = rate_periods(office, [(then, period)], as_of)
    return _unbilled_row(rated, now, office.cutoff)


def _newest_first(scope: InvoiceScope, now: datetime) -> list[Period]:
    return sorted(periods_of(scope, now.date()), reverse=True)


class _Belongings:
    """What else was recorded of some documents, all found at once."""

    def __init__(self, documents: Sequence[IssuedInvoice]) -> None:
        self._documents = documents
        self._links = links_of(document.number for document in documents)
        self._standings = standings(documents)

    def row(self, invoice: IssuedInvoice, today: date, now: datetime) -> PeriodRow:
        """The row of an invoice in force."""
        others = [
            other
            for other in self._documents
            if (other.scope, other.period.start, other.kind) == (invoice.scope, invoice.period.start, invoice.kind)
            and other.number != invoice.number
        ]
        standing = self._standings[invoice.number]
        return PeriodRow(
            invoice.period,
            is_current=False,
            moment=now,
            invoice=invoice,
            status=standing.status_on(today),
            standing=standing,
            others=tuple(others),
            links=self._links.get(invoice.number, ()),
        )


def _billed_row(invoice: IssuedInvoice, belongings: _Belongings, time_zone: str, now: datetime) -> PeriodRow:
    return belongings.row(invoice, day_in(time_zone, now), now)


def _unbilled_row(rated: RatedPeriod, now: datetime, cutoff: timedelta) -> PeriodRow:
    return PeriodRow(
        rated.period,
        is_current=now.date() in rated.period,
        moment=now,
        estimate=rated.estimate,
        absence=why_no_invoice(absence_facts(rated, now, cutoff)),
    )
