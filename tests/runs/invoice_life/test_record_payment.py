"""Payments, charges tried in vain and reversals: what they do to an invoice, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kvitto.invoicing.payments import PaymentKind
from kvitto.invoicing.status import Status
from kvitto.records.invoices import NotIssued
from kvitto.records.links import AlreadyUsed
from kvitto.records.models import PaymentRecord
from kvitto.records.payments import payments_of
from kvitto.runs.invoice_life.amounts import WrongAmount, WrongReference
from kvitto.runs.invoice_life.giving_back import UnableToChange
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_life.record_payment import Means, UnableToRecord, record_payment, reverse
from kvitto.runs.invoice_life.refund import approve_refund, complete_refund, request_refund
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from tests.runs.invoice_life.billed import CORK, LAB, LATER, billed, failure, payment, usd
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_an_invoice_is_paid_in_parts_and_then_in_full(office: Callable[..., Office]) -> None:
    """Due until the last cent came."""
    there = billed(office())
    first = record_payment(there, CORK, payment("10", "a"))
    assert (first.is_new, first.status, first.standing.amount_due) == (True, Status.DUE, usd("2.98"))
    second = record_payment(there, CORK, payment("2.98", "b"))
    assert (second.status, second.standing.amount_due, second.standing.on_account) == (Status.PAID, usd("0"), usd("0"))


def test_more_than_is_due_is_kept_on_account(office: Callable[..., Office]) -> None:
    """It is nobody's but the payer's."""
    recorded = record_payment(billed(office()), LAB, payment("2.00"))
    assert (recorded.status, recorded.standing.on_account) == (Status.PAID, usd("0.74"))


def test_the_same_reference_again_records_nothing(office: Callable[..., Office]) -> None:
    """And cannot stand for another amount or day; on another invoice it is another record."""
    there = billed(office())
    record_payment(there, CORK, payment("10"))
    again = record_payment(there, CORK, payment("10"))
    assert (again.is_new, again.standing.amount_due) == (False, usd("2.98"))
    with pytest.raises(AlreadyUsed, match=r"bank-1 already stands for 10\.00.USD of 20 March 2024 on invoice"):
        record_payment(there, CORK, payment("11"))
    assert record_payment(there, LAB, payment("1")).is_new
    assert PaymentRecord.objects.count() == 2


def test_a_declined_charge_makes_the_rest_past_due_until_it_is_paid(office: Callable[..., Office]) -> None:
    """Also before the due date; the reason is kept."""
    there = billed(office())
    failed = record_payment(there, CORK, failure("12.98"))
    assert (failed.status, failed.standing.amount_due) == (Status.PAST_DUE, usd("12.98"))
    assert failed.payment.reason == "BankDeclined"
    assert record_payment(there, CORK, payment("12.98")).status is Status.PAID


def test_what_was_recorded_by_mistake_is_reversed_once(office: Callable[..., Office]) -> None:
    """The record stays and so does its reversal; what it did is undone, also of a failed charge."""
    there = billed(office())
    record_payment(there, CORK, payment("12.98"))
    undone = reverse(there, CORK, "bank-1", LATER)
    assert (undone.is_new, undone.status, undone.standing.amount_due) == (True, Status.DUE, usd("12.98"))
    assert reverse(there, CORK, "bank-1", LATER).is_new is False
    record_payment(there, CORK, failure("12.98"))
    assert reverse(there, CORK, "card-1", LATER).status is Status.DUE
    kinds = [(one.kind, one.is_in_force, one.reverses) for one in payments_of([CORK])[CORK]]
    assert kinds == [
        (PaymentKind.PAYMENT, False, ""), (PaymentKind.REVERSAL, False, "bank-1"),
        (PaymentKind.FAILED, False, ""), (PaymentKind.REVERSAL, False, "card-1"),
    ]  # fmt: skip
    with pytest.raises(UnableToRecord, match="Nothing with the reference x is recorded for invoice K-2024-000001"):
        reverse(there, CORK, "x", LATER)


def test_amounts_that_cannot_be_the_invoices_are_refused(office: Callable[..., Office]) -> None:
    """Another currency, a third decimal, nothing, less than nothing; a day to come; no such invoice."""
    there = billed(office())
    for wrong, sentence in (
        (payment("1", currency="EUR"), "is in USD, so an amount in EUR cannot be recorded"),
        (payment("1.005"), "at most 2 decimals"),
        (payment("0"), "Say an amount above zero"),
        (payment("-1"), "Say an amount above zero"),
    ):
        with pytest.raises(WrongAmount, match=sentence):
            record_payment(there, CORK, wrong)
    with pytest.raises(UnableToRecord, match="21 March 2024 is still to come: it is 20 March 2024"):
        record_payment(there, CORK, payment("1", on_day=date(2024, 3, 21)))
    with pytest.raises(NotIssued):
        record_payment(there, "K-2024-000099", payment("1"))
    assert PaymentRecord.objects.count() == 0


def test_a_void_invoice_takes_no_payment_and_says_what_to_do(office: Callable[..., Office]) -> None:
    """It names the invoice that replaced it; a credit note names its invoice."""
    there = billed(office())
    note = void(there, LAB).credit_note
    with pytest.raises(UnableToChange, match="K-2024-000003 is void and was not replaced"):
        record_payment(there, LAB, payment("1"))
    new = rebill(there, LAB).replacement
    with pytest.raises(UnableToChange, match=f"K-2024-000003 is void; {new.number} replaced it. Use that number."):
        record_payment(there, LAB, payment("1"))
    with pytest.raises(UnableToChange, match=f"{note.number} is a credit note. Say the number .* K-2024-000003"):
        record_payment(there, note.number, payment("1"))


def test_a_mistake_on_an_invoice_that_became_void_can_still_be_reversed(office: Callable[..., Office]) -> None:
    """Else the money would stay on account for ever."""
    there = billed(office())
    record_payment(there, LAB, payment("1.26"))
    void(there, LAB)
    undone = reverse(there, LAB, "bank-1", LATER)
    assert (undone.status, undone.standing.on_account) == (Status.VOID, usd("0"))


def test_days_follow_the_sellers_calendar(office: Callable[..., Office]) -> None:
    """Half past eleven in the evening, UTC, is tomorrow in Stockholm: tomorrow's payment is one of today."""
    from dataclasses import replace
    from datetime import UTC, datetime

    there = replace(billed(office()), clock=datetime(2024, 3, 20, 23, 30, tzinfo=UTC))
    assert record_payment(there, CORK, payment("1", on_day=date(2024, 3, 21))).is_new
    assert record_payment(at(there, date(2024, 5, 1)), CORK, payment("1", "c")).status is Status.PAST_DUE


@pytest.mark.parametrize("reference", ["", " ", "x" * 61])
def test_a_reference_can_be_read_and_kept(office: Callable[..., Office], reference: str) -> None:
    """Neither empty nor longer than it can be kept."""
    there = billed(office())
    with pytest.raises(WrongReference, match="one to 60"):
        record_payment(there, CORK, payment("1", reference))


def test_what_the_office_records_itself_never_meets_another_reference(office: Callable[..., Office]) -> None:
    """A payment that was called as a refund's would be is told, not overwritten."""
    there = billed(office())
    record_payment(there, LAB, payment("2.00", "refund R1"))
    request_refund(there, LAB, usd("0.74"), "Other", "R1")
    approve_refund(there, LAB, "R1")
    with pytest.raises(AlreadyUsed, match="refund R1"):
        complete_refund(there, LAB, "R1", LATER, Means())
