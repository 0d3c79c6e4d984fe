"""Erasing a person, unless an account would be left without anybody who could grant roles on it."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.erasure import erase, owned_alone_by
from kvitto.records.people import person_called
from kvitto.runs.jobs.prepared_files import sweep_prepared
from kvitto.runs.office import Office


class UnableToErase(UnableTo):
    """The person is the last owner of something."""


@dataclass(frozen=True)
class Erased:
    """Under which random id the person stays, and how many roles ended."""

    id: str
    roles_ended: int


def erase_person(office: Office, email: str, *, even_if_last: bool = False) -> Erased:
    """Erase the person with this address; see `records.erasure`.

    Raises `UnknownPerson`, or `UnableToErase` for the last owner or administrator of an account unless `even_if_last`.
    An agreements file that still names the address makes a new person of it, with a new id and the roles it says,
    when it is applied: take the address out of the file first.
    """
    person = person_called(email)
    alone = owned_alone_by(person)
    if alone and not even_if_last:
        raise UnableToErase(
            phrase(
                "{email} is the last owner or administrator of {accounts}: nobody else could grant roles there. Give"
                " that role to somebody else first, or add --even-if-last.",
                email=person.email,
                accounts=tuple(scope.id for scope in alone),
            )
        )
    erased = Erased(str(person.pk), erase(person, office.today(), office.now()))
    sweep_prepared(office)
    return erased
