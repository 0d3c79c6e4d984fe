"""G. Bought online, through a partner, or with a prepaid key: each has its own way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import choose, go, is_not_there, main, saved
from tests.portal.whole_office import KEY, KIM, PIA, SIGNE
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]


def test_s60_s61_s63_a_partner_has_the_files_and_its_customer_is_told_whom_to_ask(open_window: Open) -> None:
    """Partner Center: the customer, its daily usage; the invoices, the PDF and the reconciliation."""
    page = open_window(email=PIA)
    page.goto("/")
    choose(page, "Partner Center")
    go(page, "Bakery")
    name, usage = saved(page, main(page).get_by_role("link", name=re.compile("^Daily-rated usage 1–29 Feb")).first)
    assert (name.endswith(".csv"), b"ovens" in usage) == (True, True)
    name, lines = saved(page, main(page).get_by_role("link", name=re.compile("^Reconciliation file")).first)
    assert (name.endswith(".csv"), b"bakery" in lines.lower()) == (True, True)
    page.goto("/partner-center/invoices/")
    name, pdf = saved(page, main(page).get_by_role("link", name=re.compile("^Download invoice")).first)
    assert pdf.startswith(b"%PDF")

    customer = open_window(email=KIM)
    customer.goto("/")
    expect(customer.get_by_role("link", name="Partner Center")).to_have_count(0)
    is_not_there(customer, "/partner-center/")
    customer.goto("/subscriptions/ovens/invoices/")
    expect(main(customer)).to_contain_text("Riga Cloud")
    expect(main(customer).get_by_role("link", name=re.compile("^Download"))).to_have_count(0)


def test_s59_s62_a_prepaid_key_has_usage_and_no_invoice(open_window: Open) -> None:
    """Its subscription says why; what is left of the key stands under Credits."""
    page = open_window(email=SIGNE)
    go(page, "Key")
    expect(main(page)).to_contain_text("paid by prepaid keys, whose credit covers the charges so far")
    choose(page, "Credits")
    expect(main(page)).to_contain_text("500.00")
    choose(page, "Usage")
    assert KEY.encode() in saved(page, main(page).get_by_role("link", name="Download usage (CSV)"))[1]
    is_not_there(open_window(email=KIM), f"/subscriptions/{KEY}/credits/")
