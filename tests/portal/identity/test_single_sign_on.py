"""Single sign-on against a real issuer on this machine: who comes in, who does not, and every lie it could tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from kvitto.records.models import AuditEntry, Person
from tests.portal.identity.issuer import Issuer, issuer_in, key_number
from tests.portal.identity.people import ANNA, ERIK, NEW, PASSWORD, noted, office_with, person

pytestmark = pytest.mark.database
ANNAS = {"email": ANNA, "email_verified": True, "name": "Anna L"}


@pytest.fixture
def issuer(tmp_path: Path, settings: Settings) -> Iterator[Issuer]:
    """An issuer that knows Anna, and that the office believes."""
    with issuer_in(tmp_path) as found:
        settings.OFFICE = office_with(sign_on=found.server)
        found.claims = dict(ANNAS)
        yield found


def to_issuer(client: Client, onward: str = "") -> str:
    """Where the office leads the browser."""
    answer = client.get("/sign-in/by/sso/", {"next": onward} if onward else {})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def back(address: str) -> str:
    """What the issuer answers the browser with: the path of the way back."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come(client: Client, onward: str = "") -> HttpResponse:
    """The whole way: to the issuer and back."""
    answer = client.get(back(to_issuer(client, onward)))
    assert isinstance(answer, HttpResponse)
    return answer


def is_in(client: Client) -> bool:
    """Whether anybody is signed in."""
    return client.get("/profile/").status_code == 200


def test_somebody_the_office_knows_comes_in(client: Client, anna: Person, issuer: Issuer) -> None:
    """By the proved address; from then on by the issuer's name for them. The password stays."""
    assert 'href="/sign-in/by/sso/?next=/profile/"' in client.get("/sign-in/?next=/profile/").content.decode()
    assert come(client, "/profile/").headers["Location"] == "/profile/"
    assert is_in(client)
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.uid, linked.extra_data) == (anna, "anna-1", {})
    assert noted("person.sign-in") == [(str(anna.pk), "allowed", {"way": "single-sign-on"})]

    issuer.claims = {"email": "other@elsewhere.example", "email_verified": False}
    again = Client()
    assert come(again).headers["Location"] == "/"
    assert ANNA in again.get("/profile/").content.decode()


def test_who_was_never_in_becomes_active(client: Client, db: None, issuer: Issuer) -> None:
    """An account owner's invitation is accepted by coming in this way, too."""
    from kvitto.records.people import may_sign_in

    owner = Person.objects.create_user(ANNA, name="Anna")
    assert not may_sign_in(owner)
    come(client)
    owner.refresh_from_db()
    assert may_sign_in(owner)
    assert not owner.has_usable_password()


def test_what_is_sent_to_the_issuer(client: Client, db: None, issuer: Issuer) -> None:
    """The code flow with PKCE, a state and a nonce; the secret goes from server to server alone."""
    asked = dict(parse_qsl(urlsplit(to_issuer(client)).query))
    assert (asked["response_type"], asked["client_id"]) == ("code", "kvitto")
    assert asked["redirect_uri"] == "http://testserver/sign-in/by/sso/answer/"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32
    assert "client_secret" not in asked


def test_the_address_may_come_from_userinfo(client: Client, anna: Person, issuer: Issuer) -> None:
    """Where the token has none; but only if it tells of the same."""
    issuer.claims, issuer.userinfo = {}, {"sub": "somebody-else", **ANNAS}
    assert come(client).status_code == 401
    issuer.userinfo = {"sub": "anna-1", **ANNAS}
    assert come(client).status_code == 302


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
def test_an_address_the_issuer_does_not_vouch_for_is_refused(
    client: Client, anna: Person, issuer: Issuer, verified: object
) -> None:
    """Only `true` counts; the page says so plainly."""
    issuer.claims["email_verified"] = verified
    answer = come(client)
    assert answer.status_code == 401
    assert f"Example does not vouch for the address {ANNA}." in answer.content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@elsewhere.example", "email_verified": True},
        {"email": ERIK, "email_verified": True},
        {"email": "program@nordlys.example", "email_verified": True},
        {"email": NEW, "email_verified": True},
        {"email": None},
    ],
)
def test_whom_the_office_does_not_know_gets_a_plain_answer(
    client: Client, anna: Person, issuer: Issuer, claims: dict[str, object]
) -> None:
    """Nobody is made anew; who is closed out, a program, or an address somebody only asked for stays outside."""
    from kvitto.records.addresses import want_address

    person(ERIK, "Erik", is_active=False)
    person("program@nordlys.example", "Program", kind="service-principal")
    want_address(anna, NEW)
    issuer.claims = claims
    answer = come(client)
    assert answer.status_code == 401
    assert "You cannot come in by this way" in answer.content.decode()
    assert not is_in(client)
    assert Person.objects.count() == 3
    who, outcome, facts = noted("person.sign-in")[0]
    assert (who, outcome, facts["way"]) == ("", "refused", "single-sign-on")
    assert "@" not in json.dumps(facts)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another office"},
        {"aud": ["kvitto", "another office"]},
        {"aud": ["kvitto", "another office"], "azp": "another office"},
        {"nonce": "of another question"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"exp": 1_000_000_000},  # 2001
        {"exp": None},
        {"iat": 4_000_000_000},  # 2096
    ],
    ids=lambda lie: json.dumps(lie)[:40],
)
def test_a_token_that_is_not_right_lets_nobody_in(
    client: Client, anna: Person, issuer: Issuer, lie: dict[str, object]
) -> None:
    """Issuer, audience, question, name and age are checked."""
    issuer.claims |= lie
    answer = come(client)
    assert answer.status_code == 401
    assert "could not be believed" in answer.content.decode()
    assert not is_in(client)
    _, outcome, facts = noted("person.sign-in")[0]
    assert (outcome, facts["way"]) == ("refused", "single-sign-on")
    assert str(facts["reason"]).startswith("the token ") or facts["reason"] == "ValueError"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_not_signed_by_a_key_of_the_issuer_lets_nobody_in(
    client: Client, anna: Person, issuer: Issuer, algorithm: str
) -> None:
    """Nor one signed with what both know, or by another key."""
    issuer.algorithm = algorithm
    assert come(client).status_code == 401
    issuer.algorithm, issuer.signs_with = "RS256", key_number(2)
    assert come(client).status_code == 401
    assert not is_in(client)


