"""All transactions of a billing profile or account: pending, invoiced and given back; filtered, paged, permitted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.transactions import Transaction, TransactionType
from kvitto.records import gate
from kvitto.records.models import Person
from kvitto.records.remembered import forget
from kvitto.runs import transactions as module
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from kvitto.runs.transactions import (
    PENDING,
    TransactionPage,
    UnableToListTransactions,
    Wanted,
    all_transactions,
    transactions,
)
from tests.kept_offices import laid_out
from tests.runs.closing.agreement_offices import EA, MCA, MOSP, closed, opened, used
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
PROFILE, ACCOUNT = Scope(ScopeKind.BILLING_PROFILE, "cork"), Scope(ScopeKind.BILLING_ACCOUNT, "harbour")
TOLD = tuple[str, str, str, str]


@pytest.fixture
def harbour(office: MakeOffice) -> Office:
    """January is invoiced, February is open: usage, a third party's product and a support plan in each."""
    there = at(office(), date(2024, 2, 10))

    def build() -> None:
        opened(there, f"{MCA}{MOSP}{EA}")
        used(there, ("waves", "cpu", "100", "2024-01-10"), ("waves", "guard", "1", "2024-01-12"))
        closed(there, date(2024, 2, 6))
        used(there, ("waves", "cpu", "30", "2024-02-08"), ("waves", "guard", "2", "2024-02-09"))

    laid_out(there, "harbour", build)
    return there


def told(rows: TransactionPage) -> list[TOLD]:
    """Invoice, type, product and amount."""
    return [(one.invoice or PENDING, one.type.value, one.product, f"{one.amount.amount}") for one in rows.rows]


def test_what_is_pending_comes_first_and_usage_of_it_is_told_by_subscription(harbour: Office) -> None:
    """February's purchases, then all of January, which came to 10 for usage, 2 for the Marketplace and 29 a month."""
    page = transactions(harbour, None, PROFILE)
    pending = [row for row in told(page) if row[0] == PENDING]
    assert pending == [(PENDING, "purchase", "Support plan", "29.00"), (PENDING, "purchase", "guard", "4.00")]
    (number,) = {row[0] for row in told(page)} - {PENDING}
    assert sorted(told(page)[len(pending) :]) == [
        (number, "purchase", "Support plan", "29.00"),
        (number, "purchase", "guard", "2.00"),
        (number, "usage", "cpu", "10.00"),
    ]
    assert [(one.subscription, one.amount.amount) for one in page.pending_usage] == [("Waves", Decimal("3.00"))]
    assert page.next_page == ""


def test_what_is_pending_follows_everything_that_comes(harbour: Office) -> None:
    """Drafts are remembered: what a process that looked before shows is what a new one shows."""
    for usage in (("waves", "cpu", "30", "2024-02-09"), ("waves", "guard", "1", "2024-02-09")):
        before = transactions(harbour, None, ACCOUNT)
        used(harbour, usage)
        after = transactions(harbour, None, ACCOUNT)
        assert after != before
        assert transactions(harbour, None, ACCOUNT) == after
        forget()
        assert transactions(harbour, None, ACCOUNT) == after


def test_every_row_says_where_it_belongs(harbour: Office) -> None:
    """Section, profile, subscription, product family, and the last day it is for."""
    (guard,) = [row for row in transactions(harbour, None, ACCOUNT).rows if row.product == "guard" and row.invoice]
    assert (guard.on_day, guard.section, guard.profile) == (date(2024, 1, 12), "Research", "Cork")
    assert (guard.subscription, guard.profile_id, guard.section_id) == ("Waves", "cork", "research")
    assert guard.type is TransactionType.PURCHASE


def test_a_credit_note_gives_back_what_its_invoice_billed(harbour: Office) -> None:
    """Both stand in the list, and add up to nothing."""
    (number,) = {row.invoice for row in transactions(harbour, None, PROFILE).rows} - {""}
    void(harbour, number)
    billed = [row for row in transactions(harbour, None, PROFILE).rows if row.invoice]
    refunds = [row for row in billed if row.type is TransactionType.REFUND]
    assert len(refunds) == 3
    assert {row.invoice for row in refunds} != {number}
    assert sum(row.amount.amount for row in billed) == 0
    assert billed[0].type is TransactionType.REFUND  # the newest document


def test_by_invoice_or_by_section(harbour: Office) -> None:
    """An unknown number or section finds nothing."""
    (number,) = {row.invoice for row in transactions(harbour, None, PROFILE).rows} - {""}
    counts = {
        wanted: len(transactions(harbour, None, ACCOUNT, wanted).rows)
        for wanted in (
            Wanted(invoice=number),
            Wanted(invoice=PENDING),
            Wanted(section="research"),
            Wanted(invoice=number, section="research"),
            Wanted(section="none-such"),
            Wanted(invoice="K-1999-000001"),
        )
    }
    assert list(counts.values()) == [3, 2, 5, 3, 0, 0]


def test_pages_hold_every_row_once(harbour: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever their length, in the same order; an invented page is the first."""
    whole = list(all_transactions(harbour, None, ACCOUNT))
    for rows in (1, 2, 3):
        monkeypatch.setattr(module, "ROWS_OF_A_PAGE", rows)
        found: list[Transaction] = []
        page = transactions(harbour, None, ACCOUNT)
        while True:
            found += page.rows
            if not page.next_page:
                break
            page = transactions(harbour, None, ACCOUNT, page=page.next_page)
            assert page.pending_usage == ()
        assert found == whole
        for invented in ("d:x:K", "nonsense", "d:0:K-1999-000001\x00"):
            assert transactions(harbour, None, ACCOUNT, page=invented).rows == tuple(whole[:rows])


def test_who_sees_the_invoices_sees_the_transactions(harbour: Office) -> None:
    """By a role on the profile of that profile, by one on the account of all; a section's role does not do."""
    anna, bo, cia, nobody = (
        Person.objects.get(email=f"{name}@example.com") for name in ("anna", "bo", "cia", "nobody")
    )
    everything = transactions(harbour, None, ACCOUNT)
    assert transactions(harbour, anna, ACCOUNT) == everything == transactions(harbour, bo, PROFILE)
    for person, scope in ((bo, ACCOUNT), (cia, PROFILE), (cia, ACCOUNT)):
        with pytest.raises((gate.Refused, gate.NotFound)):
            transactions(harbour, person, scope)
    for scope in (PROFILE, ACCOUNT, Scope(ScopeKind.BILLING_PROFILE, "none-such")):
        with pytest.raises(gate.NotFound, match="that you could see"):
            transactions(harbour, nobody, scope)


def test_other_agreements_have_no_such_list(harbour: Office) -> None:
    """Nor has a section; what does not exist is not there for the operator either."""
    for scope in (
        Scope(ScopeKind.BILLING_ACCOUNT, "works"),
        Scope(ScopeKind.SUBSCRIPTION, "lab"),
        Scope(ScopeKind.INVOICE_SECTION, "research"),
    ):
        with pytest.raises(UnableToListTransactions):
            transactions(harbour, None, scope)
    with pytest.raises(gate.NotFound):
        transactions(harbour, None, Scope(ScopeKind.BILLING_PROFILE, "none-such"))


def test_queries_do_not_grow_with_rows(harbour: Office) -> None:
    """Another subscription and more products cost none."""
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            transactions(harbour, None, PROFILE)
        counts.append(len(captured))
        used(harbour, ("help", "guard", "2", "2024-02-09"), ("waves", "guard", "3", "2024-02-09"))
    assert counts[0] == counts[1]
    assert counts[0] <= 44
