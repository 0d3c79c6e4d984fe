"""Letting people in: inviting them, and helping those who lost what they sign in with.

Both make a link that works once. Where the office sends mail, an invitation goes to the person; a recovery link never
does, because who cannot get in may have lost the mailbox as well: the operator hands it over.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.db import transaction

from kvitto.errors import UnableTo
from kvitto.language import LANGUAGES, Phrase, phrase, speaking
from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.models import Person
from kvitto.records.sessions import end_sessions
from kvitto.records.sign_in_links import LIFE, Purpose, make_link
from kvitto.runs.mail_out import UnableToMail, send_mail, sends_mail
from kvitto.runs.office import Office

PERSON = "person"


class UnableToLetIn(UnableTo):
    """The person is closed out, or is none."""


@dataclass(frozen=True)
class Invited:
    """How an invitation went: mailed, or else the link to hand over and, if mail was tried, why it did not leave."""

    email: str
    link: str
    is_mailed: bool
    problem: Phrase | None = None


@dataclass(frozen=True)
class Recovered:
    """What recovering did: the link to hand over, and what was taken away."""

    email: str
    link: str
    factors_removed: int
    sessions_ended: int


def invite(office: Office, person: Person, *, by_mail: bool = True) -> Invited:
    """Make a link by which the person sets a password, and mail it to them if the office sends mail.

    A link that could not be mailed is given back to be handed over; it then proves no address. Raises `UnableToLetIn`.
    """
    _require_a_person(person)
    problem = None
    if by_mail and sends_mail(office):
        link = _link(office, person, Purpose.INVITATION, is_mailed=True)
        try:
            send_mail(office, _invitation(office, person, link))
        except UnableToMail as error:
            problem = error.phrase
        else:
            return Invited(person.email, link, is_mailed=True)
    link = _link(office, person, Purpose.INVITATION, is_mailed=False)
    return Invited(person.email, link, is_mailed=False, problem=problem)


def recover(office: Office, person: Person) -> Recovered:
    """Take away the person's password, second factors and sessions, and make a link by which they start again.

    All in one transaction. Raises `UnableToLetIn`.
    """
    _require_a_person(person)
    with transaction.atomic():
        factors = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES).count()
        Authenticator.objects.filter(user=person).delete()
        person.set_unusable_password()
        person.save(update_fields=["password"])
        ended = end_sessions(person)
        link = _link(office, person, Purpose.RECOVERY, is_mailed=False)
    return Recovered(person.email, link, factors, ended)


def _link(office: Office, person: Person, purpose: Purpose, *, is_mailed: bool) -> str:
    at = office.now()
    with transaction.atomic():
        text = make_link(person, purpose, at, is_mailed=is_mailed)
        facts: dict[str, Fact] = {"person": str(person.pk), "mailed": is_mailed}
        action = "person.invite" if purpose is Purpose.INVITATION else "person.recover"
        note(action, Result.DONE, door=Door.COMMAND, facts=facts, at=at)
    return f"{office.address}/invitations/{text}/"


def _require_a_person(person: Person) -> None:
    if person.kind != PERSON:
        raise UnableToLetIn(phrase("{email} is a program: it has no pages to sign in to.", email=person.email))
    if not person.is_active:
        raise UnableToLetIn(phrase("The sign-in of {email} is closed.", email=person.email))


def _invitation(office: Office, person: Person, link: str) -> EmailMessage:
    """The mail, in the person's language if they chose one, else in the office's."""
    code = person.language if person.language in LANGUAGES else office.language
    with speaking(code):
        body = (
            phrase("Hello {name},", name=person.get_full_name()),
            phrase("You can see bills and the usage behind them. Choose a password here, and you are signed in:"),
            link,
            phrase("The link works once, in the next {days} days. It is for you alone: please do not pass it on.",
                   days=LIFE.days),
            phrase("If you did not expect this mail, you need do nothing."),
        )  # fmt: skip
        subject = str(phrase("Your invitation to {address}", address=office.address.partition("://")[2]))
        return EmailMessage(subject, "\n\n".join(str(part) for part in body) + "\n", to=[person.email])
