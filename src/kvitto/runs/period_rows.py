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
from kvitto.runs.estimates import KnownPeriod, known_periods
from kvitto.runs.listed_periods import listed_kinds, main_kind, unbilled_periods
from kvitto.runs.office import Office
from kvitto.runs.own_charges import MARKETPLACE_CHARGES
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import facts_of_time
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


def period_rows(office: Office, scope: InvoiceScope, *, may_be_older: bool = False) -> list[PeriodRow]:
    """Every billing period of the scope that has begun, newest first, of each kind of invoice it can have.

    Of the Marketplace only periods in which something was bought. `may_be_older`: see `rows_of_scopes`.
    """
    return rows_of_scopes(office, [scope], may_be_older=may_be_older)[scope.scope]


def rows_of_scopes(
    office: Office,
    scopes: Sequence[InvoiceScope],
    latest: int | None = None,
    *,
    main_only: bool = False,
    may_be_older: bool = False,
) -> dict[Scope, list[PeriodRow]]:
    """The rows of several scopes, newest first, at most the `latest` so many of each; all rated in one go.

    `main_only`: without what has a list beside the main one, that is without the Marketplace.
    `may_be_older`: estimates may be up to a day old in an office that works ahead (`runs.estimates`); each has its
    moment.
    """
    page = _Page(office, {scope.scope: scope for scope in scopes}, is_main_only=main_only, may_be_older=may_be_older)
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
    may_be_older: bool = False

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
            for one in known_periods(self.office, wanted, self.as_of, kind, may_be_older=self.may_be_older):
                if kind is not InvoiceKind.MARKETPLACE or one.known.has_usage:
                    yield one.scope.scope, self._unbilled_row(one)

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
        (one,) = known_periods(self.office, [(then, period)], self.as_of, kind)
        return self._unbilled_row(one)

    def _unbilled_row(self, row: KnownPeriod) -> PeriodRow:
        facts = facts_of_time(row.scope, row.period, row.kind, self.now, self.office.cutoff)
        facts = replace(facts, amounts=row.known.amounts)
        scope = row.scope.scope
        if facts.time and any(one.overlap(row.period) for one in self._buried.get(scope, ())):
            facts = replace(facts, time=replace(facts.time, is_deleted=True))
        if facts.amounts and any(one.overlap(row.period) for one in self._issued[scope, row.kind]):
            # days of it were billed in another cut: closing holds it back
            facts = replace(facts, amounts=replace(facts.amounts, is_held_back=True))
        return PeriodRow(
            row.period,
            is_current=self.now.date() in row.period,
            moment=row.moment,
            estimate=row.known.estimate,
            absence=why_no_invoice(facts),
            kind=row.kind,
            still_to_come=tuple(self._still_to_come(row)),
            overage_notice_on=overage_notice_on(row.period) if _has_overage(row) else None,
        )

    def _still_to_come(self, row: KnownPeriod) -> Iterable[Phrase]:
        closed = closed_at(row.scope, row.period, self.office.cutoff)
        if row.kind is not InvoiceKind.SUPPORT and self.now < closed:
            yield phrase(
                "Usage up to and including {last_day} is still added if it is accepted before {moment}.",
                last_day=row.period.last_day, moment=closed,
            )  # fmt: skip
        if row.known.unpriced_rows:
            yield phrases(
                "{count} row of usage has no price yet, and is not in this estimate.",
                "{count} rows of usage have no price yet, and are not in this estimate.",
                row.known.unpriced_rows,
            )
        yield from row.obstacles

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


def _has_overage(row: KnownPeriod) -> bool:
    """True of an enrollment's period if, by what is known, its prepayment does not pay for all of it."""
    is_known = row.scope.agreement is AgreementType.EA and not row.obstacles
    return is_known and row.known.amounts.owed.amount > 0
