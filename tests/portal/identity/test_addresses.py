"""Changing one's address: the old one works until the new one is proved, and nobody learns whose an address is."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.test import Client

from kvitto.records.addresses import is_proved
from kvitto.records.models import FormerAddress, Person
from tests.mail_server import Postbox, link_in, text_of
from tests.portal.identity.people import ANNA, ERIK, NEW, PASSWORD, noted, person

pytestmark = pytest.mark.database


@pytest.fixture
def signed_in(client: Client, anna: Person) -> Client:
    """Anna, who just showed that it is her."""
    client.force_login(anna)
    client.post("/sign-in/again/", {"password": PASSWORD})
    return client


def change(client: Client, email: str) -> str:
    """Ask for another address; the page that answers."""
    page = client.post("/profile/address/", {"email": email}, follow=True).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_the_password_is_asked_for_first(client: Client, anna: Person, postbox: Postbox) -> None:
    """Whoever finds the browser open takes over nothing."""
    client.force_login(anna)
    asked = client.post("/profile/address/", {"email": NEW})
    assert asked.headers["Location"].startswith("/sign-in/again/")
    assert not EmailAddress.objects.filter(email=NEW).exists()
    assert "It is not" not in client.get("/sign-in/again/").content.decode()


def test_the_new_address_counts_once_its_link_is_followed(signed_in: Client, anna: Person, postbox: Postbox) -> None:
    """Until then the old one does; it is told of both."""
    page = change(signed_in, NEW.upper())
    assert f"Waiting for {NEW} to be verified" in page
    told, link = postbox.next_to(ANNA), postbox.next_to(NEW)
    assert told["Subject"] == "Your address is to be changed"
    assert NEW in text_of(told)
    anna.refresh_from_db()
    assert anna.email == ANNA
    assert Client().post("/sign-in/", {"login": ANNA, "password": PASSWORD}).status_code == 302

    confirm = Client().get(link_in(link)).content.decode()
    assert f"Is {NEW} your address?" in confirm
    anna.refresh_from_db()
    assert anna.email == ANNA  # programs that follow links in mails change nothing
    signed_in.post(link_in(link))
    anna.refresh_from_db()
    assert anna.email == NEW
    assert is_proved(anna)
    assert FormerAddress.objects.get().address == ANNA
    changed = postbox.next_to(ANNA)
    assert changed["Subject"] == "Your address was changed"
    assert "from 127.0.0.1" in text_of(changed)
    assert noted("person.address") == [(str(anna.pk), "done", {"person": str(anna.pk)})]
    assert Client().post("/sign-in/", {"login": NEW, "password": PASSWORD}).status_code == 302
    assert Client().post("/sign-in/", {"login": ANNA, "password": PASSWORD}).status_code == 200
    assert "does not work any longer" in signed_in.get(link_in(link)).content.decode()


def test_somebody_elses_address_looks_like_any_other(signed_in: Client, anna: Person, postbox: Postbox) -> None:
    """The answer is the same; its owner is told, gets no link, and keeps it."""
    person(ERIK, "Erik")
    free, taken = change(signed_in, "free@x.example"), change(signed_in, ERIK)
    assert free.replace("free@x.example", "…") == taken.replace(ERIK, "…")
    messages = [postbox.next() for _ in range(4)]
    assert [message["To"] for message in messages] == [ANNA, "free@x.example", ANNA, ERIK]
    assert "http" not in text_of(messages[3]).replace("http://testserver", "")
    row = EmailAddress.objects.get(user=anna, email=ERIK)
    from allauth.account.models import EmailConfirmationHMAC

    page = signed_in.post(f"/address/{EmailConfirmationHMAC(row).key}/", follow=True)
    assert page.status_code == 200
    assert Person.objects.get(pk=anna.pk).email == ANNA


def test_an_address_taken_meanwhile_stays_its_owners(signed_in: Client, anna: Person, postbox: Postbox) -> None:
    """Between the link and following it somebody else came to have it."""
    change(signed_in, NEW)
    postbox.next()
    link = link_in(postbox.next_to(NEW))
    person(NEW, "Nils")
    assert signed_in.post(link, follow=True).status_code == 200
    assert Person.objects.get(pk=anna.pk).email == ANNA


def test_an_address_in_use_can_be_proved(client: Client, anna: Person, postbox: Postbox) -> None:
    """From the profile; it changes nothing else."""
    client.force_login(anna)
    assert "not verified" in client.get("/profile/").content.decode()
    client.post("/profile/address/prove/")
    link = link_in(postbox.next_to(ANNA))
    assert "is verified" in client.post(link, follow=True).content.decode()
    anna.refresh_from_db()
    assert is_proved(anna)
    assert anna.email == ANNA
    assert not FormerAddress.objects.exists()


def test_a_change_can_be_taken_back(signed_in: Client, anna: Person, postbox: Postbox) -> None:
    """Its link does nothing then."""
    change(signed_in, NEW)
    postbox.next()
    link = link_in(postbox.next_to(NEW))
    signed_in.post("/profile/address/keep/")
    assert "does not work any longer" in signed_in.get(link).content.decode()
    assert "Waiting for" not in signed_in.get("/profile/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "required"), ("nonsense", "valid email"), (ANNA.upper(), "your address already"), ("x" * 400, "valid email")],
)
def test_what_is_no_new_address_is_said_beside_the_field(
    signed_in: Client, postbox: Postbox, typed: str, said: str
) -> None:
    """And what was typed is still there."""
    page = change(signed_in, typed)
    assert said in page
    assert typed in page
    assert postbox.is_empty()


def test_without_mail_nothing_can_be_changed_here(client: Client, anna: Person) -> None:
    """The page says whom to ask; a form sent all the same does nothing."""
    client.force_login(anna)
    assert "operator to change it" in change(client, NEW)
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_the_database_knows_no_two_people_of_one_address(anna: Person) -> None:
    """Whatever its case, and whoever writes."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email=ANNA.upper())
