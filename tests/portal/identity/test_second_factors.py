"""Codes from an app and recovery codes: setting up, signing in, losing them, and what is kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from kvitto.records.models import Person
from tests.mail_server import Postbox, text_of
from tests.portal.identity.people import ANNA, PASSWORD, noted

Capture = Callable[..., AbstractContextManager[object]]
pytestmark = pytest.mark.database
WRONG = "000000"


def code_for(secret: str) -> str:
    """What the app shows now."""
    cache.clear()  # each code counts once; the tests go faster than the clock
    return str(format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30)))


@pytest.fixture
def signed_in(client: Client, anna: Person) -> Client:
    """Anna, who just showed that it is her."""
    client.force_login(anna)
    client.post("/sign-in/again/", {"password": PASSWORD})
    return client


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set up an app; its key, and the recovery codes."""
    page = client.get("/profile/second-factors/app/").content.decode()
    found = re.search(r'<code class="key">([^<]+)</code>', page)
    assert found
    done = client.post("/profile/second-factors/app/", {"code": code_for(found[1])}, follow=True).content.decode()
    return found[1], re.findall(r"<li><code>(\d{8})</code></li>", done)


def first_step(client: Client) -> None:
    """The right password; what follows asks for the second factor."""
    answer = client.post("/sign-in/", {"login": ANNA, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/second-factor/"


def test_setting_up_asks_for_the_password_first(client: Client, anna: Person) -> None:
    """Whoever finds the browser open locks nobody out."""
    client.force_login(anna)
    for path in ("app/", "passkeys/add/"):
        assert client.get(f"/profile/second-factors/{path}").headers["Location"].startswith("/sign-in/again/")


def test_the_code_to_photograph_is_part_of_the_page(signed_in: Client) -> None:
    """An element of its own, without style, script or anything loaded."""
    page = signed_in.get("/profile/second-factors/app/").content.decode()
    assert '<svg class="code" role="img" aria-label="The key below as a code to photograph"' in page
    assert "data:image" not in page
    assert not re.search(r"\sstyle=|<style", page)


def test_signing_in_asks_for_a_code(signed_in: Client, anna: Person) -> None:
    """After the right password; until then nobody is signed in. Both are noted."""
    secret, codes = set_up(signed_in)
    assert len(codes) == 10
    elsewhere = Client()
    first_step(elsewhere)
    assert elsewhere.get("/profile/").status_code == 302
    page = elsewhere.post("/sign-in/second-factor/", {"code": WRONG}).content.decode()
    assert 'class="error"' in page
    assert elsewhere.post("/sign-in/second-factor/", {"code": code_for(secret)}).headers["Location"] == "/"
    assert elsewhere.get("/profile/").status_code == 200
    assert noted("person.second-factor")[-1] == (str(anna.pk), "refused", {"kind": "totp"})
    assert noted("person.sign-in")[-1] == (str(anna.pk), "allowed", {"way": "password", "second": "totp"})


def test_a_recovery_code_lets_in_once(signed_in: Client, anna: Person) -> None:
    """And is gone from the list."""
    _, codes = set_up(signed_in)
    for status in (302, 200):
        elsewhere = Client()
        first_step(elsewhere)
        assert elsewhere.post("/sign-in/second-factor/", {"code": codes[0]}).status_code == status
    assert noted("person.sign-in")[-1][2] == {"way": "password", "second": "recovery_codes"}
    assert "9 recovery codes left." in signed_in.get("/profile/").content.decode()
    page = signed_in.get("/profile/second-factors/recovery-codes/").content.decode()
    assert codes[0] not in page
    assert codes[1] in page
    assert codes[1] in signed_in.get("/profile/second-factors/recovery-codes.txt").content.decode()


def test_new_recovery_codes_end_the_old_ones(signed_in: Client, anna: Person) -> None:
    """All of them."""
    _, codes = set_up(signed_in)
    signed_in.post("/profile/second-factors/recovery-codes/new/")
    page = signed_in.get("/profile/second-factors/recovery-codes/").content.decode()
    assert not any(code in page for code in codes)


def test_guessing_codes_is_slowed_down(signed_in: Client, anna: Person) -> None:
    """After five wrong ones even the right one waits."""
    secret, _ = set_up(signed_in)
    right = code_for(secret)
    elsewhere = Client()
    first_step(elsewhere)
    for _ in range(5):
        elsewhere.post("/sign-in/second-factor/", {"code": WRONG})
    page = elsewhere.post("/sign-in/second-factor/", {"code": right})
    assert page.status_code == 200
    assert "Too many" in page.content.decode()


def test_the_second_step_alone_is_nothing(client: Client, anna: Person) -> None:
    """Its address leads to the first one."""
    for answer in (client.get("/sign-in/second-factor/"), client.post("/sign-in/second-factor/", {"code": WRONG})):
        assert answer.headers["Location"] == "/sign-in/"


def test_who_is_half_signed_in_begins_again(signed_in: Client, anna: Person) -> None:
    """When all sessions end: when the operator recovers or erases, say."""
    from kvitto.records.sessions import end_sessions

    set_up(signed_in)
    elsewhere = Client()
    first_step(elsewhere)
    assert end_sessions(anna) == 1
    assert elsewhere.get("/sign-in/second-factor/").headers["Location"] == "/sign-in/"


def test_what_is_kept_makes_no_codes(signed_in: Client, anna: Person, settings: Settings) -> None:
    """Secrets are enciphered by the office's own; under another one no code is right, and nothing breaks."""
    secret, codes = set_up(signed_in)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret.replace(" ", "") not in kept
    settings.SECRET_KEY = "another secret, as a restored office has it, long enough for signing"
    elsewhere = Client()
    first_step(elsewhere)
    for code in (code_for(secret), codes[0]):
        assert elsewhere.post("/sign-in/second-factor/", {"code": code}).status_code == 200


def test_removing_the_app_ends_it(
    signed_in: Client, anna: Person, postbox: Postbox, django_capture_on_commit_callbacks: Capture
) -> None:
    """With its recovery codes; the person is told by mail of both, and the trail knows."""
    with django_capture_on_commit_callbacks(execute=True):
        set_up(signed_in)
    assert postbox.next_to(ANNA)["Subject"] == "A second factor was set up"
    assert "second factor" in signed_in.get("/profile/second-factors/app/remove/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post("/profile/second-factors/app/remove/")
    assert "If it was not you" in text_of(postbox.next_to(ANNA))
    assert not Authenticator.objects.exists()
    assert Client().post("/sign-in/", {"login": ANNA, "password": PASSWORD}).headers["Location"] == "/"
    told = [facts for _, outcome, facts in noted("person.second-factor") if outcome == "done"]
    assert {"kind": "totp", "change": "added"} in told
    assert {"kind": "totp", "change": "removed"} in told


def test_a_code_shows_again_that_it_is_you(signed_in: Client, anna: Person) -> None:
    """Instead of the password."""
    secret, _ = set_up(signed_in)
    elsewhere = Client()
    first_step(elsewhere)
    elsewhere.post("/sign-in/second-factor/", {"code": code_for(secret)})
    asked = elsewhere.get("/profile/second-factors/recovery-codes/")
    assert asked.headers["Location"].startswith("/sign-in/again/")
    assert "Use a code" in elsewhere.get(asked.headers["Location"]).content.decode()
    back = "/profile/second-factors/recovery-codes/"
    answer = elsewhere.post(f"/sign-in/again/code/?next={back}", {"code": code_for(secret)})
    assert answer.headers["Location"] == back


@pytest.mark.parametrize(
    "credential",
    ["", "nonsense", "{}", "[]", '{"id": "x", "response": {}}', "null", "1", "9" * 5000, "[" * 100_000],
    ids=lambda text: text[:9],
)
@pytest.mark.parametrize("path", ["/sign-in/passkey/", "/profile/second-factors/passkeys/add/"])
def test_what_is_no_passkey_is_no_fault(signed_in: Client, path: str, credential: str) -> None:
    """Whatever a program sends."""
    client = Client() if path.startswith("/sign-in") else signed_in
    answer = client.post(path, {"credential": credential, "name": "x"})
    assert answer.status_code in {200, 302}
    assert not Authenticator.objects.exists()


def test_somebody_elses_passkey_is_not_there(signed_in: Client, anna: Person) -> None:
    """Its addresses answer like those of none."""
    other = Person.objects.create_user("erik@nordlys.example", PASSWORD, name="Erik")
    row = Authenticator.objects.create(user=other, type=Authenticator.Type.WEBAUTHN, data={"name": "His"})
    for what in ("name", "remove"):
        for key in (row.pk, 9999):
            assert signed_in.get(f"/profile/second-factors/passkeys/{key}/{what}/").status_code == 404
            assert signed_in.post(f"/profile/second-factors/passkeys/{key}/{what}/").status_code == 404
