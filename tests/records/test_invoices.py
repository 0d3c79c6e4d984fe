"""Issuing and loading invoices."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.drafting.drafted import draft
from kvitto.invoicing.drafting.facts import DraftFacts
from kvitto.invoicing.invoice import AsOf, Invoice, PreviousInvoice
from kvitto.invoicing.numbering import UnableToNumber
from kvitto.money import Money
from kvitto.periods import Period, calendar_month
from kvitto.records.in_force import previous_invoices
from kvitto.records.invoices import (
    Altered,
    NotIssued,
    Payer,
    altered_invoices,
    issued_for,
    issued_periods,
    list_invoices,
    load,
    load_all,
)
from kvitto.records.issuing import Issuing, Waiting, issue, issue_all, latest_issue_date
from kvitto.records.models import InvoiceRecord, NumberSeries
from tests.invoicing.cast import FEBRUARY, KNOWN, charged, monthly_credit, mosp, price
from tests.lifted_guards import lift_guards

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LAB = Scope(ScopeKind.SUBSCRIPTION, "lab")
MARCH = calendar_month(date(2024, 3, 1))
NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)


def february(amount: str = "250.005", period: Period = FEBRUARY, issued_on: date = date(2024, 3, 5)) -> Invoice:
    """A draft over some charges less a credit of 150."""
    line = charged(amount, period=period)
    return draft(DraftFacts(mosp(monthly_credit("150")), period, [line], {1: price()}, issued_on, KNOWN))


def test_an_invoice_comes_back_as_it_was_issued() -> None:
    """All facts, with the number that was taken."""
    issuing = issue(february(), LAB, "K", NOW)
    assert issuing.is_new
    assert load("K-2024-000001") == dataclasses.replace(february(), number="K-2024-000001")
    assert altered_invoices() == []


def test_what_a_list_shows_is_what_the_facts_say() -> None:
    """Number, period, dates, amount to pay and exact charges."""
    invoice = issue(february(), LAB, "K", NOW).invoice
    assert invoice.number == "K-2024-000001"
    assert (invoice.scope, invoice.account_id, invoice.period) == (LAB, "daugava", FEBRUARY)
    assert (invoice.issue_date, invoice.due_date) == (date(2024, 3, 5), date(2024, 4, 4))
    assert invoice.payable == Money(Decimal("125.01"), "USD")
    assert invoice.unrounded == Money(Decimal("250.005"), "USD")
    assert invoice.as_of == AsOf(100, 2)
    assert issued_for(LAB, FEBRUARY) == invoice
    assert list_invoices() == [invoice]


def test_a_period_is_invoiced_once() -> None:
    """A second attempt, also with other charges, gives the first invoice and takes no number."""
    first = issue(february(), LAB, "K", NOW)
    second = issue(february("9999"), LAB, "K", NOW)
    assert (second.invoice, second.is_new) == (first.invoice, False)
    assert NumberSeries.objects.get().latest_number == 1


def test_many_are_issued_at_once_each_once_and_without_gaps() -> None:
    """Those that were issued before are given back and take no number; the order is that of the numbers."""
    scopes = [Scope(ScopeKind.SUBSCRIPTION, f"s{number}") for number in range(450)]
    before = issue(february(), scopes[7], "K", NOW).invoice
    issuings = issue_all([Waiting(february(), scope, "K") for scope in scopes], NOW)
    assert issuings[7] == Issuing(before, is_new=False)
    new = [one.invoice.number for one in issuings if one.is_new]
    assert new == [f"K-2024-{number:06}" for number in range(2, 451)]
    assert NumberSeries.objects.get().latest_number == 450
    assert altered_invoices() == []
    assert issue_all([], NOW) == []


def test_numbers_follow_each_other_in_each_series_and_year() -> None:
    """K-2024, K-2025 and N-2025 are counted apart."""
    scopes = [Scope(ScopeKind.SUBSCRIPTION, key) for key in "abcd"]
    numbers = [
        issue(february(issued_on=issued_on), scope, letters, NOW).invoice.number
        for scope, letters, issued_on in zip(
            scopes, "KKKN", [date(2024, 3, 5), date(2024, 3, 5), date(2025, 1, 1), date(2025, 1, 1)], strict=True
        )
    ]
    assert numbers == ["K-2024-000001", "K-2024-000002", "K-2025-000001", "N-2025-000001"]


@pytest.mark.parametrize("issued_on", [date(2024, 3, 4), date(2023, 12, 31)])
def test_a_clock_before_the_latest_invoice_is_refused_and_nothing_is_kept(issued_on: date) -> None:
    """Dates never decrease, over the end of the year neither; no number is taken."""
    issue(february(), LAB, "K", NOW)
    with pytest.raises(UnableToNumber):
        issue(february(period=MARCH, issued_on=issued_on), LAB, "K", NOW)
    assert InvoiceRecord.objects.count() == 1
    assert latest_issue_date("K") == date(2024, 3, 5)
    assert NumberSeries.objects.get(name="K-2024").latest_number == 1


def test_the_invoice_before_is_that_of_the_period_before() -> None:
    """Not that of any earlier period, and not another scope's or an earlier owner's."""
    issue(february(), LAB, "K", NOW)
    payer, now_another = Payer(LAB, "daugava"), Payer(LAB, "venta")
    before = PreviousInvoice("K-2024-000001", FEBRUARY, Decimal("125.01"))
    assert previous_invoices({payer: MARCH.start, now_another: MARCH.start}) == {payer: before}
    assert previous_invoices({payer: MARCH.end}) == {}
    assert previous_invoices({Payer(Scope(ScopeKind.BILLING_PROFILE, "lab"), "daugava"): MARCH.start}) == {}


def test_lists_hold_the_scopes_that_were_asked_for_newest_period_first() -> None:
    """A profile and a subscription of the same id are two scopes."""
    profile = Scope(ScopeKind.BILLING_PROFILE, "lab")
    for scope, period in ((LAB, FEBRUARY), (LAB, MARCH), (profile, FEBRUARY)):
        issue(february(period=period), scope, "K", NOW)
    assert [one.number for one in list_invoices([LAB])] == ["K-2024-000002", "K-2024-000001"]
    assert [one.number for one in list_invoices()] == ["K-2024-000002", "K-2024-000001", "K-2024-000003"]
    assert [one.number for one in load_all([profile])] == ["K-2024-000003"]
    assert issued_periods() == {LAB: {FEBRUARY.start, MARCH.start}, profile: {FEBRUARY.start}}
    assert list_invoices([]) == []


def test_altered_facts_are_noticed() -> None:
    """Whoever takes the guards away and changes a cent is found by the digest, or by the facts."""
    number = issue(february(), LAB, "K", NOW).invoice.number
    lift_guards()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_invoicerecord SET payable_minor = 1")
    assert altered_invoices() == [number]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_invoicerecord SET payable_minor = 12501, facts = replace(facts, '250', '251')")
    assert altered_invoices() == [number]
    with pytest.raises(Altered, match="K-2024-000001"):
        load(number)
    with pytest.raises(Altered):
        list(load_all())


def test_a_number_that_was_never_issued_is_told() -> None:
    """The sentence names it."""
    with pytest.raises(NotIssued, match="There is no invoice K-2024-000009"):
        load("K-2024-000009")
