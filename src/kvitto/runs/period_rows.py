"""Billing periods as a list shows them: the current one with its estimate, ended ones with invoice or reason.

All rows of a page are rated in one go for each kind of invoice. An estimate shows the moment it was made, which is the
moment of asking, and what is still to come; it may differ from the invoice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope
from kvitto.agreements.invoice_days import closed_at, overage_notice_on
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import Absence, why_no_invoice
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.statement import Estimate
from kvitto.invoicing.status import Standing, Status, day_in
from kvitto.language import Phrase, phrase, phrases
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.in_force import in_force_among
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.records.links import Link, links_of
from kvitto.records.payments import standings
from kvitto.records.prices import has_prices_of
from kvitto.records.retention import buried_periods
from kvitto.runs.listed_periods import listed_kinds, main_kind, unbilled_periods
from kvitto.runs.office import Office
from kvitto.runs.own_charges import MARKETPLACE_CHARGES
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, absence_facts, rate_periods
from kvitto.runs.scope_versions import ScopeVersions

MAY_DIFFER = phrase("This is an estimate without tax; the invoice may differ.")
_ORDER_OF_KINDS = {kind: number for number, kind in enumerate(InvoiceKind)}


@dataclass(frozen=True)
class PeriodRow:
    """One billing period of a scope, for its invoice of one kind.

    `invoice` with its `status` and `standing` if one was issued, else `estimate` (without tax) and `absence`, as known
    at `moment`; `estimate` is None if charges cannot be worked out, such as without an exchange rate. `others`: the
    period's other documents, credit notes and what was replaced. `links`: how all belong together. `is_current`: the
    period is still open. `note` is said beside an estimate, and `still_to_come` what is not in it.
    `overage_notice_on`: of an enrollment's period that would be invoiced by what is known, the day of the notice.
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
    kind: InvoiceKind = InvoiceKind.SERVICES
    still_to_come: tuple[Phrase, ...] = ()
    overage_notice_on: date | None = None

    @property
    def amount_due(self) -> Money | None:
        """What is to pay now of the invoice; None without one."""
        return self.standing.amount_due if self.standing else None

    @property
    def total(self) -> Money | None:
        """The amount to pay of the invoice, or the charges of the estimate; None if they are not known."""
        if self.invoice:
            return self.invoice.payable
        return self.estimate.charges if self.estimate else None

    @property
    def overage_notice(self) -> Phrase | None:
        """When the notice is to come, or was to come; None where there is none."""
        if self.overage_notice_on is None:
            return None
        if self.moment.date() <= self.overage_notice_on:
            return phrase(
                "The prepayment does not pay for all of it: the overage notice is expected on {day}.",
                day=self.overage_notice_on,
            )
        return phrase(
            "The prepayment does not pay for all of it: the day of the overage notice was {day}.",
            day=self.overage_notice_on,
        )

    @property
    def note(self) -> Phrase | None:
        """That an estimate may differ; None beside an invoice."""
        return None if self.invoice else MAY_DIFFER


def period_rows(office: Office, scope: InvoiceScope) -> list[PeriodRow]:
    """Every billing period of the scope that has begun, newest first, of each kind of invoice it can have.

    Of the Marketplace only periods in which something was bought.
    """
    return rows_of_scopes(office, [scope])[scope.scope]


def rows_of_scopes(
    office: Office, scopes: Sequence[InvoiceScope], latest: int | None = None, *, main_only: bool = False
) -> dict[Scope, list[PeriodRow]]:
    """The rows of several scopes, newest first, at most the `latest` so many of each; all rated in one go.

    `main_only`: without what has a list beside the main one, that is without the Marketplace.
    """
    page = _Page(office, {scope.scope: scope for scope in scopes}, is_main_only=main_only)
    rows: dict[Scope, list[PeriodRow]] = {scope.scope: [] for scope in scopes}
    for scope, row in (*page.billed_rows(), *page.unbilled_rows(latest)):
        rows[scope].append(row)
    return {scope: sorted(found, key=_newest_first)[:latest] for scope, found in rows.items()}


def row_of(office: Office, scope: InvoiceScope, period: Period, kind: InvoiceKind = InvoiceKind.SERVICES) -> PeriodRow:
    """The row of one period: of the invoice that stands for it, or that bills days of it since it began."""
    page = _Page(office, {scope.scope: scope}, is_main_only=False)
    issued = [one for one in page.in_force if one.kind is kind]
    exact = (one for one in issued if one.period.start == period.start)
    around = (one for one in issued if one.period.overlap(period) == period)
    invoice = next(exact, None) or next(around, None)
    return page.billed_row(invoice) if invoice else page.unbilled_row(scope, period, kind)


def _newest_first(row: PeriodRow) -> tuple[int, int]:
    return (-row.period.start.toordinal(), _ORDER_OF_KINDS[row.kind])


