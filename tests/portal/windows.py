"""Windows of a real browser on the live office, and what every page must stand up to in them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.campaign import IS_CAMPAIGN
from tests.portal.small_office import PASSWORD
from tools.prepare import find_browser

IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not find_browser(), reason="there is no Chromium; `make test` says how to get one"),
]
Open = Callable[..., Page]
Seen = TypeVar("Seen")
LOOKS = [(390, "dark"), (1440, "light"), (390, "light"), (1440, "dark")]
"""Widths and colours that a page must stand up to; the first two show the most."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    # Playwright's loop runs in this thread, and Django would refuse the database where a loop runs.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=20_000)  # a busy machine is slow, and that is no fault of a page
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_window(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Opens a window on the office; whatever its console complains about fails the test at the end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        is_expected = "Failed to load resource" in message.text and "/nothing/" in message.location["url"]
        is_expected = is_expected or re.search(r"status of 40[34]", message.text) is not None
        if message.type in {"error", "warning"} and not is_expected:
            complaints.append(message.text)

    def opened(width: int = 1440, email: str = "", **options: Any) -> Page:
        asked: dict[str, Any] = {"reduced_motion": "reduce", **options}  # nothing is half faded when it is looked at
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, locale="en-GB", **asked
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if email:
            sign_in(page, email)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, email: str) -> None:
    """As a person does; then on to the subscriptions, where most tests begin."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    page.goto("/subscriptions/")


def looked_at(pages: Mapping[str, Seen], only_here: AbstractSet[str]) -> dict[str, Seen]:
    """All of them in the campaign; in the short run those that `test_every_page_in_browser.py` does not look at."""
    assert only_here <= pages.keys()
    return {name: page for name, page in pages.items() if IS_CAMPAIGN or name in only_here}


def find_no_fault(page: Page, name: str) -> None:
    """With its menus open: axe finds no violation, and nothing is wider than the window."""
    for menu in page.locator("details").all()[:3]:
        menu.evaluate("menu => { menu.removeAttribute('name'); menu.open = true; }")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    find_nothing_too_wide(page, name)


def find_nothing_too_wide(page: Page, name: str) -> None:
    """Nothing reaches out of the window to the side."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"{name} is {too_wide} pixels too wide"


def tab_to(page: Page, start: str, times: int = 60) -> None:
    """Press Tab until the focus is on what is called so; everything on the way must show its focus.

    On the page that is there once loaded: one that still comes would take the focus away with the page before it.
    """
    page.wait_for_load_state()
    for _ in range(times):
        page.keyboard.press("Tab")
        name, outlined = page.evaluate(
            """() => { const it = document.activeElement; const style = getComputedStyle(it);
            if (it === document.body) return ['', true];
            const inner = getComputedStyle(it, '::after'); const reach = it.querySelector('.reach');
            return [it.getAttribute('aria-label') || it.textContent.trim(),
                style.outlineStyle !== 'none' || inner.outlineStyle !== 'none'
                || (reach && getComputedStyle(reach).stroke !== 'none')]; }"""
        )
        assert outlined, f"the focus on “{name}” cannot be seen"
        if name.startswith(start):
            return
    pytest.fail(f"“{start}” is not reached by the Tab key")
