"""Steps that many ways through the portal begin with."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

SEARCH = "Search pages, subscriptions and invoices"
BILLING = "Cost Management + Billing"
NO_PAGE = "There is no such page for you"


def main(page: Page) -> Locator:
    """What the page itself says, without its menus."""
    return page.get_by_role("main")


def go(page: Page, *names: str) -> None:
    """Follow links of the page itself, by their names."""
    for name in names:
        _follow(page, main(page).get_by_role("link", name=name).first)


def choose(page: Page, *names: str) -> None:
    """Follow entries of the menu at the left."""
    for name in names:
        _follow(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name=name, exact=True))


def _follow(page: Page, link: Locator) -> None:
    with page.expect_navigation():  # whoever looks next looks at the page that it leads to
        link.click()


def search(page: Page, words: str, heading: str = "") -> None:
    """From the start page: type into the search, press Enter, and open what is found under these words."""
    page.goto("/")
    page.get_by_role("searchbox", name=SEARCH).fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    go(page, words)
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading or words)


def saved(page: Page, link: Locator) -> tuple[str, bytes]:
    """The name and the bytes of the file that a link gives."""
    with page.expect_download() as file:
        link.click()
    return file.value.suggested_filename, Path(file.value.path()).read_bytes()


def is_not_there(page: Page, address: str) -> None:
    """Who has nothing to do with it learns nothing of it."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(NO_PAGE)
