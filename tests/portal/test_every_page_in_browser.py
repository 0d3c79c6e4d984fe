"""Every page in a real browser: axe finds no violation, nothing is too wide, in light and dark, on each size."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.campaign import IS_CAMPAIGN, size
from tests.portal.every_page import NOBODY, PAGES, come_in, stage
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, find_nothing_too_wide

pytestmark = IN_BROWSER
TABLET = 768
SHARES = 2
SEEN_ELSEWHERE = {"follow_link"}
"""A link works once; `identity/test_in_browser.py` looks at what it opens."""


OF_A_SCOPE = re.compile(
    "(billing_profile|invoice_section|billing_account|department|enrollment_account|customer|subscription)_"
)


def one_of_each_kind() -> dict[str, tuple[str, str]]:
    """The pages, of those that several kinds of scope have (as its overview) the first."""
    kinds = {OF_A_SCOPE.sub("", name, count=1): name for name in reversed(list(PAGES))}
    return {name: page for name, page in PAGES.items() if name in kinds.values()}


def window_of(open_window: Open, email: str, width: int, colours: str) -> Page:
    """A window of this person, who came in without typing."""
    page = open_window(width, color_scheme=colours, is_mobile=width < 600, has_touch=width < 600)
    if email != NOBODY:
        page.goto("/sign-in/")
        session = come_in(email).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": page.evaluate("location.origin")}])
    return page


@pytest.mark.campaign
@pytest.mark.parametrize("turn", range(size(sample=1, full=len(LOOKS))))
@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_no_violation_on_any_page(live_whole: Office, open_window: Open, share: int, turn: int) -> None:
    """With the menus open. In the short run by turns small and dark, and large and light, one page of each kind."""
    staged = stage(live_whole)
    Person.objects.update(language="en")
    faults: list[str] = []
    windows: dict[tuple[str, int, str], Page] = {}
    for place, (name, (email, address)) in enumerate((PAGES if IS_CAMPAIGN else one_of_each_kind()).items()):
        if place % SHARES != share or name in SEEN_ELSEWHERE:
            continue
        width, colours = LOOKS[(share + turn) % len(LOOKS)]
        look = (email, width, colours)
        if look not in windows:
            windows[look] = window_of(open_window, *look)
        windows[look].goto(address.format(**staged))
        try:
            find_no_fault(windows[look], f"{name}, {width} pixels, {colours}")
            if width > TABLET:
                windows[look].set_viewport_size({"width": TABLET, "height": 900})
                find_nothing_too_wide(windows[look], f"{name}, {TABLET} pixels")
        except AssertionError as fault:
            faults.append(str(fault))
        windows[look].set_viewport_size({"width": width, "height": 900})
    assert not faults, "\n".join(faults)
