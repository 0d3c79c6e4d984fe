"""People by their address, and their addresses by their random ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kvitto.access.roles import Role
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.models import Person, RoleAssignment

ERASED = "@erased.invalid"  # ends the address of someone who was erased; no real address can (RFC 2606)


class UnknownPerson(UnableTo):
    """Nobody has this address."""


def known_people() -> QuerySet[Person]:
    """Everyone who was not erased."""
    return Person.objects.exclude(email__endswith=ERASED)


def person_called(email: str) -> Person:
    """The person with this address, or who had it before, whatever its case. Raises `UnknownPerson`."""
    address = email.strip().lower()
    found = known_people()
    person = found.filter(email=address).first() or found.filter(former_addresses__address=address).first()
    if person is None:
        raise UnknownPerson(
            phrase("There is nobody with the address {email}. “kvitto people list” shows everyone.", email=email)
        )
    return person


def make_operator(person: Person, *, is_operator: bool, at: datetime) -> bool:
    """Let the person run the office from its pages, or no longer; False if it was so already. Noted in the trail."""
    with transaction.atomic():
        if not Person.objects.filter(pk=person.pk, is_operator=not is_operator).update(is_operator=is_operator):
            return False
        facts: dict[str, Fact] = {"person": str(person.pk), "operator": is_operator}
        note("person.operator", Result.DONE, door=Door.COMMAND, facts=facts, at=at)
    return True


def may_sign_in(person: Person) -> bool:
    """Whether the person ever came in, or has a password to come in with; else an invitation is what they wait for.

    So far the role of an account owner is pending, and from then on active.
    """
    return person.is_active and (person.last_login is not None or person.has_usable_password())


def account_owners() -> QuerySet[Person]:
    """Everyone who owns an account of an enrollment now, in order of address."""
    held = RoleAssignment.objects.filter(role=Role.ACCOUNT_OWNER, superseded_in=None, valid_to=None)
    return known_people().filter(pk__in=held.values("person_id")).order_by("email")


def addresses_of(ids: Iterable[str]) -> Mapping[str, str]:
    """The addresses of the people with these ids, as far as they are still known."""
    wanted = [UUID(each) for each in ids]
    return {str(key): email for key, email in known_people().filter(pk__in=wanted).values_list("pk", "email")}
