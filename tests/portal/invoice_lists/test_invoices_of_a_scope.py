"""The invoices of one scope: what is listed, by type and time span, with which files, and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from kvitto.periods import midnight
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.office import Office
from tests.portal.small_office import (
    ADMINISTRATOR,
    COST_READER,
    CREDIT,
    LAB,
    PROFILE,
    PROFILE_OWNER,
    READER,
    STRANGER,
    TRIAL,
)

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
LIST = f"/subscriptions/{LAB}/invoices/"


def page_of(client: Client, address: str = LIST, **query: str) -> str:
    """The page, which must be there."""
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def words_of(page: str) -> str:
    """What it says, with plain spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())


def of_lab() -> list[IssuedInvoice]:
    """The Lab's invoices, newest first."""
    return [one for one in list_invoices() if one.scope.id == LAB]


def rows_of(page: str) -> list[str]:
    """The first day of each billing period that is listed."""
    return re.findall(r'class="row-link" href="[^"]+/periods/([^/]+)/', page)


def test_s24_each_period_has_its_total_its_download_and_what_all_come_to(office: Office, sign_in: SignIn) -> None:
    """The PDF, and in its menu the usage and the copies in other languages."""
    page = page_of(sign_in(ADMINISTRATOR))
    for one in of_lab():
        assert f"{one.payable.amount} {one.payable.currency}" in words_of(page)
        assert f'href="/invoices/{one.number}.pdf"' in page
        assert f'href="/invoices/{one.number}.pdf?language=nl"' in page
        assert f"/periods/{one.period.start}/usage.csv" in page
    together = sum(one.payable.amount for one in of_lab())
    assert f"Invoices less credit notes {together} USD" in words_of(page)


def test_what_is_given_back_is_taken_off_the_total(office: Office, sign_in: SignIn) -> None:
    """A replaced invoice counts once: itself, less its credit note, and the new one."""
    before = sum(one.payable.amount for one in of_lab())
    rebill(office, of_lab()[0].number)
    assert f"Invoices less credit notes {before} USD" in words_of(page_of(sign_in(ADMINISTRATOR)))


def test_s22_a_period_without_invoice_has_its_reason_and_its_usage(office: Office, sign_in: SignIn) -> None:
    """No usage; credit that covered it; a free trial: each in its words, with the file of what was used."""
    client = sign_in(ADMINISTRATOR)
    for subscription, reason in (
        (LAB, "there was no usage in the period"),
        (CREDIT, "your monthly credit of 150.00 USD covered the charges"),
        (TRIAL, "the subscription is a free trial"),
    ):
        page = page_of(client, f"/subscriptions/{subscription}/invoices/")
        assert "Not available" in page
        assert reason in words_of(page)
    assert f"/subscriptions/{TRIAL}/periods/2024-02-01/usage.csv" in page


def test_who_may_see_but_not_download_asks_for_a_copy(office: Office, sign_in: SignIn) -> None:
    """In the place of the button; no box, because nothing can be taken along."""
    page = page_of(sign_in(READER))
    for one in of_lab():
        assert f'href="/requests/new/?wanted={one.number}"' in page
        assert f'href="/invoices/{one.number}.pdf"' not in page
    assert 'name="number"' not in page
    assert 'id="zip"' not in page
    asked = sign_in(READER).get("/requests/new/", {"wanted": of_lab()[0].number})
    assert of_lab()[0].number in asked.content.decode()


@pytest.mark.parametrize("query", [{}, {"type": "support"}, {"span": "all"}, {"page": "9", "choose": "all"}])
def test_the_form_opens_nothing(office: Office, sign_in: SignIn, query: dict[str, str]) -> None:
    """Whatever is chosen, who may not see the list does not."""
    assert sign_in(COST_READER).get(LIST, query).status_code == 403
    assert sign_in(PROFILE_OWNER).get(LIST, query).status_code == 404
    assert sign_in(STRANGER).get(LIST, query).status_code == 404


