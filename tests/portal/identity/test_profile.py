"""The profile page, the sessions and the directory: what is chosen is kept, and what makes no sense comes back."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.records.models import Person
from kvitto.records.preferences import chosen_kinds
from tests.mail_server import Postbox
from tests.portal.identity.people import ANNA, PASSWORD, noted, person

pytestmark = pytest.mark.database
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
PAGES = (
    "/profile/", "/profile/address/", "/profile/sessions/", "/profile/second-factors/", "/password/",
    "/profile/second-factors/passkeys/", "/profile/second-factors/app/", "/profile/second-factors/passkeys/add/",
)  # fmt: skip


@pytest.fixture
def signed_in(client: Client, anna: Person) -> Client:
    """Anna, who just showed that it is her."""
    client.force_login(anna)
    client.post("/sign-in/again/", {"password": PASSWORD})
    return client


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_inline_script_or_style(signed_in: Client, postbox: Postbox, path: str) -> None:
    """What the policy would block is not there; and they are for who is signed in alone."""
    answer = signed_in.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|data:", page)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", page))
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"].startswith("private")
    assert Client().get(path).headers["Location"] == f"/sign-in/?next={path}"


def test_it_says_who_one_is_and_how_one_signs_in(signed_in: Client) -> None:
    """Name, address and its state, the ways in."""
    page = signed_in.get("/profile/").content.decode()
    for said in ("Anna Lindqvist", ANNA, "not verified", "None: the password alone lets you in.", "sends no mail"):
        assert said in page


@pytest.mark.parametrize(("language", "zone"), [("sv", "Europe/Stockholm"), ("", "Asia/Taipei"), ("zh-TW", "UTC")])
def test_language_and_zone_are_kept(signed_in: Client, anna: Person, language: str, zone: str) -> None:
    """An empty language follows the browser again."""
    signed_in.post("/profile/reading/", {"language": language, "time_zone": zone})
    anna.refresh_from_db()
    assert (anna.language, anna.time_zone) == (language, zone)
    page = signed_in.get("/profile/").content.decode()
    assert f'value="{zone}"' in page
    assert f'<html lang="{language or "en"}">' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"language": "xx", "time_zone": "UTC"}, "Choose one of the languages."),
        ({"language": "sv", "time_zone": "Mars/Base"}, "There is no time zone of this name."),
        ({"language": "sv", "time_zone": "../../etc/passwd"}, "There is no time zone of this name."),
        ({"language": "sv", "time_zone": "x" * 5000}, "There is no time zone of this name."),
        ({"language": "sv", "time_zone": "\x00"}, "There is no time zone of this name."),
        ({}, "There is no time zone of this name."),
    ],
)
def test_what_makes_no_sense_comes_back_with_a_sentence(
    signed_in: Client, anna: Person, typed: dict[str, str], said: str
) -> None:
    """And changes nothing, not even by half."""
    answer = signed_in.post("/profile/reading/", typed)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    anna.refresh_from_db()
    assert (anna.language, anna.time_zone) == ("", "UTC")


def test_every_time_zone_can_be_found(signed_in: Client) -> None:
    """By typing a part of its name, without a script."""
    page = signed_in.get("/profile/").content.decode()
    assert 'list="zones"' in page
    assert page.count("<option value=") > 500
    for zone in ("Europe/Riga", "Asia/Taipei", "America/Argentina/ComodRivadavia"):
        assert f'<option value="{zone}">' in page


def test_messages_are_chosen_from_those_there_are(signed_in: Client, anna: Person) -> None:
    """What is no kind of message is left out; none is a choice, too."""
    assert chosen_kinds(anna) == frozenset()
    signed_in.post("/profile/messages/", {"kinds": ["past-due", "spam", "past-due"]})
    anna.refresh_from_db()
    assert chosen_kinds(anna) == {"past-due"}
    assert 'value="past-due" checked' in signed_in.get("/profile/").content.decode()
    signed_in.post("/profile/messages/", {})
    anna.refresh_from_db()
    assert chosen_kinds(anna) == frozenset()


def sign_in_with(agent: str) -> Client:
    """Anna's sign-in with another browser."""
    client = Client(headers={"user-agent": agent})
    client.post("/sign-in/", {"login": ANNA, "password": PASSWORD})
    return client


def test_where_one_is_signed_in_can_be_seen_and_ended(anna: Person) -> None:
    """This browser stays; the others are asked to sign in again. Times are the person's."""
    Person.objects.filter(pk=anna.pk).update(time_zone="Europe/Riga")
    here, there = sign_in_with(FIREFOX), sign_in_with(PHONE)
    page = here.get("/profile/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Chrome on Android" in page
    assert page.count("this browser") == 1
    assert "Times are in the zone Europe/Riga." in page
    ended = here.post("/profile/sessions/", follow=True).content.decode()
    assert "You are signed out everywhere else." in ended
    assert "You are signed in nowhere else." in ended
    assert there.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200


def test_nobody_sees_the_sessions_of_others(anna: Person) -> None:
    """Each their own."""
    other = person("erik@nordlys.example", "Erik")
    sign_in_with(FIREFOX)
    client = Client(headers={"user-agent": PHONE})
    client.post("/sign-in/", {"login": other.email, "password": PASSWORD})
    page = client.get("/profile/sessions/").content.decode()
    assert "Firefox" not in page


def test_more_sessions_cost_no_more_queries(anna: Person) -> None:
    """Whether there are two or seven; those that ended are not listed."""
    here, counts = sign_in_with(FIREFOX), []
    for more in (1, 5):
        others = [sign_in_with(PHONE) for _ in range(more)]
        with CaptureQueriesContext(connection) as queries:
            page = here.get("/profile/sessions/").content.decode()
        counts.append(len(queries))
    assert page.count("Chrome on Android") == 6
    assert counts[0] == counts[1]
    others[0].post("/sign-out/")
    assert here.get("/profile/sessions/").content.decode().count("Chrome on Android") == 5


def test_a_changed_password_signs_out_elsewhere(anna: Person) -> None:
    """Here one stays."""
    here, there = sign_in_with(FIREFOX), sign_in_with(PHONE)
    new = "eleven quiet rivers"
    here.post("/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    assert noted("person.password") == [(str(anna.pk), "done", {"person": str(anna.pk), "how": "changed"})]


def test_the_directory_is_switched_from_the_profile(signed_in: Client, anna: Person) -> None:
    """To one's own or another of one's own, and to no other."""
    assert "You look from" not in signed_in.get("/profile/").content.decode()
    Person.objects.filter(pk=anna.pk).update(directories=["tenant-b"])
    for asked in ("tenant-b", "tenant-x"):
        signed_in.post("/directory/", {"directory": asked})
        page = signed_in.get("/profile/").content.decode()
        assert "<option selected>tenant-b</option>" in page


def test_the_profile_asks_the_database_a_few_times(signed_in: Client) -> None:
    """However many zones there are."""
    signed_in.get("/profile/")
    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/profile/")
    assert len(queries) <= 20