@dataclass(frozen=True)
class _Page:
    """What was recorded of some scopes, found for all of them at once."""

    office: Office
    scopes: Mapping[Scope, InvoiceScope]
    is_main_only: bool

    @cached_property
    def now(self) -> datetime:
        """The moment of all its rows."""
        return self.office.now()

    @cached_property
    def as_of(self) -> AsOf:
        """What is known."""
        return current_as_of()

    @cached_property
    def documents(self) -> list[IssuedInvoice]:
        """Every document of the scopes."""
        return list_invoices(self.scopes)

    @cached_property
    def in_force(self) -> list[IssuedInvoice]:
        """The invoices that stand for a period, of the kinds that are shown."""
        return [one for one in in_force_among(self.documents) if self._shows(one)]

    def billed_rows(self) -> Iterable[tuple[Scope, PeriodRow]]:
        """A row for each invoice."""
        return ((one.scope, self.billed_row(one)) for one in self.in_force)

    def unbilled_rows(self, latest: int | None) -> Iterable[tuple[Scope, PeriodRow]]:
        """A row for each period, or what is left of it, that has no invoice; each kind is rated in one go."""
        for kind in InvoiceKind:
            wanted = [
                (then, period)
                for scope in self._having(kind)
                for period in self._unbilled(scope, kind)[::-1][:latest]
                if (then := self._versions.for_period(scope, period))
            ]
            if wanted:
                for rated in rate_periods(self.office, wanted, self.as_of, kind):
                    if kind is not InvoiceKind.MARKETPLACE or rated.has_usage:
                        yield rated.scope.scope, self._unbilled_row(rated)

    def billed_row(self, invoice: IssuedInvoice) -> PeriodRow:
        """The row of an invoice in force."""
        others = [
            other
            for other in self.documents
            if (other.scope, other.period.start, other.kind) == (invoice.scope, invoice.period.start, invoice.kind)
            and other.number != invoice.number
        ]
        standing = self._standings[invoice.number]
        return PeriodRow(
            invoice.period,
            is_current=False,
            moment=self.now,
            invoice=invoice,
            status=standing.status_on(self._today_of(invoice.scope)),
            standing=standing,
            others=tuple(others),
            links=self._links.get(invoice.number, ()),
            kind=invoice.kind,
        )

    def unbilled_row(self, scope: InvoiceScope, period: Period, kind: InvoiceKind) -> PeriodRow:
        """The row of one period without an invoice."""
        then = self._versions.for_period(scope, period) or scope
        (rated,) = rate_periods(self.office, [(then, period)], self.as_of, kind)
        return self._unbilled_row(rated)

    def _unbilled_row(self, rated: RatedPeriod) -> PeriodRow:
        facts = absence_facts(rated, self.now, self.office.cutoff)
        scope = rated.scope.scope
        if facts.time and any(one.overlap(rated.period) for one in self._buried.get(scope, ())):
            facts = replace(facts, time=replace(facts.time, is_deleted=True))
        if facts.amounts and any(one.overlap(rated.period) for one in self._issued[scope, rated.kind]):
            # days of it were billed in another cut: closing holds it back
            facts = replace(facts, amounts=replace(facts.amounts, is_held_back=True))
        return PeriodRow(
            rated.period,
            is_current=self.now.date() in rated.period,
            moment=self.now,
            estimate=_estimate(rated),
            absence=why_no_invoice(facts),
            kind=rated.kind,
            still_to_come=tuple(self._still_to_come(rated)),
            overage_notice_on=overage_notice_on(rated.period) if _has_overage(rated) else None,
        )

    def _still_to_come(self, rated: RatedPeriod) -> Iterable[Phrase]:
        closed = closed_at(rated.scope, rated.period, self.office.cutoff)
        if rated.kind is not InvoiceKind.SUPPORT and self.now < closed:
            yield phrase(
                "Usage up to {last_day} that is accepted by {moment} is still to come.",
                last_day=rated.period.last_day, moment=closed,
            )  # fmt: skip
        if rated.unpriced:
            yield phrases(
                "{count} row of usage has no price yet, and is not in it.",
                "{count} rows of usage have no price yet, and are not in it.",
                sum(one.rows for one in rated.unpriced),
            )
        yield from rated.obstacles

    def _shows(self, invoice: IssuedInvoice) -> bool:
        return not self.is_main_only or invoice.kind is main_kind(self.scopes[invoice.scope])

    def _having(self, kind: InvoiceKind) -> list[InvoiceScope]:
        """The scopes whose periods of this kind are shown; of the Marketplace only if anything of it is sold."""
        if kind is InvoiceKind.MARKETPLACE and self.is_main_only:
            return []
        found = [scope for scope in self.scopes.values() if kind in listed_kinds(scope)]
        if kind is InvoiceKind.MARKETPLACE and found:
            sheets = {scope.account.price_sheet for scope in found}
            return found if has_prices_of(MARKETPLACE_CHARGES, self.as_of.revision, sheets) else []
        return found

    def _unbilled(self, scope: InvoiceScope, kind: InvoiceKind) -> list[Period]:
        issued = (*self._issued[scope.scope, kind], *self._buried.get(scope.scope, ()))
        return unbilled_periods(scope, self.now.date(), kind, issued)

    @cached_property
    def _issued(self) -> Mapping[tuple[Scope, InvoiceKind], list[Period]]:
        found: dict[tuple[Scope, InvoiceKind], list[Period]] = defaultdict(list)
        for one in self.in_force:
            found[one.scope, one.kind].append(one.period)
        return found

    @cached_property
    def _buried(self) -> Mapping[Scope, list[Period]]:
        return buried_periods(self.scopes)

    @cached_property
    def _versions(self) -> ScopeVersions:
        return ScopeVersions(self.as_of.revision, self.scopes)

    @cached_property
    def _standings(self) -> Mapping[str, Standing]:
        return standings(self.documents)

    @cached_property
    def _links(self) -> Mapping[str, tuple[Link, ...]]:
        return links_of(document.number for document in self.documents)

    def _today_of(self, scope: Scope) -> date:
        return day_in(self.scopes[scope].seller.time_zone, self.now)


def _has_overage(rated: RatedPeriod) -> bool:
    """True of an enrollment's period if, by what is known, its prepayment does not pay for all of it."""
    is_known = rated.scope.agreement is AgreementType.EA and not rated.obstacles
    return is_known and rated.preview.totals.payable > 0


def _estimate(rated: RatedPeriod) -> Estimate | None:
    try:
        return rated.estimate
    except UnableTo:
        return None  # its obstacles say why
