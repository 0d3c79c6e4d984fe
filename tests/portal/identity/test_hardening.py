"""What protects the pages of identity: who must be signed in, tokens of forms, cookies, and limits on every form."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, reverse
from pytest_django import Settings

from kvitto.portal.identity.urls import urlpatterns
from kvitto.records.models import AttemptCount, Person
from tests.portal.identity.people import ANNA, PASSWORD

pytestmark = pytest.mark.database
ARGUMENTS: dict[str, list[object]] = {
    "openid_connect_login": ["sso"],
    "openid_connect_callback": ["sso"],
    "follow_link": ["x"],
    "account_reset_password_from_key": ["1", "x"],
    "account_confirm_email": ["x"],
    "mfa_edit_webauthn": [1],
    "mfa_remove_webauthn": [1],
}
FOR_ANYBODY = {
    "account_login", "account_logout", "account_inactive", "mfa_authenticate", "mfa_login_webauthn",
    "openid_connect_login", "openid_connect_callback", "socialaccount_login_cancelled", "invitation", "follow_link",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_email",
}  # fmt: skip
NAMES = [pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)]


def address(name: str | None) -> str:
    """The address of a page by its name."""
    return reverse(str(name), args=ARGUMENTS.get(str(name), []))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FOR_ANYBODY])
def test_everything_else_asks_to_sign_in(client: Client, db: None, name: str) -> None:
    """Opened or sent."""
    for answer in (client.get(address(name)), client.post(address(name))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/")


def test_the_list_of_what_is_open_is_whole() -> None:
    """Whoever adds a page says here that it is for anybody."""
    assert set(NAMES) >= FOR_ANYBODY


@pytest.mark.parametrize("name", NAMES)
def test_no_form_is_taken_without_its_token(anna: Person, name: str) -> None:
    """From another site, with the person's own cookies."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    answer = client.post(address(name), {"password": PASSWORD})
    assert answer.status_code in {403, 405}


def test_cookies_are_closed_to_scripts_and_other_sites(client: Client, anna: Person, settings: Settings) -> None:
    """And sent over HTTPS alone where the office is reached so."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": ANNA, "password": PASSWORD})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"
    assert not client.cookies["sessionid"]["expires"]  # closing the browser signs out


def test_a_new_session_begins_with_the_sign_in(client: Client, anna: Person) -> None:
    """Whoever knew the browser's cookie before knows nothing after."""
    client.get("/sign-in/by/sso/answer/")
    client.session["x"] = 1
    before = client.session.session_key
    client.post("/sign-in/", {"login": ANNA, "password": PASSWORD})
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/profile/reading/", 60),
        ("/profile/messages/", 60),
        ("/profile/sessions/", 60),
        ("/profile/address/", 10),
        ("/profile/address/prove/", 10),
        ("/password/", 5),
        ("/sign-in/again/", 10),
    ],
)
def test_every_form_is_slowed_down(client: Client, anna: Person, path: str, most: int) -> None:
    """So often a minute, and then the page that says to wait."""
    cache.clear()
    client.force_login(anna)
    statuses = [client.post(path).status_code for _ in range(most + 1)]
    assert 429 not in statuses[:most]
    assert statuses[-1] == 429


def test_attempts_are_counted_for_all_processes_and_name_nobody(client: Client, anna: Person) -> None:
    """In the database, where the next process finds them; opening a page counts as none."""
    cache.clear()
    for _ in range(5):
        client.post("/sign-in/", {"login": ANNA, "password": "wrong password"})
    counted = dict(AttemptCount.objects.values_list("cache_key", "value"))
    assert counted
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in counted)
    client.get("/sign-in/")
    assert dict(AttemptCount.objects.values_list("cache_key", "value")) == counted
    client.post("/sign-in/", {"login": ANNA, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    AttemptCount.objects.all().delete()
    client.post("/sign-in/", {"login": ANNA, "password": PASSWORD})
    assert "_auth_user_id" in client.session
