"""M. Languages: one choice at the top of every page, and the whole portal speaks it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import SEARCH
from tests.portal.small_office import ADMINISTRATOR
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]
NAMES = {
    "Svenska": ("sv", "Prenumerationer"),
    "Latviešu": ("lv", "Abonementi"),
    "Nederlands": ("nl", "Abonnementen"),
    "繁體中文": ("zh-TW", "訂用帳戶"),
    "English": ("en", "Subscriptions"),
}


def test_s100_to_s103_the_portal_in_each_language(open_window: Open) -> None:
    """Chosen by who is signed in, and before signing in too."""
    for page in (open_window(email=ADMINISTRATOR), open_window()):
        page.goto("/subscriptions/")
        for name, (code, title) in NAMES.items():
            page.locator("header details").first.locator("summary").click()
            page.get_by_role("button", name=name, exact=True).click()
            expect(page.locator("html")).to_have_attribute("lang", code)
            if page.get_by_role("searchbox").count():
                expect(page.get_by_role("heading", level=1)).to_have_text(title)
    nobody = open_window()
    nobody.goto("/subscriptions/")
    expect(nobody).to_have_url(re.compile("/sign-in/"))
    expect(nobody.get_by_label(SEARCH)).to_have_count(0)
