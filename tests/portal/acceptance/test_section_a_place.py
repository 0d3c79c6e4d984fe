"""A. Purpose, audience, place: the bill and the usage, from the start page and from a deep link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.portal.acceptance.walks import choose, go, is_not_there, main, saved
from tests.portal.small_office import ADMINISTRATOR, LAB, PASSWORD, STRANGER
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]


def test_s01_s02_s04_s05_s08_a_copy_of_the_bill_and_of_the_usage(open_window: Open) -> None:
    """Start page, Subscriptions, the subscription's Invoices: the PDF and the usage file. A stranger finds neither."""
    page = open_window(email=ADMINISTRATOR)
    page.goto("/")
    choose(page, "Subscriptions")
    go(page, "Lab")
    expect(page).to_have_url(re.compile(f"/subscriptions/{LAB}/invoices/$"))
    name, pdf = saved(page, main(page).get_by_role("link", name=re.compile("^Download invoice K")).first)
    assert (name.endswith(".pdf"), pdf[:4]) == (True, b"%PDF")
    main(page).get_by_role("link", name=re.compile("^5 Feb")).first.click()
    name, usage = saved(page, main(page).get_by_role("link", name="Download usage (CSV)"))
    assert (name.endswith(".csv"), b"SubscriptionId" in usage) == (True, True)

    stranger = open_window(email=STRANGER)
    stranger.goto("/")
    choose(stranger, "Subscriptions")
    expect(main(stranger).get_by_role("link", name="Lab")).to_have_count(0)
    is_not_there(stranger, f"/subscriptions/{LAB}/invoices/")


def test_s06_a_deep_link_opens_the_subscriptions_after_the_sign_in(open_window: Open) -> None:
    """And its words are kept; without a password nothing opens."""
    page = open_window()
    page.goto("/subscriptions/?search=lab")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    for password in ("wrong password", PASSWORD):
        page.get_by_label("E-mail address").fill(ADMINISTRATOR)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        if password != PASSWORD:
            expect(main(page).get_by_role("alert")).to_be_visible()
    page.wait_for_url("**/subscriptions/?search=lab")
    expect(main(page).get_by_role("link", name="Lab").first).to_be_visible()


def test_s07_the_same_page_on_a_second_host_name(
    open_window: Open, live_server: LiveServer, settings: Settings
) -> None:
    """The address of one name under the other: one signs in there, too, and stays there."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "preview.localhost"]
    address = f"/subscriptions/{LAB}/invoices/"
    second = live_server.url.replace("localhost", "preview.localhost")
    page = open_window(email=ADMINISTRATOR)
    page.goto(address)
    first = main(page).inner_text()
    page.goto(f"{second}{address}")
    page.get_by_label("E-mail address").fill(ADMINISTRATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{second}{address}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lab")
    assert main(page).inner_text() == first
