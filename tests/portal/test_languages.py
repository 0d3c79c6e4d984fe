"""Every page in every language: said without a fault, with numbers and dates as the language writes them."""

from __future__ import annotations

import functools
import html
import re
from http import HTTPStatus

import pytest
from babel.messages.catalog import Catalog
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape

from kvitto.language import LANGUAGES
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.campaign import size
from tests.portal.every_page import ELSEWHERE, NO_PAGE, NOBODY, PAGES, come_in, is_file, names, stage
from tests.portal.small_office import ADMINISTRATOR, LAB
from tools.catalogues import read_catalogue

pytestmark = pytest.mark.database

AMOUNTS = {"en": "334.38", "sv": "334,38", "lv": "334,38", "nl": "334,38", "zh-TW": "334.38"}
COSTS = {"en": "6.534256", "sv": "6,534256", "lv": "6,534256", "nl": "6,534256", "zh-TW": "6.534256"}
CATALOGUES = {code: language.locale_name.removesuffix("_TW") for code, language in LANGUAGES.items()}
OF_THE_OFFICE = {"Credit", "Trial", "Key", "Storage", "Research", "Archive", "Phone", "English", "Lab", "Head office"}
"""Names and texts of the whole office, which are not translated."""
EVERYBODY = sorted({email for email, _ in PAGES.values()})


def test_no_page_is_forgotten() -> None:
    """Each address has an example, is no page, or says where it is opened."""
    listed = [*PAGES, *NO_PAGE, *ELSEWHERE]
    assert set(listed) == {name for name in names() if not is_file(name)}
    assert len(set(listed)) == len(listed)


def speak(code: str) -> None:
    """From now on everybody reads this language."""
    Person.objects.update(language=code)


def main_part(client: Client, address: str) -> tuple[int, str]:
    """The status of a page and what it says below its menus, which is in one language and without a fault."""
    answer = client.get(address, follow=True)
    page = answer.getvalue().decode()
    code = answer.headers["Content-Language"]
    assert f'<html lang="{code}">' in page, address
    main = "<main" + page.partition("<main")[2]
    assert "{" not in re.sub(r"<script.*?</script>|<[^>]*>", "", main, flags=re.DOTALL), (
        f"a value is missing on {address}"
    )
    return answer.status_code, main


@functools.cache
def catalogue_of(code: str) -> Catalog:
    """The language's catalogue, read once."""
    return read_catalogue(CATALOGUES[code])


def left_in_english(code: str, main: str) -> set[str]:
    """The texts of a page that the catalogue of its language says otherwise."""
    catalogue = catalogue_of(code)
    said = {html.unescape(" ".join(text.split())) for text in re.findall(r">([^<>]+)<", main)} - OF_THE_OFFICE
    found = {text: catalogue.get(text) for text in said if text}
    return {text for text, message in found.items() if message and message.string not in {"", text}}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_in_every_language(whole: Office, code: str) -> None:
    """The person's setting decides; no sentence that the language has is left in English."""
    staged = stage(whole)
    speak(code)
    browsers = {email: come_in(email, code) for email in EVERYBODY}
    not_opened, not_translated = {}, {}
    for name, (email, address) in PAGES.items():
        status, main = main_part(browsers[email], address.format(**staged))
        if status != HTTPStatus.OK:
            not_opened[name] = status
        if code != "en" and (gaps := left_in_english(code, main)):
            not_translated[name] = gaps
    assert (not_opened, not_translated) == ({}, {})


@pytest.mark.campaign
@pytest.mark.parametrize("code", list(LANGUAGES)[: size(sample=1, full=len(LANGUAGES))])
@pytest.mark.parametrize("email", EVERYBODY[: size(sample=2, full=len(EVERYBODY))])
def test_every_page_as_everybody(whole: Office, code: str, email: str) -> None:
    """Shown, refused or not there: always said in the person's language, and never a fault of the office."""
    staged = stage(whole)
    speak(code)
    browser = come_in(email, code)
    for name, (_, address) in PAGES.items():
        if name == "account_logout":
            continue
        cache.clear()
        status, main = main_part(browser, address.format(**staged))
        assert status in {HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}, name
        if code != "en" and email != NOBODY:
            assert not left_in_english(code, main), name


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_as_the_language_writes_them(office: Office, client: Client, code: str) -> None:
    """On the list, and on the chart as in the table."""
    Person.objects.update(language=code)
    client.force_login(Person.objects.get(email=ADMINISTRATOR))
    assert f"{AMOUNTS[code]}\N{NO-BREAK SPACE}USD" in client.get(f"/subscriptions/{LAB}/invoices/").content.decode()
    page = client.get(f"/subscriptions/{LAB}/periods/2024-03-05/").content.decode()
    assert page.count(COSTS[code]) >= 3


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_sign_in_follows_the_browser(db: None, client: Client, code: str) -> None:
    """Before anybody is known, the browser's wish is all there is."""
    page = client.get("/sign-in/", headers={"Accept-Language": code}).content.decode()
    assert f'<html lang="{code}">' in page
    wrong = client.post("/sign-in/", {"login": "x@y.example", "password": "x"}, headers={"Accept-Language": code})
    assert escape(LANGUAGES[code].own_name) in wrong.content.decode()
