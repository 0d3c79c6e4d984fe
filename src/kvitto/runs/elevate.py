"""A directory's Global Administrator becomes billing account owner (roles.md §3)."""

from __future__ import annotations

from django.db import transaction

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records import gate
from kvitto.records.audit import Door, Result, note
from kvitto.records.audited import audited
from kvitto.records.models import Person, RoleAssignment
from kvitto.records.revisions import hold_revisions, next_revision
from kvitto.runs.office import Office


class UnableToElevate(UnableTo):
    """The person is a billing account owner already."""


def elevate(office: Office, person: Person, account: Scope, *, door: str = Door.COMMAND) -> None:
    """Give the person the role of billing account owner, because they are Global Administrator there.

    Applying an agreements file that does not name the role takes it away again. Raises `gate.NotFound`, `gate.Refused`
    (both leave a note in the audit trail) or `UnableToElevate`.
    """
    now = office.now()
    here = {"role": Role.BILLING_ACCOUNT_OWNER, "scope_kind": account.kind, "scope_key": account.id}
    told = audited("role.elevate", door=door, now=office.now, who=person.id, scope=account, refusals_only=True)
    with told, transaction.atomic():
        hold_revisions()
        gate.require(person, account, gate.Action.ELEVATE)
        revision = next_revision(now, f"access elevate {account.id}")
        if RoleAssignment.objects.filter(**here, person=person, superseded_in=None, valid_to=None).exists():
            raise UnableToElevate(phrase("{email} is an owner of {id} already.", email=person.email, id=account.id))
        RoleAssignment.objects.create(**here, person=person, valid_from=now.date(), recorded_in=revision)
        facts = {"person": str(person.id), "role": Role.BILLING_ACCOUNT_OWNER.value}
        note("role.elevate", Result.DONE, who=person.id, door=door, scope=account, facts=facts, at=now)
