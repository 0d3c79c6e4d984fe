"""The search: everything of one's own by name, id or number; nothing of anybody else; whatever is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.records.invoices import list_invoices
from kvitto.records.models import AgreementRecord, Person
from kvitto.runs.office import Office
from tests.portal.small_office import (
    ADMINISTRATOR,
    COST_READER,
    DISKS,
    LAB,
    PROFILE,
    PROFILE_OWNER,
    READER,
    SECTION_READER,
    STRANGER,
)

pytestmark = pytest.mark.database

SignIn = Callable[[str], Client]


def links(client: Client, query: str, **more: str) -> list[str]:
    """The addresses that were found, in order."""
    answer = client.get("/search/", {"q": query, **more})
    assert answer.status_code == 200
    hits = re.findall(r'<ul class="hits">.*?</ul>', answer.content.decode(), re.DOTALL)
    return re.findall(r'href="([^"]+)"', "".join(hits))


def number_of(scope: str) -> str:
    """The number of an invoice made for this."""
    return next(one.number for one in list_invoices() if one.scope.id == scope)


@pytest.mark.parametrize("query", ["Lab", "lab", "lab-0001", "AB", "  lab  ", "la 0001"])
def test_a_subscription_is_found_by_name_or_id(office: Office, sign_in: SignIn, query: str) -> None:
    """In any case; of several words all must be found."""
    assert f"/subscriptions/{LAB}/" in links(sign_in(ADMINISTRATOR), query)


def test_billing_scopes_are_found_too(office: Office, sign_in: SignIn) -> None:
    """Accounts, profiles and sections by name; each as far as the role reaches."""
    assert "/billing-accounts/nordlys/" in links(sign_in(ADMINISTRATOR), "nordlys")
    assert links(sign_in(PROFILE_OWNER), "utrecht") == [f"/billing-profiles/{PROFILE}/"]
    assert links(sign_in(PROFILE_OWNER), "storage") == ["/invoice-sections/storage/"]
    assert links(sign_in(SECTION_READER), "utrecht") == []
    assert links(sign_in(SECTION_READER), "disks") == [f"/subscriptions/{DISKS}/"]


def test_the_number_of_an_invoice_leads_to_it(office: Office, sign_in: SignIn) -> None:
    """Typed whole, in any case; its beginning gives a list."""
    number = number_of(LAB)
    client = sign_in(ADMINISTRATOR)
    for typed in (number, number.lower(), f" {number} "):
        assert client.get("/search/", {"q": typed}).headers["Location"] == f"/invoices/{number}/"
    assert f"/invoices/{number}/" in links(client, number[:6])


@pytest.mark.parametrize("email", [PROFILE_OWNER, COST_READER, SECTION_READER, STRANGER])
def test_the_number_of_somebody_elses_invoice_is_one_that_never_existed(
    office: Office, sign_in: SignIn, email: str
) -> None:
    """The same words; and to whom nothing reaches, the same questions to the database, so that no time tells."""
    client, number = sign_in(email), number_of(LAB)
    pages, counts = [], []
    for typed in (number, "K-2024-999999"):
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/search/", {"q": typed})
        assert page.status_code == 200
        pages.append(re.sub(r'value="[^"]*"', "", page.content.decode().replace(typed, "…")))
        counts.append(len(queries))
    assert pages[0] == pages[1]
    assert counts[0] == counts[1] or email == COST_READER  # who knows the subscription, and is refused its invoices


def test_who_sees_a_subscription_only_finds_no_invoice(office: Office, sign_in: SignIn) -> None:
    """A reader of the subscription sees its invoices, one of its cost does not."""
    number = number_of(LAB)
    assert sign_in(READER).get("/search/", {"q": number}).status_code == 302
    assert links(sign_in(COST_READER), "lab") == [f"/subscriptions/{LAB}/"]


@pytest.mark.parametrize(
    ("language", "query"),
    [("en", "Cost Management + Billing"), ("en", "cost man"), ("sv", "Cost Management"), ("en", "billing profile")],
)
def test_cost_management_and_billing_is_found(office: Office, sign_in: SignIn, language: str, query: str) -> None:
    """In the reader's language and in English, by the beginnings of words."""
    Person.objects.update(language=language)
    assert "/billing/" in links(sign_in(ADMINISTRATOR), query)


