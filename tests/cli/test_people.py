"""`kvitto people` as an operator uses it: letting people in, and helping who cannot get in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result
from django.test import Client
from pytest_django import Settings

from kvitto.access.roles import Role
from kvitto.cli.people import people
from kvitto.records.models import AuditEntry, FormerAddress, Person, SignInLink
from kvitto.runs.office import MailServer, Office
from tests.every_agreement import build, give, scope_of
from tests.mail_server import link_in, mail_server, text_of

MakeOffice = Callable[..., Office]
Run = Callable[..., Result]
pytestmark = pytest.mark.django_db

ASTRID, OLLE = "astrid@example.com", "olle@example.com"


@pytest.fixture
def astrid(db: None) -> Person:
    """Somebody who was never let in."""
    return Person.objects.create_user(ASTRID, name="Astrid Berg", language="sv")


@pytest.fixture
def run(office: MakeOffice, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Run:
    """Runs a command on the test's database; `mail=` names a mail server."""
    import kvitto.cli.office as door

    monkeypatch.setattr(door, "check_ready", lambda _office: None)
    monkeypatch.setenv("KVITTO_LANGUAGE", "en")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def ran(*arguments: str, mail: MailServer | None = None) -> Result:
        made = replace(office(clock=date(2024, 3, 20), portal_address="https://bills.example"), mail=mail)
        settings.OFFICE = made
        monkeypatch.setattr(door, "open_office", lambda _home: made)
        return CliRunner().invoke(people, list(arguments), catch_exceptions=False)

    return ran


def path_in(output: str) -> str:
    """The path of the link a command printed."""
    link = next(line for line in output.splitlines() if line.startswith("https://bills.example/"))
    return link.removeprefix("https://bills.example")


def state(run: Run, email: str) -> str:
    """What the list says of somebody."""
    return str(next(one["state"] for one in json.loads(run("list", "--json").output) if one["email"] == email))


def test_without_mail_the_link_is_printed(run: Run, astrid: Person) -> None:
    """It leads to the page that lets them in, and the trail tells of it without the address."""
    assert state(run, ASTRID) == "not-invited"
    output = run("invite", ASTRID.title()).output
    assert output.startswith(f"Give {ASTRID} this link; it works once, for seven days:\n")
    assert state(run, ASTRID) == "invited"
    assert Client().get(path_in(output), follow=True).status_code == 200
    entry = AuditEntry.objects.get(action="person.invite")
    assert json.loads(entry.facts) == {"person": str(astrid.pk), "mailed": False}


def test_with_mail_the_invitation_is_mailed_in_their_language(run: Run, astrid: Person) -> None:
    """And the link is not shown to the operator. Following a mailed link proves the address."""
    with mail_server() as postbox:
        output = run("invite", ASTRID, mail=postbox.server).output
        message = postbox.next_to(ASTRID)
    assert output == f"An invitation was mailed to {ASTRID}.\n"
    assert "https://bills.example/invitations/" in text_of(message)
    client = Client()
    client.get(link_in(message), follow=True)
    client.post("/invitations/", {"password1": "ten brave lanterns", "password2": "ten brave lanterns"})
    assert EmailAddress.objects.get(user=astrid).verified
    assert state(run, ASTRID) == "active"


def test_a_mail_that_does_not_leave_is_told_and_the_link_printed(run: Run, astrid: Person) -> None:
    """A link that was handed over proves no address."""
    Person.objects.filter(pk=astrid.pk).update(email="refused@example.com")
    with mail_server() as postbox:
        result = run("invite", "refused@example.com", mail=postbox.server)
    assert "it answered 550." in result.stderr
    assert path_in(result.stdout)
    assert not SignInLink.objects.get(used_at=None).is_mailed


def test_an_account_owner_is_pending_until_they_accept(run: Run) -> None:
    """All of those who are can be invited at once; once more invites nobody who came in."""
    run("list")
    build({"own": ""})
    owner = Person.objects.create_user(OLLE, name="Olle")
    give(owner, Role.ACCOUNT_OWNER, scope_of("own", "ea", "owner"))
    assert state(run, OLLE) == "pending"
    told = json.loads(run("invite", "--account-owners", "--json").output)
    assert [(one["email"], one["mailed"]) for one in told] == [(OLLE, False)]
    client = Client()
    client.get(told[0]["link"].removeprefix("https://bills.example"), follow=True)
    client.post("/invitations/", {"password1": "ten brave lanterns", "password2": "ten brave lanterns"})
    assert state(run, OLLE) == "active"
    assert run("invite", "--account-owners").output == "No account owner is pending.\n"


def test_who_is_nobody_or_closed_out_is_not_invited(run: Run, astrid: Person) -> None:
    """And nobody else either."""
    assert run("invite").exit_code == 1
    assert run("invite", ASTRID, OLLE).exit_code == 1
    Person.objects.filter(pk=astrid.pk).update(is_active=False)
    assert "is closed" in run("invite", ASTRID).output
    Person.objects.filter(pk=astrid.pk).update(is_active=True, kind="service-principal")
    assert "is a program" in run("recover", ASTRID, "--yes").output
    assert not SignInLink.objects.exists()


def test_recovering_takes_everything_away_and_prints_a_link(run: Run, astrid: Person) -> None:
    """Password, second factors and sessions are gone; the link lets them start again, once; the trail knows."""
    run("list")
    astrid.set_password("ten brave lanterns")
    astrid.save()
    Authenticator.objects.create(user=astrid, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user=astrid, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"})
    signed_in = Client()
    signed_in.force_login(astrid)
    output = run("recover", ASTRID, "--yes").output
    assert output.startswith("1 second factor was removed, 1 session ended.\n")
    astrid.refresh_from_db()
    assert not astrid.has_usable_password()
    assert not Authenticator.objects.filter(user=astrid).exists()
    assert signed_in.get("/profile/").status_code == 302
    client = Client()
    page = client.get(path_in(output), follow=True).content.decode()
    assert "second factors of astrid@example.com were removed" in page
    client.post("/invitations/", {"password1": "eleven quiet rivers", "password2": "eleven quiet rivers"})
    assert client.get("/profile/").status_code == 200
    assert Client().get(path_in(output), follow=True).status_code == 410
    assert AuditEntry.objects.filter(action="person.recover", door="command").count() == 1


def test_an_address_is_changed_and_the_old_one_stays_theirs(run: Run, astrid: Person) -> None:
    """For commands and for agreements files that still say it; never to somebody else's address."""
    assert run("change-address", ASTRID, "Astrid@New.example").output == (
        "astrid@new.example is the address to sign in with now.\n"
    )
    assert FormerAddress.objects.get().address == ASTRID
    assert run("invite", ASTRID).output.startswith("Give astrid@new.example this link")
    Person.objects.create_user(OLLE, name="Olle")
    assert run("change-address", ASTRID, OLLE.title()).output == f"Somebody else signs in as {OLLE}.\n"
    assert run("change-address", ASTRID, "nonsense").output == "nonsense is no e-mail address.\n"
