"""The reader's language: the person's setting, else this browser's choice, else what the browser asks for."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from kvitto.portal.reader import COOKIE, language_of
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de,lv;q=0.7,en;q=0.5", "lv"),
        ("nl-BE", "nl"),
        ("zh-Hant-HK,en;q=0.1", "zh-TW"),
        ("zh-TW", "zh-TW"),
        ("zh-CN,nl;q=0.2", "nl"),
        ("en;q=0.1,sv;q=0.9", "sv"),
        ("sv;q=0,nl", "nl"),
        ("de-DE", "en"),
        ("", "en"),
        ("*", "en"),
        ("%%%;;;,,,=", "en"),
    ],
)
def test_the_browser_is_understood(accepted: str, code: str) -> None:
    """The first language the browser asks for that Kvitto speaks; else the office's."""
    assert language_of(RequestFactory().get("/", headers={"Accept-Language": accepted})) == code


def test_without_a_wish_the_office_decides(settings: Settings, tmp_path: object) -> None:
    """The office's setting speaks to those whose browser asks for nothing Kvitto knows."""
    settings.OFFICE = Office(home=settings.OFFICE.home, language="lv")
    assert language_of(RequestFactory().get("/", headers={"Accept-Language": "de"})) == "lv"


@pytest.mark.database
def test_the_persons_setting_wins_over_cookie_and_browser(db: None) -> None:
    """Setting, then cookie, then browser."""
    request = RequestFactory().get("/", headers={"Accept-Language": "nl"})
    request.COOKIES[COOKIE] = "lv"
    request.user = Person.objects.create_user(ADMINISTRATOR, language="sv")
    assert language_of(request) == "sv"
    request.user.language = ""
    assert language_of(request) == "lv"
    request.COOKIES[COOKIE] = "xx"
    assert language_of(request) == "nl"


@pytest.mark.database
def test_choosing_a_language_is_kept_for_a_signed_in_person(client: Client, db: None) -> None:
    """It becomes their setting, and the page before is shown again."""
    person = Person.objects.create_user(ADMINISTRATOR)
    client.force_login(person)
    answer = client.post("/language/", {"language": "zh-TW", "next": "/subscriptions/"})
    assert answer.headers["Location"] == "/subscriptions/"
    person.refresh_from_db()
    assert person.language == "zh-TW"


@pytest.mark.database
def test_choosing_a_language_signed_out_is_kept_in_the_browser(client: Client, db: None) -> None:
    """A cookie remembers it, which no script can read."""
    answer = client.post("/language/", {"language": "en", "next": "/sign-in/?next=/subscriptions/"})
    assert answer.headers["Location"] == "/sign-in/?next=/subscriptions/"
    assert answer.cookies[COOKIE].value == "en"
    assert answer.cookies[COOKIE]["httponly"]


@pytest.mark.database
@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_choosing_a_language_never_leads_away(client: Client, db: None, place: str) -> None:
    """Only pages of this office are gone back to."""
    answer = client.post("/language/", {"language": "en", "next": place}, headers={"Referer": place})
    assert answer.headers["Location"] == "/"


@pytest.mark.database
def test_an_unknown_language_changes_nothing(client: Client, db: None) -> None:
    """No cookie, no setting."""
    assert COOKIE not in client.post("/language/", {"language": "xx"}).cookies


@pytest.mark.database
def test_a_page_says_its_language_and_on_what_it_depends(client: Client, db: None) -> None:
    """`lang`, Content-Language and Vary; the five languages by their own names."""
    answer = client.get("/sign-in/", headers={"Accept-Language": "en"})
    page = answer.content.decode()
    assert '<html lang="en">' in page
    assert answer.headers["Content-Language"] == "en"
    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in answer.headers["Vary"].split(",")}
    for own_name in ("English", "Svenska", "Latviešu", "Nederlands", "繁體中文"):
        assert own_name in page
