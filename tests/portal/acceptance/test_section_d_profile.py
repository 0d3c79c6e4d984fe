"""D. The profile, with the address that messages go to. What is sent by e-mail is not there yet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import main
from tests.portal.small_office import ADMINISTRATOR
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]


def test_s34_s35_the_address_and_the_preferences_stand_in_the_profile(open_window: Open) -> None:
    """By the menu of the person; who is not signed in has none."""
    page = open_window(email=ADMINISTRATOR)
    page.get_by_text("Anna Lindqvist").first.click()
    page.get_by_role("link", name="Profile").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your profile")
    expect(main(page)).to_contain_text(ADMINISTRATOR)
    expect(page.get_by_role("heading", name="Communication preferences")).to_be_visible()

    nobody = open_window()
    nobody.goto("/profile/")
    expect(nobody).to_have_url(re.compile("/sign-in/"))
