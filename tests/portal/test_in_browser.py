"""The portal in a real browser: what a person does there, and what the browser has to say about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kvitto.records.invoices import list_invoices
from kvitto.records.models import Person
from tests.campaign import size
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB, PASSWORD, PROFILE, PROFILE_OWNER, READER, YOUNG
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, looked_at, tab_to

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_office")]


def test_from_the_sign_in_to_the_files(open_window: Open, tmp_path: Path) -> None:
    """Subscription, invoices, PDF, period, CSV: each one click on."""
    page = open_window(email=ADMINISTRATOR)
    page.get_by_role("row", name="lab-0001").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"/subscriptions/{LAB}/invoices/$"))
    with page.expect_download() as pdf:
        page.get_by_role("link", name=re.compile("^Download invoice")).first.click()
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF")
    assert re.fullmatch(r"K-2024-\d{6}\.pdf", pdf.value.suggested_filename)
    page.get_by_role("link", name="5 Feb – 4 Mar 2024".replace(" – ", "\N{THIN SPACE}–\N{THIN SPACE}")).click()
    with page.expect_download() as usage:
        page.get_by_role("link", name="Download usage (CSV)").click()
    assert usage.value.suggested_filename == f"usage-{LAB}-2024-02-05.csv"
    assert b"RoundingAdjustment" in Path(usage.value.path()).read_bytes()


def test_a_row_is_one_target_and_its_buttons_stay_their_own(open_window: Open) -> None:
    """A click anywhere in a row opens it; the links inside lead where they say."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(f"/subscriptions/{LAB}/invoices/")
    box = page.locator("tr.target").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + box["height"] - 5)
    expect(page).to_have_url(re.compile("/periods/2024-02-05/$"))
    page.go_back()
    page.locator("tr.target").first.get_by_role("link", name=re.compile("^K-2024-")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice K-2024-")
    page.go_back()
    page.locator("tr.target summary").first.click()
    expect(page.get_by_role("link", name="繁體中文").first).to_be_visible()


def test_filters_answer_without_a_new_page_and_with_an_address(open_window: Open) -> None:
    """With scripts, a choice changes table and chart in place and can be bookmarked."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(f"/subscriptions/{LAB}/periods/2024-02-05/")
    page.get_by_label("Show by").focus()
    page.get_by_label("Show by").select_option("meter")
    expect(page.get_by_role("columnheader", name="Quantity")).to_be_visible()
    expect(page).to_have_url(re.compile(r"by=meter"))
    expect(page.get_by_label("Show by")).to_be_focused()
    page.get_by_label("Meter", exact=True).select_option("d2")
    expect(page.get_by_text("Total of what is chosen")).to_be_visible()
    expect(page.locator("#usage tbody tr")).to_have_count(1)


def test_everything_works_without_scripts(open_window: Open) -> None:
    """The filter form is a form, the menus open, bars are links."""
    page = open_window(email=ADMINISTRATOR, java_script_enabled=False)
    page.goto(f"/subscriptions/{LAB}/periods/2024-02-05/")
    page.get_by_label("Show by").select_option("resource")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("columnheader", name="Resource")).to_be_visible()
    page.get_by_role("link", name=re.compile("^6 February 2024: ")).click(force=True)
    expect(page.get_by_text("Total of what is chosen")).to_be_visible()
    page.get_by_text("Anna Lindqvist").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()


def test_with_the_keyboard_alone(open_window: Open) -> None:
    """Skip link, sign in, open a subscription, a period and a day's bar; focus can always be seen."""
    page = open_window()
    page.goto("/sign-in/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(ADMINISTRATOR)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    tab_to(page, "Subscriptions")
    page.keyboard.press("Enter")
    page.wait_for_url("**/subscriptions/")
    tab_to(page, "Lab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/")
    tab_to(page, "Daily usage")
    page.keyboard.press("Enter")
    page.wait_for_url("**/periods/2024-03-05/")
    tab_to(page, "7 March 2024: ")
    value = page.locator(".chart a:focus .value")
    expect(value).to_have_css("opacity", "1")
    expect(value).to_contain_text("USD")
    page.keyboard.press("Enter")
    page.wait_for_url("**day=2024-03-07*")
    expect(page.get_by_text("Total of what is chosen")).to_be_visible()


def test_the_language_is_one_choice_on_every_page(open_window: Open) -> None:
    """The menu names each language by itself, keeps the page, and remembers the choice for the person."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(f"/subscriptions/{LAB}/periods/2024-02-05/?by=meter")
    page.locator("header details").first.click()
    buttons = page.locator("header button[name=language]")
    expect(buttons).to_have_text(["English", "Svenska", "Latviešu", "Nederlands", "繁體中文"])
    buttons.nth(1).click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    expect(page).to_have_url(re.compile(r"by=meter$"))
    assert Person.objects.get(email=ADMINISTRATOR).language == "sv"


def _pages() -> dict[str, tuple[str, str]]:
    return {
        "signed out": ("", "/sign-in/"),
        "subscriptions": (ADMINISTRATOR, "/subscriptions/"),
        "nothing found": (ADMINISTRATOR, "/subscriptions/?search=nothing"),
        "invoices": (ADMINISTRATOR, f"/subscriptions/{LAB}/invoices/"),
        "open period": (ADMINISTRATOR, f"/subscriptions/{LAB}/periods/2024-03-05/"),
        "charges": (ADMINISTRATOR, f"/subscriptions/{LAB}/periods/2024-02-05/?by=charge&day=2024-02-05"),
        "no usage": (ADMINISTRATOR, f"/subscriptions/{YOUNG}/periods/2024-03-01/"),
        "invoice": (ADMINISTRATOR, "/invoices/{number}/"),
        "password": (ADMINISTRATOR, "/password/"),
        "sign out": (ADMINISTRATOR, "/sign-out/"),
        "not found": (ADMINISTRATOR, "/nothing/here/"),
        "refused": (COST_READER, f"/subscriptions/{LAB}/invoices/"),
        "profile invoices": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/invoices/"),
        "profile period": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/periods/2024-02-01/"),
    }


ONLY_HERE = {"nothing found", "charges", "no usage", "not found", "refused"}


@pytest.mark.campaign
@pytest.mark.parametrize(("width", "colours"), LOOKS[: size(sample=1, full=len(LOOKS))])
def test_axe_finds_no_violation_and_nothing_is_too_wide(open_window: Open, width: int, colours: str) -> None:
    """On every page, in both colours, at both widths (one of the four in the short run); with the menus open too."""
    number = next(invoice.number for invoice in list_invoices() if invoice.scope.id == LAB)
    windows: dict[str, Page] = {}
    for name, (email, address) in looked_at(_pages(), ONLY_HERE).items():
        if email not in windows:
            windows[email] = open_window(
                width, email, color_scheme=colours, is_mobile=width < 600, has_touch=width < 600
            )
        page = windows[email]
        page.goto(address.replace("{number}", number))
        find_no_fault(page, name)


def test_on_a_phone_the_total_stays_in_sight(open_window: Open) -> None:
    """While one reads the cards of a long table, its total lies at the lower edge; every target is 44 pixels high."""
    page = open_window(390, ADMINISTRATOR, is_mobile=True, has_touch=True)
    page.goto(f"/subscriptions/{LAB}/periods/2024-02-05/?by=charge")
    page.locator("#usage tbody tr").nth(10).scroll_into_view_if_needed()
    expect(page.get_by_text("Total of the period")).to_be_in_viewport()
    low = page.evaluate(
        """() => [...document.querySelectorAll('main button, main select, main input, .button, summary')]
        .filter(it => it.offsetParent && it.getBoundingClientRect().height < 44).map(it => it.outerHTML.slice(0, 80))"""
    )
    assert low == []


def test_the_switch_is_turned_with_the_keyboard_alone(open_window: Open) -> None:
    """The Account Administrator lets others download; a reader sees the button from then on, and not before."""
    reader = open_window(email=READER)
    reader.goto(f"/subscriptions/{LAB}/invoices/")
    expect(reader.get_by_role("link", name=re.compile("^Download invoice"))).to_have_count(0)
    page = open_window(email=ADMINISTRATOR)
    page.goto(f"/subscriptions/{LAB}/share-invoices/")
    page.get_by_role("radio", name="Off").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="On")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Others may download the invoices of this subscription now.")).to_be_visible()
    reader.reload()
    expect(reader.get_by_role("link", name=re.compile("^Download invoice")).first).to_be_visible()


def test_the_switch_is_turned_without_scripts(open_window: Open) -> None:
    """It is a form; and only the Account Administrator has it."""
    page = open_window(email=ADMINISTRATOR, java_script_enabled=False)
    for choice, said in (("On", "Others may download"), ("Off", "Others may no longer download")):
        page.goto(f"/subscriptions/{LAB}/share-invoices/")
        page.get_by_label(choice, exact=True).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(said).first).to_be_visible()
    reader = open_window(email=READER)
    reader.goto(f"/subscriptions/{LAB}/share-invoices/")
    expect(reader.get_by_role("button", name="Save")).to_have_count(0)


def test_on_paper_there_is_no_navigation(open_window: Open) -> None:
    """Printed: the figures and the table, no menus, no buttons."""
    page = open_window(email=ADMINISTRATOR)
    page.goto(f"/subscriptions/{LAB}/invoices/")
    page.emulate_media(media="print")
    expect(page.get_by_role("table")).to_be_visible()
    for hidden in (page.locator("header.top"), page.locator("nav.where"), page.locator(".button").first):
        expect(hidden).to_be_hidden()
