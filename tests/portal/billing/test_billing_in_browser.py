"""The ways through Cost Management + Billing in a real browser, as who may go them and who may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.campaign import size
from tests.portal.small_office import ADMINISTRATOR, LAB, PROFILE, PROFILE_OWNER, SECTION_READER, STRANGER
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, looked_at

pytestmark = IN_BROWSER


def search_for(page: Page, words: str) -> None:
    """Type into the search at the top of a page, as a person does."""
    page.get_by_role("searchbox", name="Search pages, subscriptions and invoices").press_sequentially(words)


@pytest.mark.usefixtures("live_office")
def test_s15_searching_for_cost_management_and_billing(open_window: Open) -> None:
    """By the suggestions and the keyboard; without scripts by Enter; on a phone too."""
    page = open_window(email=ADMINISTRATOR)
    search_for(page, "cost man")
    expect(page.locator("#found").get_by_role("link", name="Cost Management + Billing")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cost Management + Billing")
    expect(page.get_by_role("row", name="Nordlys")).to_contain_text("Account Administrator")

    plain = open_window(390, ADMINISTRATOR, java_script_enabled=False)
    search_for(plain, "Cost Management + Billing")
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/search/**")
    plain.get_by_role("main").get_by_role("link", name="Cost Management + Billing").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Cost Management + Billing")
    plain.get_by_text("Menu", exact=True).click()
    plain.get_by_role("navigation", name="Menu").get_by_role("link", name="Subscriptions").click()
    plain.wait_for_url("**/subscriptions/")


@pytest.mark.usefixtures("live_office")
def test_s49_s50_to_the_properties_of_a_billing_profile(open_window: Open) -> None:
    """Search, the profile, Settings → Properties; whoever holds a section of it has neither."""
    page = open_window(email=PROFILE_OWNER)
    search_for(page, "Cost Management")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    page.get_by_role("main").get_by_role("link", name="Cost Management + Billing").click()
    page.get_by_role("link", name="Research Utrecht").click()
    expect(page).to_have_url(re.compile(f"/billing-profiles/{PROFILE}/$"))
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Properties").click()
    expect(page.get_by_role("heading", name="Addresses and tax ids")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Harbour Ltd, Utrecht")

    other = open_window(email=SECTION_READER)
    other.goto("/billing/")
    expect(other.get_by_role("link", name="Research Utrecht")).to_have_count(0)
    other.goto(f"/billing-profiles/{PROFILE}/properties/")
    expect(other.get_by_role("heading", level=1)).to_have_text("There is no such page for you")


def test_s56_s57_from_the_enrollment_to_the_file_of_a_month(
    open_window: Open, numbers: dict[str, str], tmp_path: Path
) -> None:
    """Cost Management + Billing, the enrollment among the profiles, Usage + charges, the month, Download."""
    page = open_window(email="edda@example.com")
    page.goto("/billing/?kind=billing_profile")
    page.get_by_role("link", name="The Works").click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Usage + charges").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="Download usage of 1–29 Feb 2024").click()
    assert b"simulation" in Path(file.value.path()).read_bytes()

    owner = open_window(email="olof@example.com")  # account owners may not view charges there
    owner.goto("/enrollment-accounts/lab/")
    menu = owner.get_by_role("navigation", name="Menu")
    expect(menu.get_by_role("link", name="Overview")).to_be_visible()
    expect(menu.get_by_role("link", name="Usage + charges")).to_have_count(0)
    owner.goto("/enrollment-accounts/lab/usage-and-charges/")
    expect(owner.get_by_role("main")).to_contain_text("The enrollment does not let account owners view charges.")


LOOKED_AT = {
    "start": (ADMINISTRATOR, "/"),
    "start of nobody": (STRANGER, "/"),
    "found": (ADMINISTRATOR, "/search/?q=a"),
    "account": (ADMINISTRATOR, "/billing-accounts/nordlys/"),
    "account's properties": (ADMINISTRATOR, "/billing-accounts/nordlys/properties/"),
    "subscription": (ADMINISTRATOR, f"/subscriptions/{LAB}/"),
    "scopes": (PROFILE_OWNER, "/billing/"),
    "profile": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/"),
    "properties": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/properties/"),
    "sections": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/sections/"),
}


@pytest.mark.usefixtures("live_office")
@pytest.mark.campaign
@pytest.mark.parametrize(("width", "colours"), LOOKS[: size(sample=1, full=len(LOOKS))])
def test_axe_finds_no_violation_and_nothing_is_too_wide(open_window: Open, width: int, colours: str) -> None:
    """On each of these pages, with the menus open too; a tablet's width lies between."""
    windows: dict[str, Page] = {}
    for name, (email, address) in looked_at(LOOKED_AT, {"start of nobody", "subscription"}).items():
        if email not in windows:
            windows[email] = open_window(
                width, email, color_scheme=colours, is_mobile=width < 600, has_touch=width < 600
            )
        page = windows[email]
        page.goto(address)
        find_no_fault(page, name)
        if width > 390:
            page.set_viewport_size({"width": 768, "height": 900})
            find_no_fault(page, f"{name} on a tablet")
            page.set_viewport_size({"width": width, "height": 900})
