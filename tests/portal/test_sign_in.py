"""Signing in and out: people the office knows, by e-mail and password, and nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from kvitto.records.models import Person
from tests.portal.small_office import ADMINISTRATOR, PASSWORD

pytestmark = pytest.mark.database


@pytest.fixture
def person(db: None) -> Person:
    """Someone who can sign in."""
    from django.core.cache import cache

    cache.clear()
    return Person.objects.create_user(ADMINISTRATOR, PASSWORD, name="Anna Lindqvist")


def test_a_page_asks_to_sign_in_and_leads_back(client: Client, person: Person) -> None:
    """Signed out, a page leads to the sign-in with its own address, and signing in leads back there."""
    asked = client.get("/subscriptions/?search=lab")
    assert asked.headers["Location"] == "/sign-in/?next=/subscriptions/%3Fsearch%3Dlab"
    form = client.get(asked.headers["Location"])
    assert 'name="next" value="/subscriptions/?search=lab"' in form.content.decode()
    filled = {"login": ADMINISTRATOR, "password": PASSWORD, "next": "/subscriptions/?search=lab"}
    answer = client.post("/sign-in/", filled)
    assert answer.headers["Location"] == "/subscriptions/?search=lab"


def test_the_address_is_compared_without_regard_to_case(client: Client, person: Person) -> None:
    """Anna@Nordlys.example is anna@nordlys.example."""
    answer = client.post("/sign-in/", {"login": "Anna@Nordlys.EXAMPLE", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_look_alike(client: Client, person: Person) -> None:
    """Whether an address is known here cannot be learned from the sign-in."""
    answers = [
        client.post("/sign-in/", {"login": email, "password": "something else"}).content.decode()
        for email in (ADMINISTRATOR, "nobody@nordlys.example")
    ]
    errors = [answer.partition('role="alert"')[2].partition("</div>")[0] for answer in answers]
    assert errors[0]
    assert errors[0] == errors[1]


def test_nobody_is_led_to_another_site(client: Client, person: Person) -> None:
    """An address of another host is no place to go on to."""
    answer = client.post("/sign-in/", {"login": ADMINISTRATOR, "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client, person: Person) -> None:
    """Guessing is slowed down per address and sender."""
    for _ in range(5):
        client.post("/sign-in/", {"login": ADMINISTRATOR, "password": "wrong"})
    answer = client.post("/sign-in/", {"login": ADMINISTRATOR, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many" in answer.content.decode()


def test_too_many_requests_have_a_page_of_their_own(client: Client, person: Person) -> None:
    """The sender's limit answers 429 with what to do."""
    answers = [client.post("/sign-in/", {"login": f"{n}@x.example", "password": "wrong"}) for n in range(31)]
    assert answers[-1].status_code == 429
    assert "Wait five minutes" in answers[-1].content.decode()


def test_signing_out_needs_a_click_and_says_so(client: Client, person: Person) -> None:
    """Opening the address asks; sending the form signs out."""
    client.force_login(person)
    assert "Stay signed in" in client.get("/sign-out/").content.decode()
    left = client.post("/sign-out/", follow=True)
    assert "You have signed out." in left.content.decode()
    assert client.get("/subscriptions/").status_code == 302


def test_a_closed_account_is_told_so(client: Client, person: Person) -> None:
    """The right password of someone who was shut out leads to a page that says whom to ask."""
    person.is_active = False
    person.save()
    answer = client.post("/sign-in/", {"login": ADMINISTRATOR, "password": PASSWORD}, follow=True)
    assert "Subscriptions" not in answer.content.decode()
    assert client.get("/subscriptions/").status_code == 302


def test_a_password_can_be_changed_by_who_knows_the_old_one(client: Client, person: Person) -> None:
    """The new password counts at once, and the person stays signed in."""
    client.force_login(person)
    new = "eleven quiet rivers"
    answer = client.post("/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.headers["Location"] == "/profile/"
    person.refresh_from_db()
    assert person.check_password(new)
    assert client.get("/password/").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("not it", "eleven quiet rivers", "eleven quiet rivers", "current password"),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "password1234", "password1234", "too common"),
        (PASSWORD, "anna@nordlys", "anna@nordlys", "too similar"),
        (PASSWORD, "eleven quiet rivers", "eleven quiet river", "same password"),
    ],
)
def test_a_password_that_will_not_do_is_explained(
    client: Client, person: Person, old: str, new: str, again: str, said: str
) -> None:
    """The reason stands beside the field, and nothing changes."""
    client.force_login(person)
    answer = client.post("/password/", {"oldpassword": old, "password1": new, "password2": again})
    assert said in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("name", ["account_signup", "account_email", "socialaccount_signup", "mfa_signup_webauthn"])
def test_nobody_registers_themselves(name: str) -> None:
    """The pages of allauth that this portal does not need do not exist."""
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/accounts/signup/", "/sign-in/signup/", "/admin/", "/password/reset/"])
def test_their_usual_addresses_lead_nowhere(client: Client, db: None, path: str) -> None:
    """Nor do they answer under the addresses they usually have."""
    assert client.get(path).status_code == 404
