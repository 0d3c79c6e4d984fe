"""The Account Center and the money pages in a real browser: the ways through, and what every page must stand up to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.campaign import size
from tests.portal.money.money_office import ADMINISTRATOR, OWNER
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, looked_at

pytestmark = IN_BROWSER


@pytest.mark.usefixtures("live_money")
def test_s67_from_the_account_center_to_the_billing_history(open_window: Open) -> None:
    """Account Center in the menu, the subscription, its periods with an invoice to download; on a phone too."""
    for width in (1440, 390):
        page = open_window(width, ADMINISTRATOR, java_script_enabled=width > 390)
        if width == 390:
            page.get_by_text("Menu", exact=True).click()
        page.get_by_role("navigation", name="Menu").get_by_role("link", name="Account Center").click()
        page.get_by_role("main").get_by_role("link", name="Lab", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Lab Billing history")
        expect(page.get_by_role("row", name=re.compile("not billed yet"))).to_contain_text("2.00")
        with page.expect_download() as invoice:
            page.get_by_role("link", name=re.compile("Download invoice")).click()
        assert Path(invoice.value.path()).read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("live_money")
def test_s70_view_current_statement(open_window: Open) -> None:
    """The estimate with its moment and both warnings."""
    page = open_window(email=ADMINISTRATOR)
    page.goto("/account-center/lab/")
    page.get_by_role("link", name="View current statement").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("As of 10 Feb 2024 00:00 UTC.")
    expect(main).to_contain_text("It may not include all usage, and the invoice may differ from it.")
    expect(page.get_by_role("heading", name="What may still be added")).to_be_visible()


@pytest.mark.usefixtures("live_money")
def test_s74_download_usage(open_window: Open) -> None:
    """Of the open period, from the statement, as CSV."""
    page = open_window(email=ADMINISTRATOR)
    page.goto("/account-center/lab/statement/")
    with page.expect_download() as file:
        page.get_by_role("link", name="Download usage of 5 Feb – 4 Mar 2024").click()
    assert file.value.suggested_filename == "usage-lab-2024-02-05.csv"
    assert b"cpu" in Path(file.value.path()).read_bytes()


@pytest.mark.usefixtures("live_money")
def test_s76_an_owner_is_told_what_to_use_instead(open_window: Open) -> None:
    """No entry in the menu; by the address the reason, the pages that are open, and whom to ask."""
    page = open_window(email=OWNER)
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Account Center")).to_have_count(0)
    page.goto("/account-center/lab/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Only the Account Administrator may use the Account Center.")
    expect(main).to_contain_text("Anna")
    main.get_by_role("link", name="Daily usage").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 Feb")
    with page.expect_download():
        page.get_by_role("link", name="Download usage (CSV)").click()


@pytest.mark.usefixtures("live_money")
def test_the_pdf_stands_beside_the_invoice(open_window: Open) -> None:
    """In every language, on the page that was asked to show it; a phone opens it by itself."""
    page = open_window(email=ADMINISTRATOR)
    page.goto("/account-center/lab/")
    page.get_by_role("row", name=re.compile("Marketplace")).get_by_role("link", name=re.compile("^K-")).click()
    page.get_by_role("link", name="Show the PDF").click()
    viewer = page.locator("object")
    expect(viewer).to_be_visible()
    expect(viewer).to_have_attribute("data", re.compile(r"shown\.pdf$"))
    page.get_by_role("link", name="Latviešu").last.click()
    expect(viewer).to_have_attribute("data", re.compile(r"shown\.pdf\?language=lv$"))
    page.get_by_role("link", name="Hide the PDF").click()
    expect(viewer).to_have_count(0)

    phone = open_window(390, ADMINISTRATOR)
    phone.goto(page.url)
    expect(phone.get_by_role("link", name="Show the PDF")).to_be_hidden()
    expect(phone.get_by_role("link", name="Open the PDF")).to_be_visible()


LOOKED_AT = {
    "account center": (ADMINISTRATOR, "/account-center/"),
    "history": (ADMINISTRATOR, "/account-center/lab/"),
    "statement": (ADMINISTRATOR, "/account-center/lab/statement/"),
    "statement of an enrollment": (ADMINISTRATOR, "/billing-accounts/works/statement/"),
    "instead": (OWNER, "/account-center/lab/"),
    "transactions": (OWNER, "/billing-profiles/cork/transactions/"),
    "credits": (OWNER, "/billing-profiles/cork/credits/"),
    "credits by profile": (ADMINISTRATOR, "/billing-accounts/harbour/credits/"),
    "monthly credit": (ADMINISTRATOR, "/subscriptions/study/credits/"),
}


ONLY_HERE = {"statement of an enrollment", "instead", "credits by profile", "monthly credit"}


@pytest.mark.usefixtures("live_money")
@pytest.mark.campaign
@pytest.mark.parametrize(("width", "colours"), LOOKS[: size(sample=1, full=len(LOOKS))])
def test_axe_finds_no_violation_and_nothing_is_too_wide(open_window: Open, width: int, colours: str) -> None:
    """On each of these pages; a tablet's width lies between."""
    windows: dict[str, Page] = {}
    for name, (email, address) in looked_at(LOOKED_AT, ONLY_HERE).items():
        if email not in windows:
            windows[email] = open_window(width, email, color_scheme=colours, is_mobile=width < 600)
        page = windows[email]
        page.goto(address)
        find_no_fault(page, name)
        if width > 390:
            page.set_viewport_size({"width": 768, "height": 900})
            find_no_fault(page, f"{name} on a tablet")
            page.set_viewport_size({"width": width, "height": 900})
