"""Closing periods: one run that issues every invoice that is due, and tells of every one that is not.

Portion by portion: rate → check against the reference → draft → take numbers and keep the facts, some hundred invoices
to a transaction. Then the documents are made. Every step may be interrupted: what was issued stays issued, and the next
run goes on from there. Two runs at once issue no period twice and skip no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.errors import UnableTo
from kvitto.invoicing.numbering import check_issue_date, series_name
from kvitto.invoicing.status import day_in
from kvitto.language import Phrase, phrase
from kvitto.periods import Period, month_named
from kvitto.records.agreements import invoice_scopes
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.issuing import latest_issue_date
from kvitto.records.usage_files import bucket_count
from kvitto.runs.closing.close_portion import close_portions
from kvitto.runs.closing.close_report import Blocked, CloseReport, NotDue
from kvitto.runs.closing.corrections import bill_alone, give_back, told_of, work_out
from kvitto.runs.closing.garbage import rarely_collected
from kvitto.runs.closing.last_close import keep_last_close
from kvitto.runs.closing.late_usage import late_periods
from kvitto.runs.closing.periods_to_close import periods_to_close
from kvitto.runs.closing.portions import AT_ONCE, portions_of
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.expire_credit import expire_credit
from kvitto.runs.make_documents import render_missing
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of

Progress = Callable[[Phrase, int, int], None]
_CLOSING, _MAKING = phrase("Closing billing periods"), phrase("Making documents")


class UnableToClose(UnableTo):
    """The month that was asked for is none."""


@rarely_collected()
def close(  # noqa: PLR0913 - what to close, and what to leave out
    office: Office,
    month: str | None = None,
    progress: Progress | None = None,
    *,
    checked: bool = True,
    documents: bool = True,
    at_once: int = AT_ONCE,
) -> CloseReport:
    """Issue every invoice that is due now; `month` ("2024-02") limits it to periods whose last day lies in that month.

    `progress(what, done, of)` is told on the way. What is held back is told in the report and stops nothing else.
    `documents` False leaves them to be made later. `checked` False leaves out the reference: for measurements alone.
    `at_once`: periods of a portion, which bounds the memory.
    Raises `UnableToNumber` before anything is issued if the clock stands before the latest invoice of a seller.
    """
    limit, tell = _month(month), progress or _tell_nobody
    as_of = current_as_of()
    scopes = invoice_scopes(as_of.revision)
    _refuse_early_clock(office, scopes)
    invoices = invoices_in_force()
    found = periods_to_close(office, scopes, invoices, as_of, limit)
    late = late_periods(office, invoices, {scope.scope: scope for scope in scopes})
    with SecondRating() as second:
        reference = second if checked else None
        corrections = work_out(office, late, as_of, reference)
        give_back(office, corrections.pending, as_of, limit)
        done = _counting(tell, len(found.due))
        portions = portions_of(found.due, bucket_count(), at_once)
        closed = list(close_portions(office, portions, as_of, reference, done, corrections.pending))
    issuings = [issuing for portion in closed for issuing in portion.issuings]
    blocked = (*found.blocked, *(one for portion in closed for one in portion.blocked))
    alone: list[IssuedInvoice] = []
    if limit is None:
        alone = bill_alone(office, corrections.pending, found, closed, as_of)
        still_to_come: list[NotDue | Blocked] = [*found.not_due, *blocked]
        expire_credit(office, [(one.scope.scope, one.period) for one in still_to_come])
        keep_last_close(office, blocked)
    before = [
        *(one for one in invoices if limit is None or one.period.last_day in limit),
        *(issuing.invoice for issuing in issuings if not issuing.is_new),
    ]
    documents_made, documents_trouble = _make_documents(office, tell) if documents else (0, None)
    return CloseReport(
        issued=(*(issuing.invoice for issuing in issuings if issuing.is_new), *alone),
        issued_before=tuple(before),
        not_due=tuple(found.not_due),
        without_invoice=tuple(one for portion in closed for one in portion.without_invoice),
        blocked=blocked,
        late_usage=told_of(corrections),
        documents_made=documents_made,
        documents_trouble=documents_trouble,
    )


def _counting(tell: Progress, total: int) -> Callable[[int], None]:
    """Tells how many periods are finished, being told how many more are."""
    finished = 0

    def done(count: int) -> None:
        nonlocal finished
        finished += count
        tell(_CLOSING, finished, total)

    return done


def _make_documents(office: Office, tell: Progress) -> tuple[int, Phrase | None]:
    """How many were made, and what kept others from it; the invoices are issued all the same."""
    try:
        return render_missing(office, lambda done, of: tell(_MAKING, done, of)), None
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
