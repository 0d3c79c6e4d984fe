"""What a payer owed from the period before, and how documents stand when many are asked for at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.invoice import OpenBalance
from kvitto.money import exact_sum
from kvitto.periods import midnight
from kvitto.records.in_force import invoice_in_force, invoices_in_force
from kvitto.records.invoices import Payer, list_invoices, load
from kvitto.records.open_balances import open_balances
from kvitto.records.payments import standings
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.invoice_life.credit import Part, credit
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from tests.runs.invoice_life.billed import CORK, LAB, LATER, billed, payment, usd
from tests.runs.offices import at, import_rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LAB_SCOPE = Scope(ScopeKind.SUBSCRIPTION, "lab")
NEXT_CLOSE = date(2024, 4, 10)


def open_balance(scope: Scope, before: datetime) -> OpenBalance | None:
    """The balance of the account that holds every subscription of the small office."""
    payer = Payer(scope, "daugava")
    return open_balances([payer], before).get(payer)


def balance(scope: Scope, day: date) -> tuple[str, str, str] | None:
    """The balance as a new invoice of that day would tell it."""
    found = open_balance(scope, midnight(day))
    return (str(found.previous), str(found.settled), str(found.outstanding)) if found else None


def test_before_the_first_invoice_there_is_no_balance(office: Callable[..., Office]) -> None:
    """Nothing is owed from before, and nothing is said."""
    billed(office())
    assert open_balance(LAB_SCOPE, midnight(date(2024, 3, 9))) is None
    assert open_balance(Scope(ScopeKind.SUBSCRIPTION, "idle"), midnight(LATER)) is None


def test_the_balance_tells_what_was_paid_and_credited_since(office: Callable[..., Office]) -> None:
    """1.26 was due; 1.00 was paid and 0.10 credited; 0.16 are outstanding. What came later does not count."""
    there = billed(office())
    assert balance(LAB_SCOPE, LATER) == ("1.26", "0.00", "1.26")
    record_payment(there, LAB, payment("1.00"))
    credit(there, LAB, Part(usd("0.10")), "r")
    record_payment(at(there, date(2024, 4, 20)), LAB, payment("0.16", "late"))
    assert balance(LAB_SCOPE, NEXT_CLOSE) == ("1.26", "1.10", "0.16")


def test_each_invoice_goes_on_from_where_the_one_before_ended(office: Callable[..., Office]) -> None:
    """Previous balance = outstanding before + what the invoice asked for."""
    there = billed(office())
    record_payment(there, LAB, payment("1.00"))
    then = at(there, NEXT_CLOSE)
    import_rows(there, ["m1,lab,vm1,cpu,20,2024-03-03T10:00:00Z"], "march.csv")
    before = open_balance(LAB_SCOPE, then.now())
    close(then)
    march = next(one for one in list_invoices([LAB_SCOPE]) if one.period.start == date(2024, 3, 1))
    record_payment(at(then, date(2024, 4, 11)), march.number, payment("2.00", on_day=NEXT_CLOSE))
    after = open_balance(LAB_SCOPE, then.now() + timedelta(days=5))
    assert before
    assert after
    assert after.previous == before.outstanding + march.payable.amount
    assert after.outstanding == after.previous - after.settled
    assert after.settled == 2


def test_more_than_was_due_is_an_outstanding_credit(office: Callable[..., Office]) -> None:
    """Below zero, and lowers what the payer has to pay."""
    there = billed(office())
    record_payment(there, LAB, payment("2.00"))
    assert balance(LAB_SCOPE, NEXT_CLOSE) == ("1.26", "2.00", "-0.74")


def test_a_rebilled_period_is_owed_once(office: Callable[..., Office]) -> None:
    """The void invoice and its credit note cancel each other."""
    there = billed(office())
    record_payment(there, LAB, payment("1.00"))
    rebill(at(there, date(2024, 3, 21)), LAB)
    assert open_balance(LAB_SCOPE, midnight(NEXT_CLOSE)) == OpenBalance(
        *(usd(amount).amount for amount in ("0.26", "0.00", "0.26"))
    )


def test_the_invoice_in_force_is_the_latest_of_its_period(office: Callable[..., Office]) -> None:
    """What replaced the first one; credit notes stand for no period; a void one that was not replaced still does."""
    there = billed(office())
    new = rebill(there, LAB).replacement
    void(there, CORK)
    lab = load(LAB)
    assert invoice_in_force(LAB_SCOPE, lab.period) == new
    assert {one.number for one in invoices_in_force()} == {CORK, "K-2024-000002", new.number}
    assert len(list_invoices()) == 6


def test_many_documents_stand_in_few_queries(office: Callable[..., Office]) -> None:
    """As many for six documents as for one, and what all owe together adds up."""
    there = billed(office())
    rebill(there, LAB)
    record_payment(there, CORK, payment("12.98"))
    documents = list_invoices()
    with CaptureQueriesContext(connection) as queries:
        found = standings(documents)
    assert len(queries) == 3
    assert exact_sum(one.amount_due.amount for one in found.values()) == usd("1.26").amount
    assert replace(found[CORK], paid=usd("0")).amount_due == usd("12.98")
