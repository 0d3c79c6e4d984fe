"""A deep link under the wrong account or from the wrong directory (N10 to N12): what is said, and what never is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.access.roles import Role
from kvitto.config.home import make_home
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.every_agreement import build, give, invoice, scope_of
from tests.portal.identity.people import CLOCK

pytestmark = pytest.mark.django_db
DAY = date(2017, 1, 1)
OWNER, STRANGER = "owner@example.com", "stranger@example.com"
LINKS = (
    "/subscriptions/{}-mosp-subscription/invoices/",
    "/billing-accounts/{}-mca-account/invoices/",
    "/subscriptions/{}-mosp-subscription/periods/2017-01-01/",
    "/invoices/K-{}-mosp/",
    "/invoices/K-{}-mosp.pdf",
    "/account-center/{}-mosp-subscription/",
    "/partner-center/customers/{}-mpa-customer/",
)


@pytest.fixture
def office(db: None, tmp_path: Path, settings: Settings) -> None:
    """An account bound to tenant-b, one of the office's own; an owner in both directories, and a stranger in both."""
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=CLOCK)
    build({"own": "", "bound": "tenant-b"})
    for customer in ("own", "bound"):
        invoice(f"K-{customer}-mosp", customer, "mosp", DAY)
    owner = Person.objects.create_user(OWNER, name="Owner", directories=["tenant-b", "tenant-c"])
    Person.objects.create_user(STRANGER, name="Stranger", directories=["tenant-b", "tenant-c"])
    give(owner, Role.ACCOUNT_ADMINISTRATOR, scope_of("bound", "mosp", "account"))
    give(owner, Role.BILLING_ACCOUNT_OWNER, scope_of("bound", "mca", "account"))
    give(owner, Role.ADMIN_AGENT, scope_of("bound", "mpa", "account"))


def as_person(email: str) -> Client:
    """Signed in."""
    client = Client()
    client.force_login(Person.objects.get(email=email))
    return client


def told(client: Client, path: str) -> str:
    """The page of a link that leads nowhere, without its token and its own address."""
    answer = client.get(path)
    assert answer.status_code == 404, path
    page = answer.content.decode().split("<main", 1)[1]
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    return re.sub(r'name="next" value="[^"]+"', "", page)


@pytest.mark.parametrize("link", LINKS)
def test_from_another_directory_one_is_told_which(office: None, link: str) -> None:
    """One button switches there and opens what was asked for."""
    client = as_person(OWNER)
    path = link.format("bound")
    assert "It belongs to the directory tenant-b" in told(client, path)
    switched = client.post("/directory/", {"directory": "tenant-b", "next": path})
    assert switched.headers["Location"] == path
    assert "<option selected>tenant-b</option>" in client.get("/profile/").content.decode()
    assert client.get("/subscriptions/bound-mosp-subscription/access/").status_code == 200


def test_a_partner_is_told_from_where_partner_center_is_theirs(office: None) -> None:
    """A stranger is not."""
    assert "It belongs to the directory tenant-b" in told(as_person(OWNER), "/partner-center/")
    assert "tenant-b" not in told(as_person(STRANGER), "/partner-center/")


@pytest.mark.parametrize("link", LINKS)
def test_a_stranger_is_told_the_same_whether_it_is_there_or_not(office: None, link: str) -> None:
    """Under another account, from another directory, for what never existed: to the letter."""
    client = as_person(STRANGER)
    pages = {told(client, link.format(customer)) for customer in ("own", "bound", "nobody")}
    assert len(pages) == 1
    page = pages.pop()
    assert f"You are signed in as {STRANGER}." in page
    assert "An address may belong to a work account and to a personal one" in page
    assert "tenant" not in page


def test_signing_in_with_another_address_leads_back_to_the_link(office: None) -> None:
    """The button signs out, and the sign-in knows where one wanted to go."""
    client, path = as_person(STRANGER), "/invoices/K-bound-mosp/?language=sv"
    page = client.get(path).content.decode()
    found = re.search(r'name="next" value="(/sign-in/[^"]+)"', page)
    assert found
    answer = client.post("/sign-out/", {"next": found[1]}, follow=True)
    assert 'name="next" value="/invoices/K-bound-mosp/?language=sv"' in answer.content.decode()


def test_a_directory_that_is_not_theirs_is_not_named(office: None) -> None:
    """Who holds a role that no directory of theirs can use is a stranger there."""
    Person.objects.filter(email=OWNER).update(directories=["tenant-c"])
    assert "tenant" not in told(as_person(OWNER), "/invoices/K-bound-mosp/")


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_switching_leads_to_no_other_site(office: None, onward: str) -> None:
    """What is no address of these pages is left aside."""
    answer = as_person(OWNER).post("/directory/", {"directory": "tenant-b", "next": onward})
    assert answer.headers["Location"] == "/subscriptions/"


@pytest.mark.parametrize("id_", ["%00", "x" * 2000, "%F0%9F%98%80"])
def test_nothing_breaks_on_what_no_id_can_be(office: None, id_: str) -> None:
    """For someone of several directories, too."""
    for path in (f"/subscriptions/{id_}/invoices/", f"/invoices/{id_}/"):
        assert as_person(OWNER).get(path).status_code == 404