def test_an_issuer_that_calls_itself_otherwise_is_not_asked(client: Client, anna: Person, issuer: Issuer) -> None:
    """Its configuration must be its own; nobody is led anywhere."""
    issuer.called = "https://elsewhere.example"
    answer = client.get("/sign-in/by/sso/")
    assert answer.status_code == 502
    assert "The single sign-on did not work" in answer.content.decode()


def test_an_issuer_that_does_not_answer_is_no_fault(client: Client, anna: Person, issuer: Issuer) -> None:
    """Neither on the way there nor back; and the password still lets in."""
    address = to_issuer(client)
    path = back(address)
    issuer.is_down = True
    assert client.get("/sign-in/by/sso/").status_code == 502
    assert client.get(path).status_code == 401
    assert client.post("/sign-in/", {"login": ANNA, "password": PASSWORD}).status_code == 302


def test_an_answer_nobody_asked_for_lets_nobody_in(client: Client, anna: Person, issuer: Issuer) -> None:
    """Without the state of this browser, with a made-up one, or a second time."""
    path = back(to_issuer(Client()))  # asked for in another browser
    assert client.get(path).status_code == 401
    path = back(to_issuer(client))
    assert client.get(path.partition("&state=")[0]).status_code == 401
    assert client.get(path).status_code == 302
    fresh = Client()
    assert fresh.get(path).status_code == 401
    assert client.get("/sign-in/by/sso/answer/?code=x&state=y").status_code == 401
    assert not is_in(fresh)


def test_stopping_at_the_issuer_changes_nothing(client: Client, anna: Person, issuer: Issuer) -> None:
    """And is said."""
    asked = dict(parse_qsl(urlsplit(to_issuer(client)).query))
    answer = client.get("/sign-in/by/sso/answer/", {"error": "access_denied", "state": asked["state"]}, follow=True)
    assert "you stopped the single sign-on" in answer.content.decode()
    asked = dict(parse_qsl(urlsplit(to_issuer(client)).query))
    answer = client.get("/sign-in/by/sso/answer/", {"error": "server_error", "state": asked["state"]})
    assert answer.status_code == 401


def test_a_second_factor_is_asked_for_here_too(client: Client, anna: Person, issuer: Issuer) -> None:
    """Who set one up is not let in by the issuer's word alone."""
    Authenticator.objects.create(user=anna, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert come(client).headers["Location"] == "/sign-in/second-factor/"
    assert not is_in(client)


def test_the_link_can_be_removed(client: Client, anna: Person, issuer: Issuer) -> None:
    """From the profile; the trail knows."""
    come(client)
    assert "Linked with you." in client.get("/profile/").content.decode()
    client.post("/profile/single-sign-on/remove/")
    assert not SocialAccount.objects.exists()
    assert "Not linked." in client.get("/profile/").content.decode()
    assert AuditEntry.objects.filter(action="person.single-sign-on").count() == 1


def test_without_an_issuer_there_is_no_such_way(client: Client, anna: Person, settings: Settings) -> None:
    """No button, and its addresses lead nowhere."""
    assert "/sign-in/by/" not in client.get("/sign-in/").content.decode()
    for path in ("/sign-in/by/sso/", "/sign-in/by/sso/answer/", "/sign-in/by/other/"):
        assert client.get(path).status_code == 404


def test_nobody_is_led_to_another_site_afterwards(client: Client, anna: Person, issuer: Issuer) -> None:
    """An address of another host is no place to go on to."""
    assert come(client, "https://evil.example/").headers["Location"] == "/"
