"""Erasing a person: nothing tells who they were, the audit trail stays whole, and no account is left without owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import models
from django.test import Client

from kvitto.records.audit_check import verify
from kvitto.records.models import AuditEntry, Group, Person, RoleAssignment
from kvitto.records.people import UnknownPerson, known_people
from kvitto.runs.apply_agreements import apply
from kvitto.runs.erase_person import UnableToErase, erase_person
from kvitto.runs.office import Office
from kvitto.runs.statement import statement_of
from tests.runs.offices import AGREEMENTS, at, written

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ANNA, BO = "anna@daugava.example", "bo@daugava.example"


@pytest.fixture
def spring(office: Callable[..., Office]) -> Office:
    """An office in which Anna administers an account alone, and Bo reads bills."""
    made = office(clock=date(2024, 2, 1))
    apply(made, written(made, "agreements.toml", AGREEMENTS))
    return at(made, date(2024, 3, 1))


def everything() -> str:
    """All that the database holds, as text."""
    kinds: list[type[models.Model]] = list(apps.get_models())
    return "".join(serializers.serialize("json", kind._default_manager.all()) for kind in kinds)  # noqa: SLF001 - Django's own


def test_nothing_in_the_database_tells_who_it_was(spring: Office, client: Client) -> None:
    """Name, address, password, sessions, the sign-in library's rows and memberships are gone; the random id stays."""
    bo = Person.objects.get(email=BO)
    EmailAddress.objects.create(user=bo, email=BO)
    Group.objects.create(key="readers", name="Readers").members.add(bo)
    client.force_login(bo)
    assert Session.objects.count() == 1
    erased = erase_person(spring, " Bo@Daugava.example")
    assert erased.id == str(bo.id)
    assert erased.roles_ended == 1
    assert Session.objects.count() == 0
    for trace in (BO, "Bo Billing", bo.password):
        assert trace not in everything()
    left = Person.objects.get(pk=bo.pk)
    assert not left.is_active
    assert not left.has_usable_password()
    assert Group.objects.get().members.count() == 0
    assert BO not in [person.email for person in known_people()]


def test_roles_end_and_stay_on_record_under_the_random_id(spring: Office) -> None:
    """From today nobody holds the role; that somebody did until today is still known."""
    person = Person.objects.get(email=BO)
    erase_person(spring, BO)
    (role,) = RoleAssignment.objects.filter(superseded_in=None, person=person)
    assert (role.valid_from, role.valid_to) == (date(2024, 2, 1), date(2024, 3, 1))
    noted = AuditEntry.objects.filter(action__in=("role.withdraw", "person.erase")).order_by("number")
    assert [json.loads(entry.facts)["person"] for entry in noted] == [str(person.id)] * 2
    assert verify().faults == ()


def test_the_last_administrator_of_an_account_is_not_erased_by_mistake(spring: Office) -> None:
    """The refusal names the account; somebody else in that role, or a word, lets it happen."""
    with pytest.raises(UnableToErase, match=r"last owner or administrator of daugava.*--even-if-last"):
        erase_person(spring, ANNA)
    assert Person.objects.get(email=ANNA).is_active
    other = Person.objects.get(email=BO)
    mine = RoleAssignment.objects.get(person__email=ANNA, role="account-administrator", superseded_in=None)
    RoleAssignment.objects.create(
        person=other, role=mine.role, scope_kind=mine.scope_kind, scope_key=mine.scope_key,
        valid_from=mine.valid_from, recorded_in=mine.recorded_in,
    )  # fmt: skip
    erase_person(spring, ANNA)
    with pytest.raises(UnableToErase):
        erase_person(spring, BO)
    erase_person(spring, BO, even_if_last=True)


def test_an_erased_person_is_unknown(spring: Office) -> None:
    """Asked a second time, there is nobody; nor under the placeholder."""
    erase_person(spring, BO)
    for address in (BO, f"{Person.objects.get(email__endswith='@erased.invalid').pk}@erased.invalid"):
        with pytest.raises(UnknownPerson):
            erase_person(spring, address)
        with pytest.raises(UnknownPerson):
            statement_of(spring, "lab", address)


def test_a_file_that_still_names_the_address_makes_a_new_person(spring: Office) -> None:
    """With a new id and the roles of the file; the old one stays erased."""
    old = Person.objects.get(email=BO)
    erase_person(spring, BO)
    apply(spring, spring.home / "agreements.toml")
    new = Person.objects.get(email=BO)
    assert new.pk != old.pk
    assert new.role_assignments.filter(superseded_in=None, valid_to=None).count() == 1
    assert old.role_assignments.filter(superseded_in=None, valid_to=None).count() == 0
