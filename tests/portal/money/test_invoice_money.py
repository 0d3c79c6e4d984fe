"""What an invoice's page tells of money that came, failed and went back; and its PDF beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from kvitto.invoicing.payments import FailureReason, MethodFamily, Payment, PaymentKind
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.records.models import AuditEntry
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.invoice_life.refund import approve_refund, request_refund
from kvitto.runs.office import Office
from tests.portal.money.money_office import ADMINISTRATOR, BILLING_READER, STRANGER
from tests.portal.money.words import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SignIn = Callable[[str], Client]


@pytest.fixture
def invoice(money: Office) -> IssuedInvoice:
    """The Lab's."""
    return next(one for one in list_invoices() if one.scope.id == "lab")


def recorded(office: Office, invoice: IssuedInvoice, kind: PaymentKind, part: str, reason: str = "") -> None:
    """A record of money, by card."""
    amount = replace(invoice.payable, amount=Decimal(part))
    payment = Payment(kind, date(2024, 2, 10), amount, f"r{part}", MethodFamily.CREDIT_CARD, "Visa 4242", reason)
    record_payment(office, invoice.number, payment)


def test_payments_and_failures_are_told(money: Office, invoice: IssuedInvoice, sign_in: SignIn) -> None:
    """With the reason and what to do; how it was paid only to whoever sees the payment methods."""
    page = f"/invoices/{invoice.number}/"
    assert "Payments" not in text_of(sign_in(ADMINISTRATOR), page)
    recorded(money, invoice, PaymentKind.FAILED, "7.50", FailureReason.CARD_EXPIRED)
    recorded(money, invoice, PaymentKind.PAYMENT, "3.00")
    told = text_of(sign_in(ADMINISTRATOR), page)
    assert "Failed charge by card 10 February 2024 The card has expired. Pay with another card. 7.50 USD" in told
    assert "Payment by card 10 February 2024 3.00 USD" in told
    assert "4.50 USD left to pay" in told
    others = text_of(sign_in(BILLING_READER), page)
    assert "Payment 10 February 2024 3.00 USD" in others
    assert "by card 10" not in others


def test_refunds_are_told_as_they_stand(money: Office, invoice: IssuedInvoice, sign_in: SignIn) -> None:
    """Asked for, then approved with the credit note that goes with it, which the page leads to."""
    recorded(money, invoice, PaymentKind.PAYMENT, "7.50")
    request_refund(money, invoice.number, replace(invoice.payable, amount=Decimal(2)), "AccidentalPurchase", "R1")
    page = f"/invoices/{invoice.number}/"
    assert "requested, not decided yet 10 February 2024 2.00 USD" in text_of(sign_in(ADMINISTRATOR), page)
    approve_refund(money, invoice.number, "R1")
    (note,) = [one.number for one in list_invoices() if one.refers_to == invoice.number]
    assert f"approved 10 February 2024 · {note} 2.00 USD" in text_of(sign_in(ADMINISTRATOR), page)
    assert f'href="/invoices/{note}/"' in sign_in(ADMINISTRATOR).get(page).content.decode()


def test_the_pdf_is_shown_only_when_asked_for(invoice: IssuedInvoice, sign_in: SignIn) -> None:
    """The page alone may hold it then, and fetching it is noted; otherwise nothing may be held."""
    client, page = sign_in(ADMINISTRATOR), f"/invoices/{invoice.number}/"
    plain = client.get(page)
    assert b"<object" not in plain.content
    assert b'href="?pdf=own#pdf"' in plain.content
    assert "object-src" not in plain.headers["Content-Security-Policy"]
    shown = client.get(f"{page}?pdf=own")
    (address,) = re.findall(r'<object data="([^"]*)"', shown.content.decode())
    assert address == f"/invoices/{invoice.number}/shown.pdf"
    assert "object-src 'self'" in shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Frame-Options"] == "DENY"
    before = AuditEntry.objects.filter(action="document.download").count()
    pdf = client.get(address)
    assert pdf.getvalue().startswith(b"%PDF")
    assert (pdf.headers["Content-Disposition"], pdf.headers["X-Frame-Options"]) == ("inline", "SAMEORIGIN")
    assert "frame-ancestors 'self'" in pdf.headers["Content-Security-Policy"]
    assert "default-src 'none'" in pdf.headers["Content-Security-Policy"]
    assert AuditEntry.objects.filter(action="document.download").count() == before + 1


def test_a_copy_is_shown_in_its_language(invoice: IssuedInvoice, sign_in: SignIn) -> None:
    """And nonsense shows the payer's own."""
    client = sign_in(ADMINISTRATOR)
    for wanted, address in (("lv", "shown.pdf?language=lv"), ("xx", "shown.pdf"), ("%00", "shown.pdf")):
        page = client.get(f"/invoices/{invoice.number}/?pdf={wanted}").content.decode()
        assert f'data="/invoices/{invoice.number}/{address}"' in page
    assert client.get(f"/invoices/{invoice.number}/shown.pdf?language=lv").status_code == 200


def test_who_may_not_download_it_is_not_shown_it(invoice: IssuedInvoice, sign_in: SignIn) -> None:
    """A billing reader while it is not shared; a stranger finds nothing."""
    reader = sign_in(BILLING_READER)
    assert b"<object" not in reader.get(f"/invoices/{invoice.number}/?pdf=own").content
    assert reader.get(f"/invoices/{invoice.number}/shown.pdf").status_code == 403
    assert sign_in(STRANGER).get(f"/invoices/{invoice.number}/shown.pdf").status_code == 404
