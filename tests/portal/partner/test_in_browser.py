"""A partner and a customer at a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from tests.portal.partner.cast import BAKER, mail
from tests.portal.partner.test_pages import FEBRUARY, JANUARY
from tests.portal.windows import IN_BROWSER, Open, find_no_fault, find_nothing_too_wide

pytestmark = IN_BROWSER


@pytest.mark.usefixtures("live_partner_office")
def test_s60_a_customer_has_costs_at_list_prices_and_is_told_whom_to_ask(open_window: Open) -> None:
    """No usage file, no consumption data and no invoice; the partner is named with its address."""
    page = open_window(390, mail(BAKER))
    page.get_by_role("link", name="At list prices").click()
    expect(page.get_by_text("Riga Cloud, from whom you buy, bills you")).to_be_visible()
    expect(page.get_by_text("Ask Riga Cloud for a copy: sales@riga.example.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Download"))).to_have_count(0)
    find_no_fault(page, "usage at list prices")
    page.goto("/subscriptions/ovens/invoices/")
    expect(page.get_by_text("Ask Riga Cloud for a copy: sales@riga.example.")).to_be_visible()
    page.get_by_role("link", name="Go to the start page").click()
    expect(page.get_by_text("Ask Riga Cloud for a copy: sales@riga.example.")).to_be_visible()


@pytest.mark.usefixtures("live_partner_office")
def test_s61_usage_is_for_the_partner_and_the_partner_lets_the_customer_see_cost(open_window: Open) -> None:
    """Month by month with the credit earned; the file of a month; the policy, asked about once more."""
    page = open_window(1440, mail("adm"))
    page.goto("/partner-center/customers/theatre/")
    with page.expect_download() as started:
        page.get_by_role("link", name="Daily-rated usage 1–29 Feb 2024").click()
    assert started.value.suggested_filename == "daily-rated-theatre-2024-02-01.csv"
    page.get_by_role("button", name="Turn on Customer views charges").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Customer views charges: Allowed, from now on.")).to_be_visible()
    page.get_by_role("link", name="Partner Center").last.click()
    expect(page.get_by_role("button", name="Turn off Customer views charges")).to_be_visible()
    find_no_fault(page, "a partner's customer")


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_s120_partner_center(live_partner_office: Office, open_window: Open, width: int) -> None:
    """From the customers to the invoices, one of them void with its credit note, to the files beside them."""
    void(live_partner_office, JANUARY)
    page = open_window(width, mail("bil"))
    page.goto("/partner-center/")
    expect(page.get_by_role("link", name="Bakery")).to_be_visible()
    find_no_fault(page, "customers")
    page.goto("/partner-center/")
    page.get_by_role("navigation", name="Partner Center").get_by_role("link", name="Invoices").click()
    page.wait_for_url("**/partner-center/invoices/")
    find_nothing_too_wide(page, "invoices")
    with page.expect_download() as started:
        page.get_by_role("link", name=f"Download invoice {FEBRUARY}").click()
    assert started.value.suggested_filename == f"{FEBRUARY}.pdf"
    row = page.get_by_role("row").filter(has_text=FEBRUARY)
    row.get_by_text("Files").click()
    with page.expect_download() as started:
        row.get_by_role("link", name="Reconciliation file").click()
    assert started.value.suggested_filename == f"{FEBRUARY}-reconciliation.csv"
    find_no_fault(page, "invoices")
