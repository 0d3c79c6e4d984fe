"""Every page in every language: said without a fault, with numbers and dates as the language writes them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from kvitto.language import LANGUAGES
from kvitto.records.invoices import list_invoices
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, COST_READER, CREDIT, LAB, TRIAL, YOUNG

pytestmark = pytest.mark.database

AMOUNTS = {"en": "334.38", "sv": "334,38", "lv": "334,38", "nl": "334,38", "zh-TW": "334.38"}
COSTS = {"en": "6.534256", "sv": "6,534256", "lv": "6,534256", "nl": "6,534256", "zh-TW": "6.534256"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_in_every_language(office: Office, client: Client, code: str) -> None:
    """The person's setting decides, whatever the browser asks for."""
    Person.objects.update(language=code)
    client.force_login(Person.objects.get(email=ADMINISTRATOR))
    number = next(invoice.number for invoice in list_invoices()[::-1] if invoice.scope.id == LAB)
    for address in (
        "/subscriptions/",
        "/subscriptions/?search=nothing",
        *(f"/subscriptions/{name}/invoices/" for name in (LAB, CREDIT, TRIAL, YOUNG)),
        f"/subscriptions/{LAB}/periods/2024-03-05/",
        f"/subscriptions/{LAB}/periods/2024-02-05/?by=charge&day=2024-02-05",
        f"/subscriptions/{YOUNG}/periods/2024-03-01/",
        f"/invoices/{number}/",
        "/password/",
        "/sign-out/",
        "/nothing/",
    ):
        answer = client.get(address, headers={"Accept-Language": "en"})
        page = answer.content.decode()
        assert answer.status_code == (404 if address == "/nothing/" else 200), address
        assert f'<html lang="{code}">' in page
        assert answer.headers["Content-Language"] == code
        assert "{" not in page.partition("<main")[2], f"a value is missing on {address}"
    client.force_login(Person.objects.get(email=COST_READER))
    assert client.get(f"/subscriptions/{LAB}/invoices/").status_code == 403


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
