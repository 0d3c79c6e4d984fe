"""What pages show of an invoice that was paid, voided or replaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from kvitto.invoicing.payments import FailureReason, MethodFamily, Payment, PaymentKind
from kvitto.periods import midnight
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.runs.invoice_life.credit import Part, credit
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, LAB, PROFILE_OWNER

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ON_DAY = date(2024, 3, 20)


def latest(scope: str) -> IssuedInvoice:
    """The newest invoice of the scope."""
    return next(one for one in list_invoices() if one.scope.id == scope)


def text_of(client: Client, address: str) -> str:
    """The words of a page, with plain spaces."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def money(kind: PaymentKind, invoice: IssuedInvoice, part: str, reference: str) -> Payment:
    """A part of what the invoice asks for."""
    amount = replace(invoice.payable, amount=Decimal(part))
    reason = FailureReason.CARD_EXPIRED if kind is PaymentKind.FAILED else ""
    return Payment(kind, ON_DAY, amount, reference, MethodFamily.CREDIT_CARD, "Visa", reason)


def test_pages_say_what_is_left_to_pay(office: Office, sign_in: Callable[[str], Client]) -> None:
    """After a part, after a declined charge, after all."""
    invoice, client = latest(LAB), sign_in(ADMINISTRATOR)
    pages = (f"/subscriptions/{LAB}/invoices/", f"/invoices/{invoice.number}/", "/subscriptions/")
    record_payment(office, invoice.number, money(PaymentKind.PAYMENT, invoice, "1.00", "a"))
    left = f"{invoice.payable.amount - 1} {invoice.payable.currency} left to pay"
    assert all(left in text_of(client, page).replace("\xa0", " ") for page in pages)
    record_payment(office, invoice.number, money(PaymentKind.FAILED, invoice, "1.00", "b"))
    assert all("past due: a charge was declined" in text_of(client, page) for page in pages)
    rest = str(invoice.payable.amount - 1)
    record_payment(office, invoice.number, money(PaymentKind.PAYMENT, invoice, rest, "c"))
    for page in pages:
        words = text_of(client, page)
        assert "left to pay" not in words
        assert "paid" in words


def test_a_replaced_invoice_stays_listed_beside_what_replaced_it(
    office: Office, sign_in: Callable[[str], Client]
) -> None:
    """With its credit note; the period's row is the new invoice's, and every document has its page."""
    invoice, client = latest(LAB), sign_in(ADMINISTRATOR)
    done = rebill(office, invoice.number)
    words = text_of(client, f"/subscriptions/{LAB}/invoices/")
    assert done.replacement.number in words
    assert f"{done.credit_note.number} · credit note over" in words
    assert f"for {invoice.number}" in words
    assert "replaced or corrected" in words
    assert "void" in text_of(client, f"/invoices/{invoice.number}/").lower()
    for number in (done.credit_note.number, done.replacement.number):
        assert number in text_of(client, f"/invoices/{number}/")


def test_strangers_see_no_credit_note(office: Office, sign_in: Callable[[str], Client]) -> None:
    """It is as closed to them as its invoice."""
    invoice = latest(LAB)
    part = Part(replace(invoice.payable, amount=Decimal("0.01")))
    note = credit(replace(office, clock=midnight(ON_DAY)), invoice.number, part, "a").credit_note
    assert sign_in(PROFILE_OWNER).get(f"/invoices/{note.number}/").status_code == 404
