"""B. Access and roles: who opens invoices, and who shares them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import BILLING, choose, go, main, saved, search
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB, READER
from tests.portal.whole_office import newest
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]
SHARE = "Allow others to download invoice"


def test_s09_to_s18_who_downloads_and_who_lets_others(open_window: Open) -> None:
    """Search, Billing, the account, the subscription, Invoices, the switch, On, Save; then a Reader downloads."""
    number = newest(LAB)
    costs = open_window(email=COST_READER)
    costs.goto(f"/subscriptions/{LAB}/invoices/")
    expect(costs.get_by_role("heading", level=1)).to_have_text("You may not see this")
    expect(main(costs)).to_contain_text("Anna Lindqvist")

    reader = open_window(email=READER)
    go(reader, "Lab")
    expect(main(reader).get_by_role("link", name=SHARE)).to_have_count(0)
    expect(main(reader).get_by_role("link", name=f"Download invoice {number}")).to_have_count(0)

    page = open_window(email=ADMINISTRATOR)
    search(page, BILLING)
    go(page, "Nordlys", "Lab")
    choose(page, "Invoices")
    go(page, SHARE)
    page.get_by_role("radio", name="On").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Others may download the invoices of this subscription now.")).to_be_visible()
    name, pdf = saved(page, main(page).get_by_role("link", name=f"Download invoice {number}"))
    assert (name, pdf[:4]) == (f"{number}.pdf", b"%PDF")

    reader.reload()
    assert saved(reader, main(reader).get_by_role("link", name=f"Download invoice {number}")) == (name, pdf)
    costs.reload()
    expect(costs.get_by_role("heading", level=1)).to_have_text("You may not see this")
