"""People by their address, and their addresses by their random ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.audit import Door, Result, note
from kvitto.records.models import Person

ERASED = "@erased.invalid"  # ends the address of someone who was erased; no real address can (RFC 2606)


class UnknownPerson(UnableTo):
    """Nobody has this address."""


def known_people() -> QuerySet[Person]:
    """Everyone who was not erased."""
    return Person.objects.exclude(email__endswith=ERASED)


def person_called(email: str) -> Person:
    """The person with this address, whatever its case. Raises `UnknownPerson`."""
    person = known_people().filter(email=email.strip().lower()).first()
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
        facts = {"person": str(person.pk), "operator": is_operator}
        note("person.operator", Result.DONE, door=Door.COMMAND, facts=facts, at=at)
    return True


def addresses_of(ids: Iterable[str]) -> Mapping[str, str]:
    """The addresses of the people with these ids, as far as they are still known."""
    wanted = [UUID(each) for each in ids]
    return {str(key): email for key, email in known_people().filter(pk__in=wanted).values_list("pk", "email")}
