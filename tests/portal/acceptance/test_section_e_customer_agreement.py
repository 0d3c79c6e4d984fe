"""E. The Customer Agreement: whether one has it, its usage, and the properties of a billing profile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import BILLING, choose, go, is_not_there, main, saved, search
from tests.portal.small_office import ADMINISTRATOR, PROFILE, PROFILE_OWNER, SECTION_READER
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]


def test_s41_s42_s49_s50_the_agreement_its_usage_and_its_properties(open_window: Open) -> None:
    """Search, Billing, the profile: usage as a file, Properties. A section's reader reads the section's alone."""
    page = open_window(email=PROFILE_OWNER)
    search(page, BILLING)
    expect(main(page).get_by_role("row", name="Research Utrecht")).to_contain_text("Customer Agreement")
    go(page, "Research Utrecht")
    choose(page, "Usage")
    name, usage = saved(page, main(page).get_by_role("link", name="Download usage (CSV)"))
    assert (PROFILE in name, b"memory-0006" in usage) == (True, True)
    choose(page, "Properties")
    expect(main(page)).to_contain_text("Harbour Ltd, Utrecht")

    reader = open_window(email=SECTION_READER)
    search(reader, BILLING)
    go(reader, "Storage")
    choose(reader, "Usage")
    expect(main(reader)).to_contain_text("D8s v5")
    expect(main(reader).get_by_role("link", name="Download usage (CSV)")).to_have_count(0)
    is_not_there(reader, f"/billing-profiles/{PROFILE}/properties/")

    other = open_window(email=ADMINISTRATOR)
    search(other, BILLING)
    expect(main(other)).to_contain_text("None of your billing scopes is under a Customer Agreement.")
