"""H. The Account Center: billing history, current statement and usage of what one administers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import choose, go, main, saved
from tests.portal.small_office import ADMINISTRATOR, LAB, READER
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]


def test_s64_to_s76_from_the_list_to_the_history_and_the_statement(open_window: Open) -> None:
    """Sign in, Account Center, the subscription: its periods with files and totals, and what is still unbilled."""
    page = open_window(email=ADMINISTRATOR)
    page.goto("/")
    choose(page, "Account Center")
    go(page, "Lab")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Billing history")
    expect(main(page)).to_contain_text("The last six billing periods")
    expect(main(page)).to_contain_text("version 2")
    assert saved(page, main(page).get_by_role("link", name=re.compile("^Download invoice")).first)[1][:4] == b"%PDF"
    assert b"lab-0001" in saved(page, main(page).get_by_role("link", name=re.compile("^Download usage")).first)[1]
    go(page, "View current statement")
    expect(main(page)).to_contain_text("It may not include all usage, and the invoice may differ from it.")
    assert b"lab-0001" in saved(page, main(page).get_by_role("link", name=re.compile("^Download usage")).first)[1]

    reader = open_window(email=READER)
    expect(reader.get_by_role("link", name="Account Center")).to_have_count(0)
    reader.goto(f"/account-center/{LAB}/")
    expect(main(reader)).to_contain_text("Only the Account Administrator may use the Account Center.")
    main(reader).locator(f"a[href='/subscriptions/{LAB}/usage/']").click()
    assert b"lab-0001" in saved(reader, main(reader).get_by_role("link", name="Download usage (CSV)"))[1]