def test_pages_that_are_not_for_everybody_are_found_by_those_they_are_for(office: Office, sign_in: SignIn) -> None:
    """The operator's by operators alone."""
    assert "/operator/" not in links(sign_in(ADMINISTRATOR), "operator")
    Person.objects.filter(email=ADMINISTRATOR).update(is_operator=True)
    assert "/operator/" in links(sign_in(ADMINISTRATOR), "operator")


def test_the_pages_of_the_last_scope_are_found_by_their_names(office: Office, sign_in: SignIn) -> None:
    """“Properties” leads to those of where one just was."""
    client = sign_in(PROFILE_OWNER)
    assert links(client, "properties") == []
    client.get(f"/billing-profiles/{PROFILE}/")
    assert links(client, "properties") == [f"/billing-profiles/{PROFILE}/properties/"]


HOSTILE = [
    "", " ", "%", "_", "\\", "'", '"', "';--", "<script>alert(1)</script>", "\x00", "\ud7ff\U0001f388", "a" * 10_000,
    "%%%" * 100, "lab\x00-0001", "' OR 1=1 --", "$.name", '{"a":1}', "K-2024-%", "-" * 200, "\u202elab",
    " ".join("abcdefghij"), "../../etc/passwd", "{{ 7*7 }}",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_whatever_is_typed_does_no_harm(office: Office, sign_in: SignIn, query: str) -> None:
    """A page, nothing of others, nothing run, and few questions."""
    client = sign_in(SECTION_READER)
    for headers in ({}, {"HX-Request": "true"}):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/search/", {"q": query}, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert len(queries) < 60
        assert "<script>alert" not in page
        assert "Memory" not in page
        assert "Lab" not in page


@pytest.mark.parametrize("wild", ["%", "_", "l_b", "la%"])
def test_signs_that_a_database_takes_for_anything_stand_for_themselves(
    office: Office, sign_in: SignIn, wild: str
) -> None:
    """A percent sign finds names with a percent sign."""
    assert links(sign_in(ADMINISTRATOR), wild) == []


def test_letters_beyond_a_to_z_are_found_in_any_case(office: Office, sign_in: SignIn) -> None:
    """On every database."""
    lab = AgreementRecord.objects.get(kind="subscription", key=LAB, superseded_in=None)
    lab.facts["name"] = "Ängelholm"
    lab.save()
    for typed in ("ängel", "ÄNGEL", "Ängelholm"):
        assert links(sign_in(ADMINISTRATOR), typed) == [f"/subscriptions/{LAB}/"]


def test_many_are_shown_page_by_page_with_as_many_questions(office: Office, sign_in: SignIn) -> None:
    """Ten of each group first; then all of one group, 25 at a time, in order of the name."""
    client = sign_in(ADMINISTRATOR)
    with CaptureQueriesContext(connection) as few:
        client.get("/search/", {"q": "lab"})
    record = AgreementRecord.objects.get(kind="subscription", key=LAB, superseded_in=None)
    for number in range(60):
        record.pk, record.key = None, f"lab-9{number:03}"
        record.facts |= {"id": record.key, "name": f"Lab {number:03}"}
        record.save()
    with CaptureQueriesContext(connection) as many:
        assert len(links(client, "lab")) == 10
    assert len(many) == len(few)
    every = [link for page in "123" for link in links(client, "lab", page=page, **{"in": "subscriptions"})]
    assert len(every) == 61
    assert every == [f"/subscriptions/{LAB}/", *(f"/subscriptions/lab-9{number:03}/" for number in range(60))]


def test_suggestions_come_while_typing(office: Office, sign_in: SignIn) -> None:
    """A few of each group, without the page around them; one letter is too little."""
    client = sign_in(ADMINISTRATOR)
    answer = client.get("/search/", {"q": "lab"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert f'href="/subscriptions/{LAB}/"' in page
    assert "<html" not in page
    assert "HX-Request" in answer.headers["Vary"]
    assert client.get("/search/", {"q": "l"}, headers={"HX-Request": "true"}).content.strip() == b""
    nothing = client.get("/search/", {"q": "nowhere"}, headers={"HX-Request": "true"}).content.decode()
    assert "Nothing that is open to you is called so." in nothing


def test_nobody_searches_without_signing_in(office: Office, client: Client) -> None:
    """And the words are kept for after."""
    assert client.get("/search/?q=lab").headers["Location"] == "/sign-in/?next=/search/%3Fq%3Dlab"
