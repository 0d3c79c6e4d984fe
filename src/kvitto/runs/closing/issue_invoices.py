"""Closing periods: one run that issues every invoice that is due, and tells of every one that is not.

Rate → check against the reference → draft → take a number and keep the facts, in one transaction per invoice → make
the documents. Every step may be interrupted: what was issued stays issued, and the next run goes on from there. Two
runs at once issue no period twice and skip no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.offers import OfferKind
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import is_billed, why_no_invoice
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.numbering import check_issue_date, series_name
from kvitto.invoicing.status import day_in
from kvitto.language import Phrase, phrase
from kvitto.periods import Period, month_named
from kvitto.records.agreements import invoice_scopes
from kvitto.records.invoices import previous_invoice
from kvitto.records.issuing import Issuing, issue, latest_issue_date
from kvitto.records.prices import prices_by_id
from kvitto.runs.closing.close_report import Blocked, CloseReport, WithoutInvoice
from kvitto.runs.closing.late_usage import late_usage
from kvitto.runs.closing.periods_to_close import periods_to_close
from kvitto.runs.closing.second_rating import causes_to_hold
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
    billed, without = _parted(office, _rated(office, found.due, as_of))
    causes = causes_to_hold(office, billed, as_of, lambda done: tell(_CHECKING, done, len(billed)))
    ready = [one for one, held in zip(billed, causes, strict=True) if not held]
    blocked = [Blocked(one.scope, one.period, held) for one, held in zip(billed, causes, strict=True) if held]
    issuings = _issue_all(office, ready, as_of, tell)
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


def _rated(office: Office, due: Sequence[tuple[InvoiceScope, Period]], as_of: AsOf) -> list[RatedPeriod]:
    """All due periods with their charges, rated in one go; what a free trial used decides nothing and is left out."""
    charged = iter(rate_periods(office, [(scope, period) for scope, period in due if not _is_free_trial(scope)], as_of))
    return [RatedPeriod(scope, period) if _is_free_trial(scope) else next(charged) for scope, period in due]


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


def _issue_all(office: Office, ready: Sequence[RatedPeriod], as_of: AsOf, tell: Progress) -> list[Issuing]:
    prices = prices_by_id(line.price_id for one in ready for line in one.lines)
    issuings = []
    for done, one in enumerate(ready, start=1):
        scope, now = one.scope, office.now()
        previous = previous_invoice(scope.scope, one.period)
        issue_date = day_in(scope.seller.time_zone, now)
        drafted = draft(scope, one.period, one.lines, prices, previous, issue_date, as_of)
        issuings.append(issue(drafted, scope.scope, scope.seller.series, now, scope.seller.number_form))
        tell(_ISSUING, done, len(ready))
    return issuings


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


def _is_free_trial(scope: InvoiceScope) -> bool:
    return not scope.profile and scope.subscriptions[0].offer.kind is OfferKind.FREE_TRIAL


def _month(name: str | None) -> Period | None:
    try:
        return month_named(name) if name else None
    except ValueError as error:
        raise UnableToClose(phrase("“{name}” is no month. Write it as 2024-02.", name=str(name))) from error


def _tell_nobody(_what: Phrase, _done: int, _of: int) -> None:
    """For callers that show no progress."""
