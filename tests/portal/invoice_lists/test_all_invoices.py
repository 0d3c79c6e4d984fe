"""The list of all invoices that are open to a person: who sees what in it, and how it is cut and filtered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from kvitto.access.roles import Role
from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.records.invoices import list_invoices
from kvitto.records.models import Person
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_pages import ROWS_OF_A_PAGE
from kvitto.runs.office import Office
from tests.every_agreement import build, give, invoice, scope_of
from tests.portal.small_office import (
    ADMINISTRATOR,
    COST_READER,
    LAB,
    PROFILE,
    PROFILE_OWNER,
    READER,
    SECTION_READER,
    STRANGER,
)

SignIn = Callable[[str], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADDRESS = "/invoices/"


def numbers_in(client: Client, **query: str) -> list[str]:
    """The numbers that are listed, in order."""
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200
    return re.findall(r'class="row-link" href="/invoices/([^/]+)/"', answer.content.decode())


def of(scope: str) -> list[str]:
    """The numbers of a scope, newest period first."""
    return [one.number for one in list_invoices() if one.scope.id == scope]


def test_everyone_sees_exactly_their_own(office: Office, sign_in: SignIn) -> None:
    """Of a cost reader, a section reader and a stranger none; the empty page says what would fill it."""
    for person, expected in (
        (ADMINISTRATOR, of(LAB)), (READER, of(LAB)), (PROFILE_OWNER, of(PROFILE)),
        (COST_READER, []), (SECTION_READER, []), (STRANGER, []),
    ):  # fmt: skip
        assert numbers_in(sign_in(person)) == expected, person
    page = sign_in(STRANGER).get(ADDRESS).content.decode()
    assert f"No invoice is open to {STRANGER}." in page
    assert "/requests/new/" in page


def test_signed_out_it_asks_who_one_is(office: Office, client: Client) -> None:
    """As every page does."""
    assert client.get(ADDRESS).headers["Location"] == f"/sign-in/?next={ADDRESS}"


def test_it_is_found_by_the_search(office: Office, sign_in: SignIn) -> None:
    """Among the pages."""
    assert f'href="{ADDRESS}"' in sign_in(ADMINISTRATOR).get("/search/", {"q": "invoices"}).content.decode()


def test_filters_cut_it(office: Office, sign_in: SignIn) -> None:
    """By what it is for, type, status, time and the beginning of the number; in any case."""
    client, (newest, oldest) = sign_in(ADMINISTRATOR), of(LAB)
    done = rebill(office, newest)
    note, new = done.credit_note.number, done.replacement.number
    assert numbers_in(client) == [new, note, newest, oldest]
    assert numbers_in(client, status="void") == [newest]
    assert set(numbers_in(client, status="due")) == {new, oldest}
    assert numbers_in(client, status="paid") == [note]
    assert numbers_in(client, status="past-due") == []
    assert numbers_in(client, type="credit-notes") == [note]
    assert numbers_in(client, type="support") == []
    assert numbers_in(client, number=oldest.lower()) == [oldest]
    totals = {one.number: one.payable.amount for one in list_invoices()} | {note: -done.credit_note.payable.amount}
    for sort, is_falling in (("highest", True), ("lowest", False)):
        shown = [totals[number] for number in numbers_in(client, sort=sort)]
        assert (len(shown), shown) == (4, sorted(shown, reverse=is_falling))
    assert 'value="due" selected' in client.get(ADDRESS, {"sort": "due"}).content.decode()
    assert len(numbers_in(client, number="K-2024", of=LAB, type="services", span="12")) == 4
    assert numbers_in(client, number="%") == []
    page = client.get(ADDRESS, {"status": "void", "number": newest}).content.decode()
    assert f'value="{newest}"' in page
    assert '<option value="void" selected>' in page


def test_what_belongs_to_others_is_not_found_by_any_filter(office: Office, sign_in: SignIn) -> None:
    """Their numbers and ids give what numbers and ids that never were give."""
    client, (others, *_) = sign_in(ADMINISTRATOR), of(PROFILE)
    for query, never in (({"number": others}, {"number": "K-1999-000001"}), ({"of": PROFILE}, {"of": "never"})):
        pages = [client.get(ADDRESS, asked).content.decode() for asked in (query, never)]
        typed = [*query.values(), *never.values()]
        alike = [re.sub("|".join([*typed, r'value="[^"]{64}"']), "", page) for page in pages]
        assert alike[0] == alike[1]
        assert "No invoice of yours fits what you chose." in pages[0]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"}, {"page": "-3"}, {"page": "9" * 30}, {"page": "٣"}, {"status": "Locked"}, {"type": "'"},
        {"span": "-1"}, {"of": ""}, {"number": "   "},
    ],
)  # fmt: skip
def test_what_makes_no_sense_asks_for_nothing(office: Office, sign_in: SignIn, query: dict[str, str]) -> None:
    """The list is whole."""
    assert numbers_in(sign_in(ADMINISTRATOR), **query) == of(LAB)


@pytest.mark.parametrize("text", ["\0", "x" * 5000, "<b>", "%", "_", "🧾", "' or ''='"])
def test_strange_texts_find_nothing(office: Office, sign_in: SignIn, text: str) -> None:
    """And do no harm."""
    client = sign_in(ADMINISTRATOR)
    assert numbers_in(client, number=text) == []
    assert numbers_in(client, of=text) == []
    assert "<b>" not in client.get(ADDRESS, {"number": text}).content.decode()


def many(tmp_path: Path, settings: Settings, count: int) -> Client:
    """An administrator with so many monthly invoices, older and newer than December 2016, beside a neighbour's."""
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=midnight(date(2019, 12, 20)))
    build({"own": "", "other": ""})
    person = Person.objects.create_user("admin@example.com", name="Admin")
    give(person, Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"))
    for number in range(count):
        start = date(2016 + number // 12, number % 12 + 1, 1)
        invoice(f"K-{number:03}", "own", "mosp", start)
        invoice(f"N-{number:03}", "other", "mosp", start)
    client = Client()
    client.force_login(person)
    return client


def test_the_database_cuts_it_into_pages(tmp_path: Path, settings: Settings) -> None:
    """Newest first; a page after the last is the last; the total is that of all pages."""
    client = many(tmp_path, settings, ROWS_OF_A_PAGE + 5)
    first, second = numbers_in(client), numbers_in(client, page="2")
    assert (len(first), len(second)) == (ROWS_OF_A_PAGE, 5)
    assert [*first, *second] == sorted([*first, *second], reverse=True)
    assert numbers_in(client, page="99") == second
    page = client.get(ADDRESS).content.decode().replace("\xa0", " ")
    assert "Invoices less credit notes, on all pages" in page
    assert "0.30 EUR" in page
    assert f"1–{ROWS_OF_A_PAGE} of {ROWS_OF_A_PAGE + 5}" in page
    assert 'href="?status=past-due&amp;page=2"' in client.get(ADDRESS, {"status": "past-due"}).content.decode()


@pytest.mark.parametrize("count", [3, ROWS_OF_A_PAGE + 1])
def test_queries_do_not_grow_with_invoices(
    tmp_path: Path, settings: Settings, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Three or a page full."""
    client = many(tmp_path, settings, count)
    with django_assert_max_num_queries(60):
        numbers_in(client)
