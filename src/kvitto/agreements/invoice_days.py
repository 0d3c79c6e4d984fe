"""When a billing period may be invoiced, and when the invoice is to be paid. All days are UTC days. Pure: no clock."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from kvitto.agreements.anniversaries import cycles
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.issue_limits import issue_limit
from kvitto.agreements.offers import OfferKind
from kvitto.periods import MONTHS_IN_YEAR, Period, calendar_month, midnight, month_after

TOO_NEW = timedelta(days=30)
MARKETPLACE_DAY = 9  # "about the 9th" (agreements.md §4.1): the 9th
PARTNER_DAY = 8  # ready by the 8th (§7)
ENROLLMENT_CLOSED_DAY = 5  # the month is closed after the 5th, 00:00 UTC (§6.3)
ENROLLMENT_NOTICE = timedelta(days=7)  # the overage notice comes so long after the period's last day (§6.3)
ENROLLMENT_DAY = 14  # chosen of 7 to 9 days after the notice: a week, within the 12th to 15th when documents are there


def invoice_due_at(
    scope: InvoiceScope, period: Period, cutoff: timedelta, kind: InvoiceKind = InvoiceKind.SERVICES
) -> datetime:
    """The moment from which the period may be invoiced: the agreement's rule, or the legal limit if that is earlier.

    MOSP services: the day of the month on which the account was created (the month's last where it has no such day),
    the first one on or after the end of the cycle; a period cut short keeps its usual date. MOSP marketplace: the 9th
    of the next month. MCA: the profile's invoice day in the month after the period. MPA: the same, but by the 8th. EA:
    the 14th of the month after the period. All: never before the period's end plus `cutoff` (EA: nor before the month
    is closed), and never while the buyer is too new. A support plan is invoiced in advance: the first month on the
    day of purchase, the others on the first account day in or after them.
    """
    if kind is InvoiceKind.SUPPORT and scope.subscription:
        return midnight(_support_day(scope, period))
    usual = _usual_day(scope, period, kind)
    limit = issue_limit(scope, period.last_day)
    wanted = min(usual, limit) if limit else usual
    return max(midnight(wanted), closed_at(scope, period, cutoff), midnight(too_new_until(scope)))


def closed_at(scope: InvoiceScope, period: Period, cutoff: timedelta) -> datetime:
    """The moment from which usage of the period comes too late for its invoice."""
    at = midnight(period.end) + cutoff
    if scope.account.agreement is AgreementType.EA:
        return max(at, midnight(_in_month_of_end(period, ENROLLMENT_CLOSED_DAY)))
    return at


def overage_notice_on(period: Period) -> date:
    """The day on which an enrollment's administrators are told of an overage (agreements.md §6.3)."""
    return period.last_day + ENROLLMENT_NOTICE


def too_new_until(scope: InvoiceScope) -> date:
    """The first day on which the buyer is no longer too new for an invoice: day 30 after the start (invoices.md N1).

    MOSP: after the subscription's start. The others: after the creation of the account; but a buyer whose subscriptions
    moved in, as from an enrollment to a customer agreement, has been one since they began.
    """
    if subscription := scope.subscription:
        return subscription.started_on + TOO_NEW
    if not scope.days:
        return scope.account.created_on + TOO_NEW
    moved_in = [
        one.started_on
        for one in scope.subscriptions
        if one.id in scope.days and scope.days[one.id][0].start > one.started_on
    ]
    return min(scope.account.created_on, *moved_in) + TOO_NEW if moved_in else scope.account.created_on + TOO_NEW


def due_date(scope: InvoiceScope, issue_date: date) -> date:
    """The day until which the invoice is to be paid: so many days after its issue as the agreement's terms say."""
    return issue_date + timedelta(days=scope.payment_terms_days)


def is_settled_before(scope: InvoiceScope, cycle: Period, day: date) -> bool:
    """True if a closed MOSP cycle was to be invoiced before the day, by the account's day alone."""
    return _account_day_from(cycle.end, scope.account.created_on.day) < day


def _usual_day(scope: InvoiceScope, period: Period, kind: InvoiceKind) -> date:
    match scope.account.agreement:
        case AgreementType.MOSP if kind is InvoiceKind.MARKETPLACE:
            return month_after(period.start).replace(day=MARKETPLACE_DAY)
        case AgreementType.MOSP:
            return _account_day_from(_cycle_end(scope, period), scope.account.created_on.day)
        case AgreementType.EA:
            return _in_month_of_end(period, ENROLLMENT_DAY)
        case AgreementType.MPA if scope.profile:
            return _in_month_of_end(period, min(scope.profile.invoice_day, PARTNER_DAY))
        case _:
            return _in_month_of_end(period, scope.profile.invoice_day if scope.profile else 1)


def _cycle_end(scope: InvoiceScope, period: Period) -> date:
    """Where the period's first cycle would have ended, had the subscription gone on."""
    subscription = scope.subscriptions[0]
    months = MONTHS_IN_YEAR if subscription.offer.kind is OfferKind.AZURE_IN_OPEN else 1
    return next(cycles(subscription, period.start, months)).end


def _support_day(scope: InvoiceScope, period: Period) -> date:
    if period.start == scope.subscriptions[0].started_on:
        return period.start
    return _account_day_from(period.start, scope.account.created_on.day)


def _in_month_of_end(period: Period, day_of_month: int) -> date:
    """The day in the month after the calendar month that holds the period's last day."""
    return calendar_month(period.last_day).end.replace(day=day_of_month)


def _account_day_from(earliest: date, day_of_month: int) -> date:
    day = _clamped(earliest, day_of_month)
    return day if day >= earliest else _clamped(month_after(earliest), day_of_month)


def _clamped(month: date, day_of_month: int) -> date:
    return month.replace(day=min(day_of_month, monthrange(month.year, month.month)[1]))
