"""C. Download the invoice: the list of periods, the PDF, the reason where there is none, the daily usage."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import go, main, saved
from tests.portal.small_office import ADMINISTRATOR, READER
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]


def test_s20_to_s26_from_the_subscription_to_the_pdf_and_the_usage(open_window: Open) -> None:
    """Each period with its total and its download or why there is none; from a period to its usage and both files."""
    page = open_window(email=ADMINISTRATOR)
    go(page, "Lab")
    rows = main(page).get_by_role("row")
    newest = rows.filter(has_text="5 Feb")
    expect(newest).to_contain_text("USD")
    expect(newest.get_by_role("link", name=re.compile("^Download invoice"))).to_be_visible()
    expect(rows.filter(has_text="5 Dec 2023")).to_contain_text("Not available")
    expect(rows.filter(has_text="5 Dec 2023")).to_contain_text("there was no usage in the period")
    main(page).get_by_role("link", name=re.compile("^5 Feb")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 Feb")
    expect(main(page)).to_contain_text("D8s v5")
    name, usage = saved(page, main(page).get_by_role("link", name="Download usage (CSV)"))
    assert (name, b"D8s v5" in usage) == ("usage-lab-0001-2024-02-05.csv", True)
    name, pdf = saved(page, main(page).get_by_role("link", name=re.compile("^Download invoice")).first)
    assert (name.startswith("K-2024-"), pdf[:4]) == (True, b"%PDF")

    reader = open_window(email=READER)
    go(reader, "Lab")
    expect(main(reader).get_by_role("link", name=re.compile("^Download invoice"))).to_have_count(0)
    expect(main(reader)).to_contain_text("Ask Anna Lindqvist (Account Administrator).")