def test_by_type(office: Office, sign_in: SignIn) -> None:
    """Services are the Lab's; a support plan has a list of its own, to which an empty one leads."""
    client = sign_in(ADMINISTRATOR)
    assert rows_of(page_of(client, type="services")) == rows_of(page_of(client))
    nothing = page_of(client, type="support")
    assert rows_of(nothing) == []
    assert "A support plan is a subscription of its own, with a list of invoices of its own." in nothing
    assert "No billing period fits what you chose." in page_of(client, type="marketplace")
    assert 'id="type"' not in page_of(sign_in(PROFILE_OWNER), f"/billing-profiles/{PROFILE}/invoices/")


def test_by_time_span(office: Office, sign_in: SignIn, settings: Settings) -> None:
    """Twelve months unless older ones are asked for; a period belongs to the month in which it ends."""
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2025, 2, 20)))
    client = sign_in(ADMINISTRATOR)
    last_year, everything = rows_of(page_of(client)), rows_of(page_of(client, span="all"))
    assert (last_year[-1], everything[-1]) == ("2024-01-05", "2023-12-05")
    assert "span=all" in page_of(client)
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2025, 3, 20)))
    assert rows_of(page_of(client))[-1] == "2024-02-05"


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"}, {"page": "-1"}, {"page": "9" * 40}, {"page": "٣"}, {"page": "x"}, {"span": "999999"},
        {"span": ""}, {"type": "' or 1=1 --"}, {"type": "<script>"}, {"type": "\0"}, {"choose": "x" * 4000},
    ],
)  # fmt: skip
def test_what_makes_no_sense_asks_for_nothing(office: Office, sign_in: SignIn, query: dict[str, str]) -> None:
    """The page is the one without it."""
    page = page_of(sign_in(ADMINISTRATOR), **query)
    assert rows_of(page) == rows_of(page_of(sign_in(ADMINISTRATOR)))
    assert "<script>" not in page.replace("<script src", "")


def test_several_are_chosen_without_scripts(office: Office, sign_in: SignIn) -> None:
    """A link checks all boxes of the page; the form then sends those numbers."""
    client = sign_in(ADMINISTRATOR)
    assert " checked" not in page_of(client)
    chosen = re.findall(r'name="number" value="([^"]+)" form="zip" checked', page_of(client, choose="all"))
    assert chosen == [one.number for one in of_lab()]
    answer = client.post("/downloads/invoices/", {"number": chosen})
    assert answer.headers["Content-Type"] == "application/zip"


def test_others_numbers_among_the_chosen_hide_all(office: Office, sign_in: SignIn) -> None:
    """Numbers that a page never offered, sent all the same."""
    others = next(one.number for one in list_invoices() if one.scope.id == PROFILE)
    own = [one.number for one in of_lab()]
    client = sign_in(ADMINISTRATOR)
    pages = [client.post("/downloads/invoices/", {"number": [*own, wrong]}) for wrong in (others, "K-2099-000001")]
    assert [page.status_code for page in pages] == [404, 404]
    alike = [re.sub(r'value="[^"]{64}"|K-20[0-9-]+', "", page.content.decode()) for page in pages]
    assert alike[0] == alike[1]


def test_past_due_counts_from_the_day_after_the_due_day(office: Office, sign_in: SignIn, settings: Settings) -> None:
    """On the due day itself nobody is late."""
    due = {one.due_date for one in of_lab()}
    assert due == {date(2024, 4, 19)}
    client = sign_in(ADMINISTRATOR)
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2024, 4, 19)))
    assert "past due" not in page_of(client)
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2024, 4, 21)))
    assert "past due since 20 Apr 2024" in words_of(page_of(client))


def test_queries_do_not_grow_with_periods(
    office: Office, sign_in: SignIn, settings: Settings, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Three periods or thirty, all in one span."""
    client = sign_in(ADMINISTRATOR)
    page_of(client, span="all")
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2026, 3, 20)))
    page_of(client, span="all")
    with django_assert_max_num_queries(85):
        page_of(client, span="all")
