"""The steps of letting others download, and of asking for a copy, in a real browser: who may, and who may not."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kvitto.records.invoices import list_invoices
from tests.portal.small_office import ADMINISTRATOR, DISKS, LAB, PROFILE, PROFILE_OWNER, READER, SECTION_READER
from tests.portal.windows import IN_BROWSER, Open, find_no_fault

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_office")]

ALLOW = "Allow others to download invoice"


def newest() -> str:
    """The number of the Lab's newest invoice."""
    return next(invoice.number for invoice in list_invoices() if invoice.scope.id == LAB)


def test_s_12_to_s_18_the_administrator_lets_others_download(open_window: Open) -> None:
    """Sign in, search, Invoices, the subscription, the switch, On, Save: then a reader downloads, and not before."""
    number = newest()
    reader = open_window(email=READER)
    reader.goto(f"/subscriptions/{LAB}/invoices/")
    expect(reader.get_by_text("Ask Anna Lindqvist (Account Administrator).")).to_be_visible()
    expect(reader.get_by_role("link", name=f"Download invoice {number}")).to_have_count(0)

    page = open_window(email=ADMINISTRATOR)
    page.goto("/")
    page.get_by_label("Search pages, subscriptions and invoices").fill("Cost Management + Billing")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Cost Management + Billing").first.click()
    page.get_by_role("main").get_by_role("link", name="Nordlys").first.click()
    page.get_by_role("main").get_by_role("link", name="Lab").first.click()
    page.get_by_role("navigation").get_by_role("link", name="Invoices").first.click()
    page.get_by_role("link", name=ALLOW, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=ALLOW)).to_be_visible()
    find_no_fault(page, "switch")
    page.get_by_role("radio", name="On").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Others may download the invoices of this subscription now.")).to_be_visible()

    reader.reload()
    with reader.expect_download() as pdf:
        reader.get_by_role("link", name=f"Download invoice {number}").click()
    assert pdf.value.suggested_filename == f"{number}.pdf"


def test_s_11_others_do_not_turn_the_switch(open_window: Open) -> None:
    """The page says whom to ask."""
    page = open_window(email=READER)
    page.goto(f"/subscriptions/{LAB}/invoices/")
    expect(page.get_by_role("link", name=ALLOW)).to_have_count(0)
    page.goto(f"/subscriptions/{LAB}/share-invoices/")
    expect(page.get_by_role("heading", name="You may not see this")).to_be_visible()
    expect(page.get_by_text("Anna Lindqvist")).to_be_visible()


def test_s_03_who_has_no_right_asks_and_is_let_in(open_window: Open) -> None:
    """From the refused page in one click; the owner grants; the asker downloads."""
    asker = open_window(390, email=SECTION_READER)
    asker.goto(f"/subscriptions/{DISKS}/invoices/")
    expect(asker.get_by_text("Saskia de Vries")).to_be_visible()
    find_no_fault(asker, "refused")
    asker.get_by_role("button", name="Request access").click()
    expect(asker.get_by_role("status")).to_contain_text("If it exists, its owners were asked.")

    owner = open_window(email=PROFILE_OWNER)
    owner.goto("/requests/")
    find_no_fault(owner, "requests")
    owner.get_by_role("link", name=DISKS).click()
    expect(owner.get_by_label("Your answer")).to_be_visible()
    find_no_fault(owner, "answer")
    expect(owner.get_by_role("radio", name="Billing profile reader")).to_be_checked()
    owner.get_by_label("Your answer").fill("You are welcome.")
    owner.get_by_role("button", name="Grant").click()
    expect(owner.get_by_role("status")).to_contain_text("may see the invoices now.")

    asker.goto("/requests/")
    asker.get_by_role("link", name=DISKS).click()
    expect(asker.get_by_text("You are welcome.")).to_be_visible()
    asker.goto(f"/billing-profiles/{PROFILE}/invoices/")
    with asker.expect_download() as pdf:
        asker.get_by_role("link", name=re.compile("^Download invoice")).first.click()
    assert pdf.value.suggested_filename.endswith(".pdf")


def test_s_03_who_does_not_exist_here_learns_nothing(open_window: Open) -> None:
    """A typed number of others gets the answer that a fantasy gets; an owner sees nothing of others' requests."""
    asker = open_window(email=SECTION_READER)
    for wanted in (newest(), "K-2024-999999"):
        asker.goto("/requests/new/")
        asker.get_by_label("Invoice number or subscription id").fill(wanted)
        asker.get_by_role("button", name="Request a copy").click()
        expect(asker.get_by_role("status")).to_contain_text("If it exists, its owners were asked.")
    owner = open_window(email=PROFILE_OWNER)
    owner.goto("/requests/")
    expect(owner.get_by_text("No request waits for your answer.")).to_be_visible()


def test_a_role_is_given_and_taken_away_with_the_keyboard(open_window: Open) -> None:
    """Access control, add, remove, give it again."""
    page = open_window(email=PROFILE_OWNER)
    page.goto(f"/billing-profiles/{PROFILE}/access/")
    page.get_by_role("link", name="Add", exact=True).press("Enter")
    page.get_by_label("To whom").fill("new@harbour.example")
    page.get_by_role("radio", name="Invoice manager").press("Space")
    page.get_by_role("button", name="Give the role").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("new@harbour.example has the role “Invoice manager”")
    page.get_by_role("link", name="Remove new@harbour.example, Invoice manager").press("Enter")
    page.get_by_role("button", name="Remove the role").press("Enter")
    page.get_by_role("link", name="Give it again").press("Enter")
    expect(page.get_by_label("To whom")).to_have_value("new@harbour.example")
    expect(page.get_by_role("radio", name="Invoice manager")).to_be_checked()
