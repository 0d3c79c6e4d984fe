"""Billing periods of what is invoiced. All days are UTC days. Pure: no clock. When each is invoiced: `invoice_days`.

MOSP services and support: months from the subscription's anniversary day; marketplace: calendar months (agreements.md
§4). MCA and MPA: calendar months (§5, §7). EA: one, three or twelve calendar months, counted from the one in which the
enrollment became effective; another cadence begins when the running span is over (§6.1). Azure in Open: twelve months
from the subscription's start (§8). Days on which a subscription stood elsewhere belong to no period here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kvitto.agreements.anniversaries import LAST_ANNIVERSARY_DAY, anniversary_day_of, cycles
from kvitto.agreements.dated import within
from kvitto.agreements.hierarchy import Cadence, Enrollment, InvoiceScope, Subscription
from kvitto.agreements.invoice_days import due_date, invoice_due_at, is_settled_before, too_new_until
from kvitto.agreements.invoice_kinds import InvoiceKind, invoice_kinds
from kvitto.agreements.offers import OfferKind
from kvitto.periods import MONTHS_IN_YEAR, Period, calendar_month, month_after

__all__ = [
    "LAST_ANNIVERSARY_DAY",
    "anniversary_day_of",
    "days_billed",
    "due_date",
    "invoice_due_at",
    "invoice_kinds",
    "left_to_invoice",
    "period_containing",
    "periods_of",
    "rating_periods",
    "too_new_until",
]

MONTHS_OF: dict[Cadence, int] = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.ANNUAL: MONTHS_IN_YEAR}


def periods_of(scope: InvoiceScope, until: date, kind: InvoiceKind = InvoiceKind.SERVICES) -> Iterator[Period]:
    """The billing periods of a kind that begin on or before the day `until`, oldest first; the latest may be open.

    MOSP: the first runs from the subscription's start to its next anniversary day, the latest of one that ended or left
    to the first day that no longer counts. That one also holds the cycle before it, if that was not yet to be invoiced
    by then (§4.2); not so with a monthly credit, of which each cycle has its own. The months of a support plan are
    never cut short by its end. The others: whole months, from the one in which the first subscription came to the one
    in which the last ended or left; something without subscriptions has none.
    """
    if not scope.subscriptions:
        return
    if scope.subscription is None:
        yield from _calendar_periods(scope, until)
        return
    for stay in stays_in(scope, scope.subscription):
        for period in _stay_periods(scope, scope.subscription, stay, kind):
            if period.start > until:
                break
            yield period


def period_containing(scope: InvoiceScope, day: date, kind: InvoiceKind = InvoiceKind.SERVICES) -> Period | None:
    """The billing period that holds the day; None before the first and after the last."""
    return next((period for period in periods_of(scope, day, kind) if day in period), None)


def left_to_invoice(period: Period, issued: Iterable[Period]) -> Period | None:
    """What of a billing period has no invoice yet; None if all of it has.

    A period may have been invoiced in part before it was known how it ends: before a move was recorded, say, or before
    an enrollment's invoices became quarterly. An issued period that overlaps it in another way changes nothing here.
    """
    for other in sorted(one for one in issued if one.start < period.end and period.start < one.end):
        if other.start <= period.start and period.end <= other.end:
            return None
        if other.start == period.start:
            period = Period(other.end, period.end)
    return period


def rating_periods(scope: InvoiceScope, period: Period, kind: InvoiceKind = InvoiceKind.SERVICES) -> tuple[Period, ...]:
    """The spans over which the usage of a billing period is counted for price tiers, one after the other.

    EA: its calendar months. MOSP: the months between anniversaries, of which a last period may hold two and a period of
    Azure in Open twelve. Else the period itself.
    """
    subscription = scope.subscription
    if subscription is None or kind is InvoiceKind.MARKETPLACE:
        return tuple(_months_in(period))
    return tuple(_overlapping(cycles(subscription, period.start), period))


def days_billed(scope: InvoiceScope, subscription: Subscription, period: Period) -> tuple[Period, ...]:
    """The days of the period on which the subscription stood in this scope; all, unless it is named in `days`."""
    return within(scope.days.get(subscription.id, (period,)), period)


def stays_in(scope: InvoiceScope, subscription: Subscription) -> list[Period]:
    """The spans of days that a subscription spent here, oldest first, up to its end; `FOREVER` ends what goes on."""
    return list(scope.stays(subscription))


def _stay_periods(scope: InvoiceScope, subscription: Subscription, stay: Period, kind: InvoiceKind) -> Iterator[Period]:
    """The periods of one stay under one owner."""
    match kind:
        case InvoiceKind.MARKETPLACE:
            return _overlapping(_months_from(stay.start), stay)
        case InvoiceKind.SUPPORT:
            is_end_of_life = stay.end == subscription.ended_on
            whole = cycles(subscription, stay.start)
            return _beginning_in(whole, stay) if is_end_of_life else _overlapping(whole, stay)
        case _:
            is_prepaid = subscription.offer.kind is OfferKind.AZURE_IN_OPEN
            own = cycles(subscription, stay.start, MONTHS_IN_YEAR if is_prepaid else 1)
            return _with_last_joined(scope, _overlapping(own, stay), stay)


def _with_last_joined(scope: InvoiceScope, periods: Iterator[Period], stay: Period) -> Iterator[Period]:
    """The periods; a last one that was cut short is joined to the one before, if that one still waits by then."""
    before: Period | None = None
    for period in periods:
        if before and period.end == stay.end and _waits_for_the_last(scope, before, stay.end):
            before = Period(before.start, period.end)
            continue
        if before:
            yield before
        before = period
    if before:
        yield before


def _waits_for_the_last(scope: InvoiceScope, closed: Period, end: date) -> bool:
    has_own_credit = scope.subscriptions[0].offer.kind in {OfferKind.MONTHLY_CREDIT, OfferKind.AZURE_IN_OPEN}
    return not has_own_credit and not is_settled_before(scope, closed, end)


def _calendar_periods(scope: InvoiceScope, until: date) -> Iterator[Period]:
    life = scope.life
    if life is None:
        return
    enrollment = scope.account.enrollment
    spans = _enrollment_spans(scope, enrollment, life.start) if enrollment else _months_from(life.start)
    for span in spans:
        if span.start > until or span.start >= life.end:
            return
        yield span


def _enrollment_spans(scope: InvoiceScope, enrollment: Enrollment, start: date) -> Iterator[Period]:
    """Spans of the cadence that held on the first day of each: another one begins when the running span is over.

    One that begins inside a span of its own takes the rest of that.
    """
    invoiced_until = date.min
    while True:
        months = MONTHS_OF[_cadence_on(scope, enrollment, start)]
        first = _on_the_grid(enrollment.starts_on, start, months)
        start = _months_later(first, months)
        yield Period(max(first, invoiced_until), start)
        invoiced_until = start


def _cadence_on(scope: InvoiceScope, enrollment: Enrollment, day: date) -> Cadence:
    return next((cadence for cadence, end in scope.earlier_cadences if day < end), enrollment.cadence)


def _months_later(first: date, months: int) -> date:
    for _ in range(months):
        first = month_after(first)
    return first


def _on_the_grid(anchor: date, day: date, months: int) -> date:
    """The first day of the span of so many months, counted from the anchor's month, that holds the day."""
    passed = (day.year - anchor.year) * MONTHS_IN_YEAR + day.month - anchor.month
    year, month = divmod(anchor.year * MONTHS_IN_YEAR + anchor.month - 1 + passed // months * months, MONTHS_IN_YEAR)
    return date(year, month + 1, 1)


def _months_in(period: Period) -> Iterator[Period]:
    return _overlapping(_months_from(period.start), period)


def _months_from(day: date) -> Iterator[Period]:
    while True:
        yield calendar_month(day)
        day = month_after(day)


def _overlapping(spans: Iterator[Period], limits: Period) -> Iterator[Period]:
    """What of the spans, which come in order and without an end, lies within the limits."""
    for span in spans:
        part = span.overlap(limits)
        if part:
            yield part
        if span.end >= limits.end:
            return


def _beginning_in(spans: Iterator[Period], limits: Period) -> Iterator[Period]:
    """The whole spans that begin within the limits."""
    for span in spans:
        if span.start >= limits.end:
            return
        yield span
