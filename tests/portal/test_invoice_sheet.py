"""The page of an issued invoice, for every kind of invoice: what the printed sheet says, the page says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from kvitto.invoicing.invoice import CreditedInvoice, Invoice
from kvitto.portal import invoices
from kvitto.portal.invoice_sheet import sheet_of
from kvitto.records.invoices import list_invoices, load
from kvitto.records.links import LinkKind, link
from kvitto.runs.make_documents import document, render_missing
from kvitto.runs.office import Office
from tests.documents.kinds_cast import (
    EVERY_KIND,
    credit_note,
    enrollment_invoice,
    mca_invoice,
    mosp_invoice,
    partner_invoice,
)
from tests.portal.small_office import ADMINISTRATOR, LAB, READER

SignIn = Callable[[str], Client]
Page = Callable[[Invoice], str]


def number_of_the_lab() -> str:
    """The newest invoice of the Lab."""
    return next(issued.number for issued in list_invoices() if issued.scope.id == LAB)


@pytest.fixture
def page(office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The text of the page of an invoice of the Lab, had it these facts."""
    del office
    number, client = number_of_the_lab(), sign_in(ADMINISTRATOR)

    def shown(facts: Invoice) -> str:
        other = CreditedInvoice(number, facts.issue_date, facts.refers_to.cause) if facts.refers_to else None
        told = replace(facts, number=number, previous=None, refers_to=other)
        monkeypatch.setattr(invoices, "load", lambda _number: told)
        answer = client.get(f"/invoices/{number}/")
        assert answer.status_code == 200
        return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).replace("&amp;", "&").split())

    return shown


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("make", EVERY_KIND.values(), ids=EVERY_KIND)
def test_every_kind_has_a_page_with_every_line(page: Page, make: Callable[[], Invoice]) -> None:
    """Each line's name and each section's total are there."""
    invoice = make()
    said = page(invoice)
    assert all(line.meter_name in said for line in invoice.lines)
    assert f"{invoice.totals.payable:,}\N{NO-BREAK SPACE}{invoice.currency}".replace("\N{NO-BREAK SPACE}", " ") in said


@pytest.mark.django_db
@pytest.mark.database
def test_the_page_says_what_is_special_about_a_kind(page: Page) -> None:
    """The same words as on the printed sheet."""
    mosp = page(mosp_invoice())
    assert "Previous charges" in mosp
    assert "Adjustments: Monthly credit −150.00 USD" in mosp.replace("-150", "−150")
    assert "for 1–31 Jan 2024, invoice K-2024-000003: usage that came late" in mosp.replace("\u2009", "")
    mca = page(mca_invoice())
    assert "By invoice section" in mca
    assert "0% of 310.00 SEK: Exempt from tax." in mca
    assert "Lärobok Förlag AB: line 4" in mca
    enrollment = page(enrollment_invoice())
    assert "Enrollment number E-8812345" in enrollment
    assert "Without charge" in enrollment
    partner = page(partner_invoice())
    assert "Unit price (USD)" in partner
    assert "812.50 USD" in partner
    note = page(credit_note())
    assert "Credit note" in note
    assert "Amount given back" in note
    assert "How to pay" not in note
    assert "For invoice" in note


def test_form_without_extras_has_no_empty_columns() -> None:
    """Credit and tax rates have a column only where they say something."""
    sheet = sheet_of(partner_invoice())
    assert (sheet.has_credit, sheet.has_tax_rates, sheet.balance, sheet.cause) == (False, False, (), None)


@pytest.mark.django_db
@pytest.mark.database
def test_a_voided_invoice_says_so_and_leads_to_what_undid_it(office: Office, sign_in: SignIn) -> None:
    """The facts stay; the notice comes from what was linked to it since."""
    number, other = [issued.number for issued in list_invoices() if issued.scope.id == LAB][:2]
    client = sign_in(ADMINISTRATOR)
    assert "This invoice is void." not in client.get(f"/invoices/{number}/").content.decode()
    link(number, other, LinkKind.VOID, office.now())
    page = client.get(f"/invoices/{number}/").content.decode()
    assert f"This invoice is void. Credit note {other} gives it back." in page
    assert f'href="/invoices/{other}/"' in page


@pytest.mark.django_db
@pytest.mark.database
def test_documents_are_listed_and_handed_out_by_name(office: Office, sign_in: SignIn) -> None:
    """To whoever may download the invoice; a name that it does not have is not found."""
    render_missing(office)
    number = number_of_the_lab()
    client = sign_in(ADMINISTRATOR)
    address = f"/invoices/{number}/documents/invoice-pdf"
    assert address in client.get(f"/invoices/{number}/").content.decode()
    answer = client.get(address)
    assert (answer.content, answer.headers["Content-Type"]) == (
        document(office, number, "invoice-pdf"), "application/pdf"
    )  # fmt: skip
    assert client.get(f"/invoices/{number}/documents/summary-pdf").status_code == 404
    assert load(number).number == number
    assert sign_in(READER).get(address).status_code == 403
