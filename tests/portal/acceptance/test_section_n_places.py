"""N. Places: each is found from the start page, by the menu and by the search, by whom it is for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.acceptance.walks import BILLING, choose, is_not_there, main, search
from tests.portal.small_office import ADMINISTRATOR, STRANGER
from tests.portal.whole_office import EDDA, OPERATOR, PIA
from tests.portal.windows import IN_BROWSER, Open

pytestmark = [*IN_BROWSER, pytest.mark.usefixtures("live_whole")]
HEADINGS = {"Operator": "The office"}
PLACES = {
    ADMINISTRATOR: ("Subscriptions", BILLING, "Account Center"),
    EDDA: ("Subscriptions", BILLING),
    PIA: ("Subscriptions", BILLING, "Partner Center"),
    OPERATOR: ("Subscriptions", "Operator"),
}

KINDS = {  # a prepaid key and a Customer Agreement are called so in sections G and E
    (ADMINISTRATOR, BILLING): ("Online Services Program",),
    (ADMINISTRATOR, "Subscriptions"): ("Pay-as-you-go", "Monthly credit", "Free trial"),
    (EDDA, BILLING): ("Enterprise Agreement",),
    (PIA, BILLING): ("Partner Agreement",),
}


def test_s113_to_s118_s120_s124_every_place_by_menu_and_search(open_window: Open) -> None:
    """What is not for somebody is neither in their menu nor found; agreements and offers are called by their names."""
    searched = set()
    for email, places in PLACES.items():
        page = open_window(email=email)
        for place in places:
            heading = HEADINGS.get(place, place)
            choose(page, place)
            expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
            for kind in KINDS.get((email, place), ()):
                expect(main(page).get_by_role("cell", name=kind).first).to_be_visible()
            if place not in searched:
                search(page, place, heading)
                searched.add(place)
    search(page, "Profile", "Your profile")
    stranger = open_window(email=STRANGER)
    stranger.goto("/search/?q=center")
    expect(main(stranger).get_by_role("link", name=re.compile("Center"))).to_have_count(0)
    stranger.goto("/billing/")
    expect(main(stranger)).to_contain_text("No billing scope is open to")
    for address in ("/partner-center/", "/operator/"):
        is_not_there(stranger, address)
