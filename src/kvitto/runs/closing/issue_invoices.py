"""Closing periods: one run that issues every invoice that is due, and tells of every one that is not.

Rate → check against the reference → hold the credit, draft, take a number, keep the facts, and take from the credit, in
one transaction per invoice → make the documents. Every step may be interrupted: what was issued stays issued, and the
next run goes on from there. Two runs at once issue no period twice, skip no number and use no credit twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from django.db import transaction

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import is_billed, why_no_invoice
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.numbering import check_issue_date, series_name
from kvitto.invoicing.status import day_in
from kvitto.language import Phrase, phrase
from kvitto.periods import Period, month_named
from kvitto.records.agreements import invoice_scopes
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import previous_invoice
from kvitto.records.issuing import Issuing, issue, latest_issue_date
from kvitto.records.settlement import locked_lots, take
from kvitto.runs.closing.close_report import Blocked, CloseReport, WithoutInvoice
from kvitto.runs.closing.late_usage import late_usage
from kvitto.runs.closing.periods_to_close import periods_to_close
from kvitto.runs.closing.second_rating import causes_to_hold
from kvitto.runs.closing.settle_alone import settle_alone
from kvitto.runs.expire_credit import expire_credit
from kvitto.runs.make_documents import render_missing
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, absence_facts, rate_periods

Progress = Callable[[Phrase, int, int], None]
_CHECKING = phrase("Checking invoices against the reference")
_ISSUING = phrase("Issuing invoices")


class UnableToClose(UnableTo):
    """The month that was asked for is none."""


def close(office: Office, month: str | None = None, progress: Progress | None = None) -> CloseReport:
    """Issue every invoice that is due now; `month` ("2024-02") limits it to periods whose last day lies in that month.

    `progress(what, done, of)` is told on the way. What is held back is told in the report and stops nothing else.
    Raises `UnableToNumber` before anything is issued if the clock stands before the latest invoice of a seller.
    """
    tell = progress or _tell_nobody
    limit = _month(month)
    as_of = current_as_of()
    scopes = invoice_scopes(as_of.revision)
    _refuse_early_clock(office, scopes)
    invoices = invoices_in_force()
    found = periods_to_close(office, scopes, invoices, as_of, limit)
    rated = rate_periods(office, found.due, as_of)
    billed, without = _parted(office, rated)
    causes = causes_to_hold(office, billed, as_of, lambda done: tell(_CHECKING, done, len(billed)))
    ready = [one for one, held in zip(billed, causes, strict=True) if not held]
    blocked = [Blocked(one.scope, one.period, held) for one, held in zip(billed, causes, strict=True) if held]
    issuings = _issue_all(office, ready, _besides(rated, billed), as_of, tell)
    if limit is None:
        expire_credit(office, [(one.scope.scope, one.period) for one in (*found.not_due, *found.blocked, *blocked)])
    before = [
        *(one for one in invoices if limit is None or one.period.last_day in limit),
        *(issuing.invoice for issuing in issuings if not issuing.is_new),
    ]
    documents_made, documents_trouble = _make_documents(office)
    return CloseReport(
        issued=tuple(issuing.invoice for issuing in issuings if issuing.is_new),
        issued_before=tuple(before),
        not_due=tuple(found.not_due),
        without_invoice=tuple(without),
        blocked=(*found.blocked, *blocked),
        late_usage=tuple(late_usage(office, before, {scope.scope: scope for scope in scopes})),
        documents_made=documents_made,
        documents_trouble=documents_trouble,
    )


def _parted(office: Office, rated: Iterable[RatedPeriod]) -> tuple[list[RatedPeriod], list[WithoutInvoice]]:
    """Those that get an invoice, and those that get none, each with its reason."""
    now = office.now()
    billed, without = [], []
    for one in rated:
        facts = absence_facts(one, now, office.cutoff)
        if is_billed(facts):
            billed.append(one)
        else:
            without.append(WithoutInvoice(one.scope, one.period, why_no_invoice(facts)))
    return billed, without


def _besides(rated: Iterable[RatedPeriod], billed: Iterable[RatedPeriod]) -> list[RatedPeriod]:
    """Those that get no invoice."""
    found = {(one.scope.scope, one.period) for one in billed}
    return [one for one in rated if (one.scope.scope, one.period) not in found]


def _issue_all(
    office: Office, ready: Sequence[RatedPeriod], without: Sequence[RatedPeriod], as_of: AsOf, tell: Progress
) -> list[Issuing]:
    """Issue what is ready; what gets no invoice uses its credit too, each scope's periods in the order of time."""
    issuings: list[Issuing] = []
    steps = [*((one, True) for one in ready), *((one, False) for one in without if one.lots)]
    for one, is_issued in sorted(steps, key=lambda step: step[0].period.end):  # stable: else in their order
        if is_issued:
            issuings.append(_issue(office, one, as_of))
            tell(_ISSUING, len(issuings), len(ready))
        else:
            settle_alone(office, one, as_of)
    return issuings


def _issue(office: Office, one: RatedPeriod, as_of: AsOf) -> Issuing:
    """Lock the lots → draft with them → issue → take from them what the invoice says, in one transaction."""
    scope, now = one.scope, office.now()
    issue_date = day_in(scope.seller.time_zone, now)
    with transaction.atomic():
        lots = locked_lots(scope.scope, one.period, one.kind)
        previous = previous_invoice(scope.scope, one.period)
        drafted = draft(replace(one, lots=lots).facts(issue_date, as_of, previous=previous))
        issuing = issue(drafted, scope.scope, scope.seller.series, now, scope.seller.number_form)
        if issuing.is_new:
            take(issuing.invoice.number, drafted, scope.scope, now)
    return issuing


def _make_documents(office: Office) -> tuple[int, Phrase | None]:
    """How many were made, and what kept others from it; the invoices are issued all the same."""
    try:
        return render_missing(office), None
    except UnableTo as error:
        return 0, error.phrase


def _refuse_early_clock(office: Office, scopes: Iterable[InvoiceScope]) -> None:
    now = office.now()
    for series, time_zone in sorted({(scope.seller.series, scope.seller.time_zone) for scope in scopes}):
        latest = latest_issue_date(series)
        if latest:
            check_issue_date(series_name(series, latest), latest, day_in(time_zone, now))


def _month(name: str | None) -> Period | None:
    try:
        return month_named(name) if name else None
    except ValueError as error:
        raise UnableToClose(phrase("“{name}” is no month. Write it as 2024-02.", name=str(name))) from error


def _tell_nobody(_what: Phrase, _done: int, _of: int) -> None:
    """For callers that show no progress."""
