"""F. The Enterprise Agreement: three kinds of people see its usage, its administrators alone its invoices."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import BILLING, choose, go, is_not_there, main, saved, search
from tests.portal.small_office import STRANGER
from tests.portal.whole_office import DAG, EDDA, OLOF
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]
POLICY = "Department administrators view charges"
FEBRUARY = re.compile("^Download usage of 1–29 Feb 2024")


def test_s53_to_s58_usage_and_charges_by_month(open_window: Open) -> None:
    """Search, Billing, what one has of the enrollment, Usage + charges, the month, Download; and without the policy."""
    seen = {}
    for email, name in ((EDDA, "The Works"), (DAG, "Research"), (OLOF, "Laboratory")):
        page = open_window(email=email)
        search(page, BILLING)
        go(page, name)
        choose(page, "Usage + charges")
        seen[email] = saved(page, main(page).get_by_role("link", name=FEBRUARY))[1]
        menu = page.get_by_role("navigation", name="Menu")
        expect(menu.get_by_role("link", name="Invoices", exact=True)).to_have_count(1 if email == EDDA else 0)
    assert [b"archive" in file for file in seen.values()] == [True, False, False]
    assert all(b"simulation" in file for file in seen.values())

    administrator = open_window(email=EDDA)
    administrator.goto("/billing-accounts/works/")
    choose(administrator, "Policies")
    administrator.get_by_label(POLICY, exact=True).select_option("NotAllowed")
    administrator.get_by_role("button", name=f"Save {POLICY}").click()
    expect(administrator.get_by_role("status").first).to_be_visible()
    choose(administrator, "Invoices")
    assert saved(administrator, main(administrator).get_by_role("link", name=re.compile("^Download invoice")).first)[
        1
    ].startswith(b"%PDF")

    department = open_window(email=DAG)
    department.goto("/departments/research/usage-and-charges/")
    expect(department.get_by_role("heading", level=1)).to_have_text("You may not see this")
    is_not_there(open_window(email=STRANGER), "/billing-accounts/works/usage-and-charges/")
