"""A forgotten password: a link by mail that says nothing to who guesses addresses."""

from __future__ import annotations

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.test import Client

from kvitto.records.models import Person
from tests.mail_server import Postbox, link_in, text_of
from tests.portal.identity.people import ANNA, ERIK, NEW, OTHER_PASSWORD, PASSWORD, noted, person

pytestmark = pytest.mark.database
NOBODY = "nobody@elsewhere.example"


def ask(client: Client, email: str) -> str:
    """Ask for a link; the page that answers."""
    answer = client.post("/password/forgotten/", {"email": email}, follow=True)
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_without_mail_the_page_says_whom_to_ask(client: Client, anna: Person) -> None:
    """No form, and nothing happens to who sends one."""
    page = client.get("/password/forgotten/").content.decode()
    assert "This office sends no mail." in page
    assert 'name="email"' not in page
    assert "This office sends no mail." in ask(client, ANNA)
    assert noted("person.forgotten-password") == []


def test_a_link_by_mail_sets_a_new_password_once(client: Client, anna: Person, postbox: Postbox) -> None:
    """The other sessions end, the person is told, and the link is used up."""
    elsewhere = Client()
    elsewhere.force_login(anna)
    ask(client, ANNA.upper())
    message = postbox.next_to(ANNA)
    assert message["Subject"] == "Set a new password"
    form = client.get(link_in(message), follow=True)
    assert "Set a new password" in form.content.decode()
    new = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    done = client.post(form.request["PATH_INFO"], new, follow=True)
    assert "Your new password is set" in done.content.decode()
    anna.refresh_from_db()
    assert anna.check_password(OTHER_PASSWORD)
    assert elsewhere.get("/profile/").status_code == 302
    assert "If it was not you" in text_of(postbox.next_to(ANNA))
    assert "does not work any longer" in Client().get(link_in(message), follow=True).content.decode()
    assert noted("person.forgotten-password") == [(str(anna.pk), "done", {})]
    assert noted("person.password") == [(str(anna.pk), "done", {"person": str(anna.pk), "how": "reset"})]


def test_the_answer_is_the_same_for_an_address_nobody_has(client: Client, anna: Person, postbox: Postbox) -> None:
    """To the letter; and strangers are not written to."""
    assert ask(client, ANNA) == ask(client, NOBODY)
    assert postbox.next_to(ANNA)
    ask(client, ANNA)
    assert postbox.next_to(ANNA)  # nothing came in between
    who, _, facts = noted("person.forgotten-password")[1]
    assert who == ""
    assert str(facts["address"]).startswith("sha256:")


def test_who_is_closed_out_or_a_program_gets_no_link(client: Client, anna: Person, postbox: Postbox) -> None:
    """The answer is the same again."""
    person(ERIK, "Erik", is_active=False)
    person("program@nordlys.example", "Program", kind="service-principal")
    pages = {ask(client, email) for email in (ERIK, "program@nordlys.example", ANNA)}
    assert len(pages) == 1
    assert postbox.next_to(ANNA)
    assert postbox.is_empty()


def test_an_address_somebody_only_asked_to_change_to_gets_no_link(
    client: Client, anna: Person, postbox: Postbox
) -> None:
    """A typing mistake hands the account to nobody."""
    EmailAddress.objects.create(user=anna, email=NEW)
    ask(client, NEW)
    ask(client, ANNA)
    assert postbox.next_to(ANNA)
    assert postbox.is_empty()


def test_the_mail_speaks_the_persons_language(client: Client, anna: Person, postbox: Postbox) -> None:
    """Not the one of the browser that asked."""
    Person.objects.filter(pk=anna.pk).update(language="en")
    client.post("/password/forgotten/", {"email": ANNA}, headers={"Accept-Language": "sv"})
    assert "Somebody asked for a new password." in text_of(postbox.next())


def test_asking_too_often_is_slowed_down(client: Client, anna: Person, postbox: Postbox) -> None:
    """Five a minute for one address, whoever's it is."""
    for _ in range(5):
        assert client.post("/password/forgotten/", {"email": NOBODY}).status_code == 302
    assert client.post("/password/forgotten/", {"email": NOBODY}).status_code == 429


@pytest.mark.parametrize("key", ["0-nonsense", "1-set-password", "zzzz-ab-cd"])
def test_a_link_that_was_made_up_is_no_fault(client: Client, anna: Person, key: str) -> None:
    """It says that it does not work."""
    answer = client.get(f"/password/new/{key}/")
    assert answer.status_code == 200
    assert "does not work any longer" in answer.content.decode()


def test_who_came_in_otherwise_can_set_a_first_password(client: Client, anna: Person) -> None:
    """And only then: who has one changes it."""
    client.force_login(anna)
    assert client.get("/password/first/").headers["Location"] == "/password/"
    anna.set_unusable_password()
    anna.save()
    client.force_login(anna)
    assert client.get("/password/").headers["Location"] == "/password/first/"
    new = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/password/first/", new).headers["Location"] == "/profile/"
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_a_new_password_opens_no_sign_in_that_was_closed_meanwhile(anna: Person) -> None:
    """Though the form was read by who saw it open."""
    seen = Person.objects.get(pk=anna.pk)
    Person.objects.filter(pk=anna.pk).update(is_active=False, name="Anna Andersson")
    get_adapter().set_password(seen, OTHER_PASSWORD)
    anna.refresh_from_db()
    assert (anna.is_active, anna.name, anna.check_password(OTHER_PASSWORD)) == (False, "Anna Andersson", True)
