"""Erasing a person: everything that tells who they were goes, their random id stays where something was done.

Roles they held end and stay in the record under that id, and so do entries of the audit trail, which hold nothing else
of them. Agreements no longer name their address. Issued invoices keep what the law asks: a name or an address that
stands on one stays on it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.addresses import addresses_left
from kvitto.records.audit import Door, Note, Result, note_many
from kvitto.records.copy_requests import remove_requests_of
from kvitto.records.erased_addresses import forget_address
from kvitto.records.models import Person, Revision, RoleAssignment
from kvitto.records.people import ERASED
from kvitto.records.revision_notes import revision_notes
from kvitto.records.revisions import hold_revisions, next_revision
from kvitto.records.sessions import end_sessions

OWNING_ROLES = (
    Role.ACCOUNT_ADMINISTRATOR,
    Role.BILLING_ACCOUNT_OWNER,
    Role.ENTERPRISE_ADMINISTRATOR,
    Role.ACCOUNT_OWNER,
    Role.PARTNER_ADMINISTRATOR,
    Role.GLOBAL_ADMINISTRATOR,
)


def owned_alone_by(person: Person) -> list[Scope]:
    """The accounts whose last owner or administrator this person is, in order: nobody else could grant roles there."""
    owners = RoleAssignment.objects.filter(role__in=OWNING_ROLES, superseded_in=None, valid_to=None)
    mine = {Scope(ScopeKind(row.scope_kind), row.scope_key) for row in owners.filter(person=person)}
    in_groups = owners.filter(group__members=person)
    mine |= {Scope(ScopeKind(row.scope_kind), row.scope_key) for row in in_groups}
    others = owners.filter(scope_key__in={scope.id for scope in mine}, person__is_active=True).exclude(person=person)
    of_groups = owners.filter(scope_key__in={scope.id for scope in mine}, group__members__is_active=True).exclude(
        group__members=person
    )
    shared = {Scope(ScopeKind(row.scope_kind), row.scope_key) for row in (*others, *of_groups)}
    return sorted(mine - shared, key=lambda scope: (scope.kind, scope.id))


def erase(person: Person, today: date, at: datetime) -> int:
    """Erase the person, all in one transaction; how many roles ended.

    Their sessions end, so a page that they have open asks for a sign-in that nobody can pass.
    """
    _overwrite_what_goes()
    with transaction.atomic():
        hold_revisions()
        ended = _end_roles(person, today, at)
        end_sessions(person)
        for address in (person.email, *addresses_left(person)):
            forget_address(address)
        _remove_what_belongs_to(person)
        Person.objects.filter(pk=person.pk).update(
            email=f"{person.pk}{ERASED}",
            name="",
            password=make_password(None),
            last_login=None,
            language="",
            time_zone="UTC",
            is_active=False,
            directory="",
            directories=[],
            is_operator=False,
            last_scope="",
            preferences={},
        )
        note_many([Note("person.erase", Result.DONE, Door.COMMAND, at, facts={"person": str(person.pk)})])
    _empty_the_journal()
    return ended


def _end_roles(person: Person, today: date, at: datetime) -> int:
    held = list(RoleAssignment.objects.filter(person=person, superseded_in=None, valid_to=None))
    if not held:
        return 0
    revision = next_revision(at, "people erase")
    RoleAssignment.objects.filter(pk__in=[row.pk for row in held]).update(superseded_in=revision)
    RoleAssignment.objects.bulk_create([_ended(row, today, revision) for row in held if row.valid_from < today])
    note_many(revision_notes(revision, "roles.end"))
    return len(held)


def _ended(row: RoleAssignment, today: date, revision: Revision) -> RoleAssignment:
    return RoleAssignment(
        person_id=row.person_id,
        role=row.role,
        scope_kind=row.scope_kind,
        scope_key=row.scope_key,
        valid_from=row.valid_from,
        valid_to=today,
        recorded_in=revision,
    )


def _remove_what_belongs_to(person: Person) -> None:
    """Rows of libraries (addresses, second factors, single sign-on), former addresses and memberships.

    Roles and what we keep by id stay.
    """
    person.kvitto_groups.clear()
    remove_requests_of(person)
    person.jobs.all().delete()
    person.former_addresses.all().delete()
    person.sign_in_links.all().delete()
    for relation in Person._meta.related_objects:  # noqa: SLF001 - Django's documented API
        model = relation.related_model
        if model._meta.app_label != "records":  # noqa: SLF001 - the same
            model._default_manager.filter(**{relation.field.name: person}).delete()  # noqa: SLF001 - the same


def _overwrite_what_goes() -> None:
    """SQLite leaves what was removed readable in its file, unless it is told to write zeros over it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _empty_the_journal() -> None:
    """The pages as they were before lie in SQLite's journal until that is emptied; a reader may put it off."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
