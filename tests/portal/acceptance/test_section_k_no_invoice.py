"""K. Why there is no invoice: the list says it where the invoice would stand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import go, main
from tests.portal.small_office import ADMINISTRATOR, READER
from tests.portal.whole_office import KIM, SIGNE
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]
REASONS = {
    (ADMINISTRATOR, "Credit"): "credit",
    (ADMINISTRATOR, "Trial"): "trial",
    (ADMINISTRATOR, "Young"): "30 days",
    (ADMINISTRATOR, "Lab"): "the billing period is open until",
    (READER, "Lab"): "Ask Anna Lindqvist (Account Administrator).",
    (KIM, ""): "Ask Riga Cloud for a copy.",
    (SIGNE, "Key"): "prepaid",
}


def test_s83_to_s90_each_reason_stands_in_the_list(open_window: Open) -> None:
    """From the subscriptions, by who may see invoices and who may not."""
    windows = {email: open_window(email=email) for email, _ in REASONS}
    said = {}
    for email, name in REASONS:
        page = windows[email]
        page.goto("/subscriptions/")
        if name:  # whoever buys from a partner is told in the list of subscriptions
            go(page, name)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        said[email, name] = main(page).inner_text()
    missing = {key: said[key] for key, reason in REASONS.items() if reason not in said[key]}
    assert not missing
    assert re.search("Not available", said[ADMINISTRATOR, "Trial"])
