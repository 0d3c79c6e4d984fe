"""The main ways in, in a real Chromium: by keyboard, and with passkeys of a virtual authenticator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kvitto.records.models import Person
from kvitto.records.sign_in_links import Purpose, make_link
from tests.campaign import size
from tests.portal.identity.issuer import issuer_in
from tests.portal.identity.people import ANNA, CLOCK, PASSWORD, noted, office_with, person
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, tab_to

pytestmark = IN_BROWSER


@pytest.fixture
def live_anna(transactional_db: None, live_server: LiveServer) -> Person:
    """Somebody whom a server in another thread can see."""
    return person()


@pytest.fixture
def authenticator(live_anna: Person) -> Callable[[Page], tuple[CDPSession, str]]:
    """Gives a window a device that holds passkeys and knows its owner's finger."""

    def added(page: Page) -> tuple[CDPSession, str]:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return session, made["authenticatorId"]

    return added


def sign_in(page: Page) -> None:
    """With the password, by keyboard."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(ANNA)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.endswith("/sign-in/"))


def add_passkey(page: Page, *, alone: bool) -> None:
    """From the profile, showing once more that it is her."""
    page.goto("/profile/")
    page.get_by_role("link", name="Second factors").click()
    page.get_by_role("link", name="Add a passkey").click()
    again, adding = (page.get_by_role("heading", name=name) for name in ("Is it you?", "Add a passkey"))
    expect(again.or_(adding)).to_be_visible()
    if again.is_visible():
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
    expect(adding).to_be_visible()
    page.get_by_label("Name").fill("Phone")
    page.get_by_label("Let it sign me in without the password").set_checked(alone)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(
    open_window: Open, live_anna: Person, authenticator: Callable[[Page], tuple[CDPSession, str]]
) -> None:
    """Added once; then a click on the sign-in page is enough, and leads where one wanted to go."""
    page = open_window()
    authenticator(page)
    sign_in(page)
    add_passkey(page, alone=True)
    page.goto("/profile/second-factors/passkeys/")
    expect(page.get_by_role("rowheader", name="Phone")).to_contain_text("signs in without the password")
    page.goto("/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    page.goto("/profile/sessions/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    assert noted("person.sign-in")[-1][2] == {"way": "passkey"}


def test_a_passkey_as_the_second_factor(
    open_window: Open, live_anna: Person, authenticator: Callable[[Page], tuple[CDPSession, str]]
) -> None:
    """After the password; one that is refused is said, and another try works."""
    page = open_window()
    session, key = authenticator(page)
    sign_in(page)
    add_passkey(page, alone=False)
    page.goto("/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    sign_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    credential = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]
    session.send("WebAuthn.removeCredential", {"authenticatorId": key, "credentialId": credential["credentialId"]})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    find_no_fault(page, "second factor")
    session.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": credential})
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    assert noted("person.sign-in")[-1][2] == {"way": "password", "second": "webauthn"}
    assert Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).last_used_at is not None


def test_s_35_and_s_118_the_profile_page(open_window: Open, live_anna: Person) -> None:
    """From the menu of the person, by keyboard: address, time zone, messages. Not for who is not signed in."""
    stranger = open_window()
    stranger.goto("/profile/")
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
    page = open_window()
    sign_in(page)
    page.locator("summary", has_text="Anna Lindqvist").focus()
    page.keyboard.press("Enter")
    tab_to(page, "Your profile")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("As the office has it in your agreements.")
    expect(page.get_by_role("main")).to_contain_text("anna@nordlys.example not verified")
    page.get_by_label("Time zone").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Europe/Riga")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Language and time zone are saved.")
    page.get_by_label("An invoice is past its due day").focus()
    page.keyboard.press("Space")
    tab_to(page, "Save preferences")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your choice is saved.")
    live_anna.refresh_from_db()
    assert (live_anna.time_zone, live_anna.preferences) == ("Europe/Riga", {"messages": ["past-due"]})


def test_an_invitation_is_accepted_by_keyboard(open_window: Open, live_anna: Person, settings: Settings) -> None:
    """The link, a password twice, Enter, and one is in."""
    link = make_link(live_anna, Purpose.INVITATION, CLOCK, is_mailed=False)
    page = open_window(width=390)
    page.goto(f"/invitations/{link}/")
    find_no_fault(page, "invitation")
    page.get_by_label("New password", exact=True).focus()
    page.keyboard.type("eleven quiet rivers")
    page.keyboard.press("Tab")
    page.keyboard.type("eleven quiet rivers")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "invitations" not in address)
    page.goto("/profile/")
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()


def test_single_sign_on_leads_to_the_issuer_and_back(
    open_window: Open, live_anna: Person, settings: Settings, tmp_path: Path
) -> None:
    """The strict policy lets it: a link leads there, no form is sent to another site."""
    with issuer_in(tmp_path) as issuer:
        issuer.claims = {"email": ANNA, "email_verified": True}
        settings.OFFICE = office_with(sign_on=issuer.server)
        page = open_window()
        page.goto("/profile/")
        page.get_by_role("link", name="Sign in with Example").click()
        expect(page.get_by_role("heading", name="Your profile")).to_be_visible()


@pytest.mark.campaign
@pytest.mark.parametrize(("width", "scheme"), LOOKS[: size(sample=1, full=len(LOOKS))])
def test_every_page_of_identity_is_without_fault(
    open_window: Open, live_anna: Person, settings: Settings, width: int, scheme: str
) -> None:
    """Axe finds nothing, and nothing reaches out of the window."""
    page = open_window(width=width, color_scheme=scheme)
    for path in ("/sign-in/", "/password/forgotten/"):
        page.goto(path)
        find_no_fault(page, path)
    sign_in(page)
    page.goto("/profile/second-factors/app/")
    find_no_fault(page, "again")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="The key below as a code")).to_be_visible()
    paths = (
        "/profile/", "/profile/second-factors/app/", "/profile/address/", "/profile/sessions/", "/password/",
        "/profile/second-factors/", "/profile/second-factors/passkeys/add/", "/profile/second-factors/passkeys/",
    )  # fmt: skip
    for path in paths[: size(sample=2, full=len(paths))]:
        page.goto(path)
        find_no_fault(page, path)
