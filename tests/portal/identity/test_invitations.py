"""Following an invitation: signed, for some days, once; and it says nothing to who has none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from kvitto.records.addresses import is_proved
from kvitto.records.models import Person, SignInLink
from kvitto.records.sign_in_links import LIFE, RECOVERY_LIFE, Purpose, make_link
from tests.portal.identity.people import ANNA, CLOCK, OTHER_PASSWORD, noted, office_with, person

pytestmark = pytest.mark.database
NEW = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}


@pytest.fixture
def invited(db: None) -> Person:
    """Somebody the office knows, who cannot sign in yet."""
    return Person.objects.create_user(ANNA, name="Anna Lindqvist")


def link_for(who: Person, purpose: Purpose = Purpose.INVITATION, *, is_mailed: bool = False) -> str:
    """The path of a new link."""
    return f"/invitations/{make_link(who, purpose, CLOCK, is_mailed=is_mailed)}/"


def test_an_invitation_lets_somebody_in(client: Client, invited: Person) -> None:
    """They choose a password and are signed in; no address of a page holds the link."""
    page = client.get(link_for(invited), follow=True)
    assert page.redirect_chain == [("/invitations/", 302)]
    assert f"You can see your bills as {ANNA}." in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert client.post("/invitations/", NEW).headers["Location"] == "/"
    assert client.get("/profile/").status_code == 200
    invited.refresh_from_db()
    assert invited.check_password(OTHER_PASSWORD)
    assert not is_proved(invited)
    assert noted("person.sign-in") == [(str(invited.pk), "allowed", {"way": "invitation"})]
    assert noted("person.password")[0][2]["how"] == "invitation"


def test_a_mailed_link_proves_the_address(client: Client, invited: Person) -> None:
    """Who followed it reads mail there."""
    client.get(link_for(invited, is_mailed=True))
    client.post("/invitations/", NEW)
    assert is_proved(invited)


def test_it_works_once(client: Client, invited: Person) -> None:
    """A second browser is told so, and so is one that had the page open."""
    link, other = link_for(invited), Client()
    for one in (client, other):
        one.get(link)
    client.post("/invitations/", NEW)
    late = other.post("/invitations/", {"password1": "twelve loud owls", "password2": "twelve loud owls"})
    assert late.status_code == 410
    assert other.get(link, follow=True).status_code == 410
    invited.refresh_from_db()
    assert invited.check_password(OTHER_PASSWORD)


@pytest.mark.parametrize(("purpose", "life"), [(Purpose.INVITATION, LIFE), (Purpose.RECOVERY, RECOVERY_LIFE)])
def test_it_works_for_some_days(
    client: Client, invited: Person, settings: Settings, purpose: Purpose, life: timedelta
) -> None:
    """Seven, or one that helps who cannot get in; not a second longer."""
    client.get(link_for(invited, purpose))
    for later, status in ((life - timedelta(seconds=1), 200), (life, 410)):
        settings.OFFICE = office_with()
        object.__setattr__(settings.OFFICE, "clock", CLOCK + later)
        assert client.get("/invitations/").status_code == status


def test_a_newer_link_and_signing_in_end_it(client: Client, invited: Person) -> None:
    """So that at most one is about, and none once the person is in."""
    first = link_for(invited)
    second = link_for(invited)
    assert client.get(first, follow=True).status_code == 410
    assert client.get(second, follow=True).status_code == 200
    client.force_login(invited)
    assert Client().get(second, follow=True).status_code == 410


@pytest.mark.parametrize(
    "link",
    ["nonsense", "abc.def", "x" * 3000, "%00", "' OR 1=1 --", "é.é"],
    ids=["word", "dot", "long", "nul", "sql", "é"],
)
def test_what_is_no_link_is_told_like_one_that_ended(client: Client, invited: Person, link: str) -> None:
    """The page for all of them is the same."""
    ended = link_for(invited)
    SignInLink.objects.all().delete()
    pages = []
    for path in (ended, f"/invitations/{link}/"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 410
        pages.append(answer.content)
        client.cookies.clear()
    assert "a newer one was made" in pages[0].decode()


def test_one_letter_changed_makes_it_none(client: Client, invited: Person) -> None:
    """It is signed, and kept as a digest alone."""
    link = link_for(invited)
    token = link.split("/")[2].partition(".")[0]
    assert not SignInLink.objects.filter(digest__contains=token).exists()
    flipped = link.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert client.get(flipped, follow=True).status_code == 410


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": OTHER_PASSWORD, "password2": "another"}, "same password"),
        ({"password1": "anna@nordlys", "password2": "anna@nordlys"}, "too similar"),
        ({}, "required"),
    ],
)
def test_a_password_that_will_not_do_leaves_the_link(
    client: Client, invited: Person, typed: dict[str, str], said: str
) -> None:
    """The sentence stands beside the field, and another try is welcome."""
    client.get(link_for(invited))
    assert said in client.post("/invitations/", typed).content.decode()
    assert client.post("/invitations/", NEW).status_code == 302


def test_whoever_is_signed_in_is_told_and_signed_out(client: Client, invited: Person) -> None:
    """A link that is opened in somebody else's browser does not mix them up."""
    client.force_login(person("erik@nordlys.example", "Erik"))
    page = client.get(link_for(invited), follow=True).content.decode()
    assert "In this browser erik@nordlys.example is signed in." in page
    client.post("/invitations/", NEW)
    assert ANNA in client.get("/profile/").content.decode()


def test_who_was_closed_out_is_let_in_by_no_link(client: Client, invited: Person) -> None:
    """Whatever is left of them."""
    link = link_for(invited)
    Person.objects.filter(pk=invited.pk).update(is_active=False)
    assert client.get(link, follow=True).status_code == 410


def test_guessing_is_slowed_down(client: Client, db: None) -> None:
    """Twenty a minute from one network address."""
    cache.clear()
    answers = [client.get(f"/invitations/{number}/").status_code for number in range(21)]
    assert answers[-1] == 429
