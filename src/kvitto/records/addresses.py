"""A person's address: changing it, proving it, and knowing whom an address meant before.

Nobody learns from here whether an address is somebody else's: `change_address` answers with False, and the doors say
the same as for any address that was never proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from kvitto.records.audit import Door, Result, note
from kvitto.records.models import FormerAddress, Person
from kvitto.records.people import known_people


def is_taken(address: str, by_other_than: Person) -> bool:
    """Whether somebody else signs in with this address."""
    return Person.objects.filter(email=address.lower()).exclude(pk=by_other_than.pk).exists()


def is_proved(person: Person) -> bool:
    """Whether the person showed that mail to their address reaches them."""
    return bool(EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists())


def address_waiting(person: Person) -> EmailAddress | None:
    """The address the person wants to change to, until they follow the link that was sent there."""
    return EmailAddress.objects.filter(user=person).exclude(email=person.email).order_by("pk").last()


def current_row(person: Person) -> EmailAddress:
    """What allauth keeps of the person's own address."""
    row, _ = EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"primary": True})
    return row


def want_address(person: Person, address: str) -> EmailAddress:
    """Remember the address the person wants to change to, instead of one wanted before; the old one stays in use."""
    with transaction.atomic():
        EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()
        return EmailAddress.objects.create(user=person, email=address.lower())


def prove(person: Person) -> None:
    """Note that mail to the person's address reaches them."""
    row = current_row(person)
    if not row.verified or not row.primary:
        EmailAddress.objects.filter(pk=row.pk).update(verified=True, primary=True)


def change_address(person: Person, address: str, at: datetime, door: Door, *, is_proved: bool) -> bool:
    """Let the person sign in with this address from now on; False, and nothing is changed, if it is somebody else's.

    The old address stays known as theirs.
    """
    address, old = address.strip().lower(), person.email
    try:
        with transaction.atomic():
            if is_taken(address, person):
                return False
            Person.objects.filter(pk=person.pk).update(email=address)
            EmailAddress.objects.filter(user=person).delete()
            EmailAddress.objects.create(user=person, email=address, verified=is_proved, primary=True)
            FormerAddress.objects.filter(address=address, person=person).delete()
            if old != address:
                FormerAddress.objects.update_or_create(address=old, defaults={"person": person, "left_at": at})
            who = person.pk if door is Door.PORTAL else None
            note("person.address", Result.DONE, who=who, door=door, facts={"person": str(person.pk)}, at=at)
    except IntegrityError:  # somebody took it at the same moment
        return False
    person.email = address
    return True


def addresses_left(person: Person) -> list[str]:
    """The addresses the person had and nobody has now."""
    left = person.former_addresses.exclude(address__in=Person.objects.values("email"))
    return list(left.values_list("address", flat=True))


def renamed_addresses() -> Mapping[str, str]:
    """For each address that somebody had and nobody has now: the one that this person has instead."""
    rows = FormerAddress.objects.exclude(address__in=Person.objects.values("email"))
    return dict(rows.filter(person__in=known_people()).values_list("address", "person__email"))
