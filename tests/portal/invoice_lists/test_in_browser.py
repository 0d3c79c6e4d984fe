"""The ways from the subscriptions to invoices and daily usage in a real browser, as who may go them and who may not."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.campaign import size
from tests.portal.small_office import (
    ADMINISTRATOR,
    COST_READER,
    CREDIT,
    LAB,
    PROFILE,
    PROFILE_OWNER,
    READER,
    STRANGER,
)
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, tab_to

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_office")]
LIST = f"/subscriptions/{LAB}/invoices/"
PERIOD = f"/subscriptions/{LAB}/periods/2024-02-05/"


def test_s20_from_the_subscription_to_its_invoices(open_window: Open) -> None:
    """By the row, and by the menu at the left; who may not is told whom to ask, a stranger finds nothing."""
    page = open_window(email=ADMINISTRATOR)
    page.get_by_role("row", name=LAB).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lab Invoices")
    page.goto(f"/subscriptions/{LAB}/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Invoices").click()
    expect(page).to_have_url(re.compile(f"{LIST}$"))
    refused = open_window(email=COST_READER)
    refused.goto(LIST)
    expect(refused.get_by_role("main")).to_contain_text("Role that would help")
    nothing = open_window(email=STRANGER)
    nothing.goto(LIST)
    expect(nothing.get_by_role("heading", level=1)).to_have_text("There is no such page for you")


def test_s22_where_there_is_no_invoice_the_row_says_why(open_window: Open) -> None:
    """To who may see it: the reason and the usage; on a phone too."""
    page = open_window(390, ADMINISTRATOR)
    page.goto(f"/subscriptions/{CREDIT}/invoices/")
    row = page.get_by_role("row", name="Not available").filter(has_text="covered the charges")
    expect(row).to_contain_text("your monthly credit of 150.00\N{NO-BREAK SPACE}USD")
    row.locator("summary").click()
    expect(row.get_by_role("link", name="Download usage (CSV)")).to_be_visible()
    find_no_fault(page, "a list without invoices")
    page.goto(LIST)
    page.get_by_label("Type").select_option("support")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("main")).to_contain_text("A support plan is a subscription of its own")


def test_s24_totals_downloads_and_several_at_once(open_window: Open) -> None:
    """Boxes are counted, all of the page are chosen by one click, and come as one archive."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(LIST)
    expect(page.get_by_role("row", name="Invoices less credit notes")).to_contain_text("596.56")
    page.get_by_role("checkbox", name=re.compile("^Choose K-")).first.check()
    expect(page.get_by_text("Chosen: 1")).to_be_visible()
    page.get_by_role("link", name="Choose all on this page").click()
    expect(page.get_by_text("Chosen: 2")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{LIST}$"))
    with page.expect_download() as archive:
        page.get_by_role("button", name="Download as ZIP").click()
    assert len(zipfile.ZipFile(archive.value.path()).namelist()) == 2
    page.get_by_role("link", name="Choose none").click()
    expect(page.get_by_text("Chosen: 0")).to_be_visible()
    reader = open_window(email=READER)
    reader.goto(LIST)
    expect(reader.get_by_role("link", name=re.compile("^Request a copy of K-"))).to_have_count(2)
    expect(reader.get_by_role("checkbox")).to_have_count(0)


def test_s24_several_at_once_without_scripts_and_with_the_keyboard(open_window: Open) -> None:
    """The link chooses by a new page; boxes are reached by Tab and checked by Space."""
    plain = open_window(390, ADMINISTRATOR, java_script_enabled=False)
    plain.goto("/invoices/")
    plain.get_by_role("link", name="Choose all on this page").click()
    expect(plain.get_by_role("checkbox", name=re.compile("^Choose K-"), checked=True)).to_have_count(2)
    expect(plain.get_by_role("button", name="Download as ZIP")).to_be_in_viewport()
    with plain.expect_download() as archive:
        plain.get_by_role("button", name="Download as ZIP").click()
    assert len(zipfile.ZipFile(archive.value.path()).namelist()) == 2
    page = open_window(email=ADMINISTRATOR)
    page.goto("/invoices/")
    page.get_by_label("Sort by").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name=re.compile("^Choose K-")).first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Chosen: 1")).to_be_visible()
    tab_to(page, "Download as ZIP")


def test_s25_from_the_period_to_its_daily_usage(open_window: Open) -> None:
    """The table in the order that a click on its head asks for, with the filters kept in other months."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(LIST)
    page.get_by_role("row", name="K-2024-").first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"{PERIOD}$"))
    page.get_by_label("Show by").select_option("meter")
    expect(page.get_by_role("columnheader", name="Quantity")).to_be_visible()
    page.get_by_role("link", name="Meter", exact=True).click()
    expect(page.locator("[aria-sort]")).to_have_text(re.compile("^Meter"))
    page.get_by_label("Meter", exact=True).select_option("d2")
    expect(page.get_by_text("Total of what is chosen")).to_be_visible()
    page.goto(page.url)
    page.get_by_role("navigation", name="Other periods").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/2024-01-05/\?.*meter=d2"))
    expect(page.get_by_text("Total of what is chosen")).to_be_visible()
    find_no_fault(page, "a sorted table")
    cost = open_window(email=COST_READER)
    cost.goto(PERIOD)
    expect(cost.get_by_role("row", name="15 February 2024")).to_be_visible()
    nothing = open_window(email=STRANGER)
    nothing.goto(PERIOD)
    expect(nothing.get_by_role("heading", level=1)).to_have_text("There is no such page for you")


def test_s26_invoice_and_usage_from_the_period(open_window: Open) -> None:
    """Both files, and what is chosen alone; who may see cost alone is offered neither."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(f"{PERIOD}?meter=d2")
    names = []
    for link in ("Download invoice", "Download usage (CSV)", "Download what is chosen (CSV)"):
        with page.expect_download() as file:
            page.get_by_role("link", name=link).click()
        names.append(file.value.suggested_filename)
        assert Path(file.value.path()).stat().st_size > 0
    assert re.fullmatch(r"K-2024-\d{6}\.pdf", names[0])
    assert names[1:] == [f"usage-{LAB}-2024-02-05.csv", f"usage-{LAB}-2024-02-05-chosen.csv"]
    cost = open_window(email=COST_READER)
    cost.goto(f"{PERIOD}?meter=d2")
    expect(cost.get_by_role("link", name=re.compile("^Download"))).to_have_count(0)
    other = open_window(email=PROFILE_OWNER)
    other.goto(f"/billing-profiles/{PROFILE}/periods/2024-02-01/")
    expect(other.get_by_role("link", name="Download usage (CSV)")).to_be_visible()


@pytest.mark.campaign
@pytest.mark.parametrize(("width", "colours"), LOOKS[: size(sample=1, full=len(LOOKS))])
def test_no_fault_is_found_in_the_lists(open_window: Open, width: int, colours: str) -> None:
    """By axe, with menus open and boxes checked, and nothing is wider than the window."""
    page = open_window(width, ADMINISTRATOR, color_scheme=colours)
    for address in ("/invoices/?choose=all", f"{LIST}?choose=all&span=all", "/invoices/?status=void"):
        page.goto(address)
        find_no_fault(page, address)
