"""The start page, and that every page can be opened by its address alone, under each name of the office."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.payments import Payment, PaymentKind
from kvitto.periods import midnight
from kvitto.portal.warming import warm_up
from kvitto.records.agreements import tree
from kvitto.records.amounts_due import amounts_due, past_due
from kvitto.records.invoices import list_invoices
from kvitto.records.large_accounts import large_accounts
from kvitto.records.models import InvoiceRecord
from kvitto.records.payments import standings
from kvitto.records.remembered import forget
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.office import Office
from tests.portal.small_office import (
    ADMINISTRATOR,
    COST_READER,
    CREDIT,
    LAB,
    PASSWORD,
    PROFILE,
    PROFILE_OWNER,
    STRANGER,
)

pytestmark = pytest.mark.database

SignIn = Callable[[str], Client]
DEEP = [
    (ADMINISTRATOR, "/subscriptions/"),
    (ADMINISTRATOR, f"/subscriptions/{LAB}/"),
    (ADMINISTRATOR, f"/subscriptions/{LAB}/invoices/"),
    (ADMINISTRATOR, f"/subscriptions/{LAB}/periods/2024-02-05/?by=meter"),
    (ADMINISTRATOR, "/billing/?agreement=MicrosoftOnlineServicesProgram"),
    (ADMINISTRATOR, "/billing-accounts/nordlys/properties/"),
    (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/"),
    (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/properties/"),
    (PROFILE_OWNER, "/invoice-sections/storage/"),
    (PROFILE_OWNER, "/search/?q=utrecht"),
]
HOSTS = ("portal.norrsken.example", "preview.norrsken.example")


def page(client: Client, address: str = "/") -> str:
    """The page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_process_reads_ahead_and_shows_the_same(office: Office, sign_in: SignIn) -> None:
    """What was read before the first page changes none; the largest accounts come first."""
    known = Counter(each.account_id for each in tree().subscriptions.values())
    assert large_accounts(1) == sorted(known.items(), key=lambda one: -one[1])
    assert large_accounts(1_000) == []
    before = page(sign_in(ADMINISTRATOR)).partition("<main")[2]
    forget()
    warm_up()
    assert page(sign_in(ADMINISTRATOR)).partition("<main")[2] == before


def test_who_has_nothing_is_told_what_would_appear(office: Office, sign_in: SignIn) -> None:
    """And who could give it; the search is there all the same."""
    shown = page(sign_in(STRANGER))
    assert f"Nothing is open to {STRANGER} yet." in shown
    assert 'action="/search/"' in shown
    assert "Recent invoices" not in shown


def test_the_latest_invoices_and_nobody_elses(office: Office, sign_in: SignIn) -> None:
    """With status and amount, each leading to its page."""
    shown = page(sign_in(ADMINISTRATOR))
    for one in list_invoices():
        assert (f"/invoices/{one.number}/" in shown) is (one.account_id == "nordlys")
    assert "due 19 Apr 2024" in shown


def test_who_sees_costs_only_is_told_that_no_invoice_is_theirs(office: Office, sign_in: SignIn) -> None:
    """Roles for costs open usage."""
    assert "your roles open usage only" in page(sign_in(COST_READER))


def test_past_due_invoices_need_attention(office: Office, sign_in: SignIn, settings: Settings) -> None:
    """From the day after the due date until they are paid."""
    client = sign_in(ADMINISTRATOR)
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2024, 4, 19)))
    assert "Needs attention" not in page(client)
    settings.OFFICE = Office(home=office.home, clock=midnight(date(2024, 4, 20)))
    assert "past due since 20 Apr 2024" in page(client)
    for one in list_invoices([Scope(ScopeKind.SUBSCRIPTION, LAB)]):
        record_payment(
            settings.OFFICE, one.number, Payment(PaymentKind.PAYMENT, date(2024, 4, 20), one.payable, one.number)
        )
    assert "Needs attention" not in page(client)


def test_amounts_due_follow_the_standing_of_each_invoice(office: Office) -> None:
    """One question for all of them gives what adding up one by one does."""
    today, every = date(2024, 5, 1), list_invoices()
    record_payment(office, every[0].number, Payment(PaymentKind.PAYMENT, date(2024, 3, 20), every[0].payable, "paid"))
    (found,) = amounts_due(InvoiceRecord.objects.all(), today)
    standing = standings(every)
    open_ones = [one for one in every if standing[one.number].amount_due]
    assert found.invoices == len(open_ones)
    assert found.amount.amount == sum(standing[one.number].amount_due.amount for one in open_ones)
    assert found.past_due == found.amount
    numbers = past_due(InvoiceRecord.objects.all(), today).values_list("number", flat=True)
    assert set(numbers) == {one.number for one in open_ones}


def test_the_period_without_invoice_of_where_one_was_last_has_its_reason(office: Office, sign_in: SignIn) -> None:
    """What stands in the list of invoices stands here too."""
    client = sign_in(ADMINISTRATOR)
    assert "Where you were last" not in page(client)
    page(client, f"/subscriptions/{CREDIT}/invoices/")
    shown = page(client)
    assert "Where you were last" in shown
    assert "your monthly credit of 150.00\N{NO-BREAK SPACE}USD covered the charges" in shown


def test_the_start_asks_few_questions(
    office: Office, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """However much is open."""
    client = sign_in(ADMINISTRATOR)
    page(client, f"/subscriptions/{CREDIT}/invoices/")
    with django_assert_max_num_queries(70):
        page(client)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(("email", "address"), DEEP)
def test_s06_s07_an_address_opens_its_page_after_the_sign_in(
    office: Office, settings: Settings, email: str, address: str, host: str
) -> None:
    """Under each name of the office: asked to sign in, one is led to the page that was asked for, on the same host."""
    settings.ALLOWED_HOSTS = list(HOSTS)
    client = Client(headers={"host": host})
    asked = client.get(address)
    assert asked.status_code == 302
    form = client.get(asked.headers["Location"])
    following = form.context["redirect_field_value"]
    answer = client.post("/sign-in/", {"login": email, "password": PASSWORD, "next": following})
    assert answer.headers["Location"] == address
    shown = page(client, address)
    assert not any(other in shown for other in HOSTS)


def test_who_asked_for_no_page_begins_at_the_start(office: Office, client: Client) -> None:
    """After the sign-in."""
    answer = client.post("/sign-in/", {"login": ADMINISTRATOR, "password": PASSWORD})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "address",
    [
        "/billing-accounts/{}/", "/billing-profiles/{}/", "/subscriptions/{}/", "/invoice-sections/{}/",
        "/billing-profiles/{}/properties/", "/billing-profiles/{}/sections/", "/billing-accounts/{}/usage-and-charges/",
        "/departments/{}/accounts/", "/customers/{}/usage/",
    ],
)  # fmt: skip
def test_unknown_and_others_give_the_same_page(office: Office, sign_in: SignIn, address: str) -> None:
    """Ids of others, of another kind, and that never existed."""
    client = sign_in(STRANGER)
    answers = [client.get(address.format(key)) for key in ("nordlys", "utrecht", LAB, "never")]
    assert {answer.status_code for answer in answers} == {404}
    bodies = [re.sub(rb'value="[^"]*"', b"", answer.content.partition(b"<main")[2]) for answer in answers]
    assert len(set(bodies)) == 1
