"""The documents of an enrollment: columns, credit notes, time span, and periods without an invoice."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from kvitto.records.models import Person
from tests.portal.test_every_agreement_in_browser import numbers

__all__ = ["numbers"]  # a fixture

pytestmark = pytest.mark.database
ADDRESS = "/billing-accounts/works/invoices/"


def page_of(name: str, **query: str) -> str:
    """The list as somebody sees it; empty if they do not."""
    client = Client()
    client.force_login(Person.objects.get(email=f"{name}@example.com"))
    answer = client.get(ADDRESS, query)
    return answer.content.decode() if answer.status_code == 200 else ""


def test_invoices_and_credit_notes_of_an_enrollment(numbers: dict[str, str]) -> None:
    """Date, number, period, PO number and total of each; at most three years back; and why other periods have none."""
    page = page_of("edda")
    heads = re.findall(r'<th role="columnheader" scope="col"[^>]*>([^<]+)</th>', page)
    assert heads[:5] == ["Number", "Document date", "Billing period", "PO number", "Total"]
    listed = re.findall(r'class="row-link" href="/invoices/([^/]+)/"', page)
    assert listed == [numbers["note"], numbers["enrollment"]]
    assert "83124507" in page
    assert f"credit note for {numbers['enrollment']}" in page
    assert re.findall(r'<option value="(\d+|all)"', page) == ["12", "24", "36"]
    assert "Billing periods without an invoice" in page
    assert "nothing was charged to the enrollment" in page
    notes = page_of("edda", type="credit-notes", span="all")
    assert re.findall(r'class="row-link" href="/invoices/([^/]+)/"', notes) == [numbers["note"]]
    assert "Billing periods without an invoice" not in notes
    assert not any(page_of(name) for name in ("dag", "olof", "rut", "pia", "kim"))
