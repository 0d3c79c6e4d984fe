"""A page asks the same thing once, and never believes what it has changed itself."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kvitto.access.roles import Role
from kvitto.records.asked_once import asking_once
from kvitto.records.held_roles import roles_of
from kvitto.records.models import Person
from kvitto.records.revisions import hold_revisions, latest_revision, next_revision
from tests.every_agreement import build, give, scope_of

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
SCOPE = scope_of("own", "mca", "profile")

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    """Somebody who reads the bills of a profile."""
    build({"own": ""})
    found = Person.objects.create(email="reader@customer.example")
    give(found, Role.BILLING_PROFILE_READER, SCOPE)
    return found


def test_the_same_question_is_asked_once(person: Person) -> None:
    """By whomever; another question is another."""
    other = Person.objects.create(email="other@customer.example")
    with asking_once(), CaptureQueriesContext(connection) as asked:
        assert roles_of(person) is roles_of(Person.objects.get(pk=person.pk))
        assert not roles_of(other)
    assert len(asked) == 3


def test_outside_every_question_is_asked(person: Person) -> None:
    """A command, or what was sent by a form, has no page."""
    with asking_once():
        roles_of(person)
    with CaptureQueriesContext(connection) as asked:
        roles_of(person)
        roles_of(person)
    assert len(asked) == 2


def test_whatever_is_written_makes_it_forget(person: Person) -> None:
    """What is held, what is recorded, and what waited for a lock."""
    with asking_once():
        assert roles_of(person)
        before = latest_revision()
        person.role_assignments.update(valid_to=date(2024, 3, 1))
        assert not roles_of(person)
        with transaction.atomic():
            hold_revisions()
            assert next_revision(NOW, "test").number == latest_revision() > before


def test_who_may_no_longer_sign_in_holds_nothing(person: Person) -> None:
    """Though they held something when it was asked before."""
    with asking_once():
        assert roles_of(person)
        person.is_active = False
        assert not roles_of(person)


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_back_is_not_believed(person: Person) -> None:
    """Neither inside what was begun and failed, nor after it."""
    with asking_once():
        assert roles_of(person)
        with suppress(ZeroDivisionError), transaction.atomic():
            person.role_assignments.update(valid_to=date(2024, 3, 1))
            assert not roles_of(person)
            raise ZeroDivisionError
        assert roles_of(person)
        with CaptureQueriesContext(connection) as asked:
            roles_of(person)
        assert not asked
