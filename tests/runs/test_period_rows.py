"""Billing periods as lists show them, and what is not billed yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.periods import Period, midnight
from kvitto.records.agreements import invoice_scope_of_subscription, invoice_scopes
from kvitto.records.invoices import load
from kvitto.runs import rated_periods
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, period_rows, row_of, rows_of_scopes
from kvitto.runs.statement import statement
from tests.runs.offices import FIRST_CLOSE, at, import_rows, made

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
MARCH_ROWS = ("50,lab,vm1,cpu,33.335,2024-03-05T00:00:00Z", "51,credit,vm1,cpu,70,2024-03-05T00:00:00Z")


@pytest.fixture
def small(office: MakeOffice) -> Office:
    """The small office on 10 March, with some usage of March."""
    small = made(office(FIRST_CLOSE))
    import_rows(small, MARCH_ROWS, "march.csv")
    return small


def scope_of(subscription: str) -> InvoiceScope:
    """What the subscription's invoices are made for."""
    scope = invoice_scope_of_subscription(subscription)
    assert scope
    return scope


def shown(rows: list[PeriodRow]) -> list[tuple[str, Decimal, str]]:
    """First month, amount, and number or reason of each row."""
    return [
        (
            f"{row.period.start:%Y-%m}",
            row.total.amount if row.total is not None else Decimal(-1),
            row.invoice.number if row.invoice else row.absence.code.value if row.absence else "",
        )
        for row in rows
    ]


def test_rows_come_newest_first_with_invoice_or_reason(small: Office) -> None:
    """The open period with its estimate, then each ended one."""
    close(small)
    assert shown(period_rows(small, scope_of("lab"))) == [
        ("2024-03", Decimal("3.33"), "N2"), ("2024-02", Decimal("1.26"), "K-2024-000003"),
    ]  # fmt: skip
    assert shown(period_rows(small, scope_of("credit"))) == [
        ("2024-03", Decimal("7.00"), "N2"), ("2024-02", Decimal("2.00"), "N5"),
    ]  # fmt: skip
    assert shown(period_rows(small, scope_of("idle"))) == [
        ("2024-03", Decimal("0.00"), "N2"), ("2024-02", Decimal("0.00"), "N6"),
    ]  # fmt: skip


def test_the_current_period_shows_its_estimate_the_moment_and_that_it_may_differ(small: Office) -> None:
    """Rounded lines, the exact sum, no tax; an invoiced row has no such note."""
    close(small)
    current, february = period_rows(small, scope_of("lab"))
    assert current.is_current
    assert current.moment == midnight(FIRST_CLOSE)
    assert current.estimate
    assert current.estimate.unrounded.amount == Decimal("3.3335")
    assert str(current.note) == "This is an estimate without tax; the invoice may differ."
    assert (february.is_current, february.note, february.status) == (False, None, "Due")


def test_an_estimate_at_the_invoices_as_of_is_the_invoice(small: Office) -> None:
    """What the row estimates the day before is what the invoice says without tax."""
    before = at(small, date(2024, 3, 9))
    row = row_of(before, scope_of("lab"), Period(date(2024, 2, 1), date(2024, 3, 1)))
    assert row.estimate
    number = next(one.number for one in close(small).issued if one.scope.id == "lab")
    totals = load(number).totals
    assert row.estimate.without_tax.amount == totals.without_tax
    assert row.estimate.unrounded.amount == totals.unrounded


def test_an_invoice_is_past_due_after_its_due_date(small: Office) -> None:
    """Due on 9 April, past due on the 10th; an invoice over nothing has nothing to pay."""
    close(small)
    statuses = [period_rows(at(small, date(2024, 4, day)), scope_of("lab"))[-1].status for day in (9, 10)]
    assert statuses == ["Due", "OverDue"]
    assert period_rows(at(small, date(2024, 6, 1)), scope_of("calm"))[-1].status == "Paid"


def test_one_engine_call_serves_all_rows_of_a_page(small: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many scopes there are."""
    calls: list[int] = []
    honest = rated_periods.rate_periods

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return honest(*arguments)

    monkeypatch.setattr("kvitto.runs.estimates.rate_periods", counted)
    rows = rows_of_scopes(small, invoice_scopes(), latest=1)
    assert len(calls) == 1
    assert len(rows) == 7
    assert {len(found) for found in rows.values()} == {1}


def test_ten_more_rows_cost_no_more_queries(small: Office, django_assert_max_num_queries: Any) -> None:
    """A list of a year's periods asks the database as often as one of a month's."""
    later = at(small, date(2025, 2, 10))
    with django_assert_max_num_queries(25):
        rows = period_rows(later, scope_of("lab"))
    assert len(rows) == 13


def test_a_row_of_one_period_is_that_of_the_list(small: Office) -> None:
    """With an invoice and without."""
    close(small)
    for scope in (scope_of("lab"), scope_of("credit")):
        for row in period_rows(small, scope):
            assert row_of(small, scope, row.period) == row


def test_a_period_in_the_future_of_the_subscription_has_no_row(small: Office) -> None:
    """On the first day there is one row; before it there is none."""
    assert len(period_rows(at(small, date(2024, 2, 1)), scope_of("lab"))) == 1
    assert period_rows(at(small, date(2024, 1, 31)), scope_of("lab")) == []


def test_a_statement_holds_what_is_still_to_be_billed(small: Office) -> None:
    """Before the close both periods, after it the open one; never one that gets no invoice."""
    before = statement(small, scope_of("lab"))
    assert [row.period.start.month for row in before.rows] == [3, 2]
    assert (before.charges.amount, before.unrounded.amount) == (Decimal("4.34"), Decimal("4.3440"))
    close(small)
    after = statement(small, scope_of("lab"))
    assert ([row.period.start.month for row in after.rows], after.charges.amount) == ([3], Decimal("3.33"))
    assert [row.period.start.month for row in statement(small, scope_of("credit")).rows] == [3]


def test_a_profile_is_estimated_with_all_its_subscriptions(small: Office) -> None:
    """The estimate of an MCA profile is that of its invoice."""
    (_, february) = period_rows(small, scope_of("waves"))
    assert february.estimate
    assert february.estimate.charges.amount == Decimal("10.38")
