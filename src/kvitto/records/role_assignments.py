"""Role assignments of one scope: who holds what there, directly, and recording that one more does, or one no longer.

All inside the caller's transaction, which holds the revisions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.periods import midnight
from kvitto.records.access_view import View
from kvitto.records.agreement_holders import end_rows
from kvitto.records.audit import Fact, Result
from kvitto.records.models import AuditEntry, Group, Person, Revision, RoleAssignment
from kvitto.records.people import known_people
from kvitto.records.role_places import RolePlace

GRANTED = "access grant"
"""How the cause of a revision begins that gave one role to somebody outside the agreements file."""


@dataclass(frozen=True)
class Holder:
    """A person or a group: exactly one of them."""

    person: Person | None = None
    group: Group | None = None

    @property
    def name(self) -> str:
        """The address of a person, the id of a group."""
        return self.person.email if self.person else self.group.key if self.group else ""

    @property
    def facts(self) -> dict[str, Fact]:
        """As the audit trail names the holder."""
        return {"person": str(self.person.pk)} if self.person else {"group": self.name}


def holds(holder: Holder, role: Role, scope: Scope) -> bool:
    """True if exactly this holder holds the role on exactly this scope."""
    return _held(scope).filter(role=role, person=holder.person, group=holder.group).exists()


def other_holders(holder: Holder, role: Role, scope: Scope) -> list[Holder]:
    """Who else holds the role on exactly this scope."""
    rows = _held(scope).filter(role=role).exclude(person=holder.person, group=holder.group)
    return [Holder(row.person, row.group) for row in rows.select_related("person", "group").order_by("pk")]


def owns_another(holder: Holder, scope: Scope) -> bool:
    """True if the person owns an enrollment account beside this one; nobody owns two (agreements.md §2)."""
    owned = _current().filter(role=Role.ACCOUNT_OWNER, person=holder.person, scope_kind=scope.kind.value)
    return owned.exclude(scope_key=scope.id).exists()


def given_since(day: date, person: Person) -> int:
    """How many roles this person has given to others since the beginning of the day."""
    given = AuditEntry.objects.filter(who=str(person.pk), happened_at__gte=midnight(day))
    return given.filter(action="role.grant", outcome=Result.DONE).count()


def scopes_with(holder: Holder, role: Role, scopes: Collection[Scope]) -> list[Scope]:
    """Those of the scopes on which the holder holds the role."""
    rows = _current().filter(role=role, person=holder.person, group=holder.group)
    found = {Scope(ScopeKind(kind), key) for kind, key in rows.values_list("scope_kind", "scope_key")}
    return [scope for scope in scopes if scope in found]


def roles_kept(*scopes: Scope, without: tuple[Holder, Role] | None = None) -> list[Role]:
    """The roles held on these, one for each holder who may sign in; a group counts if any of its members may.

    `without`: as if this holder did not hold this role.
    """
    on = Q(pk=None)
    for scope in scopes:
        on |= Q(scope_kind=scope.kind.value, scope_key=scope.id)
    rows = _current().filter(on)
    if without:
        holder, role = without
        rows = rows.exclude(role=role, person=holder.person, group=holder.group)
    of_people = rows.filter(person__is_active=True)
    of_groups = rows.filter(group__members__is_active=True).distinct()
    return [Role(row.role) for row in (*of_people, *of_groups)]


def assign(holder: Holder, role: Role, scope: Scope, day: date, revision: Revision) -> None:
    """From this day on the holder holds the role."""
    RoleAssignment.objects.create(
        person=holder.person,
        group=holder.group,
        role=role.value,
        scope_kind=scope.kind.value,
        scope_key=scope.id,
        valid_from=day,
        recorded_in=revision,
    )


def end(holder: Holder, role: Role, scope: Scope, day: date, revision: Revision) -> None:
    """From this day on the holder no longer holds the role; that it was held stays on record."""
    gone = {row.pk for row in _held(scope).filter(role=role, person=holder.person, group=holder.group)}
    end_rows(_current(), {scope.id}, lambda row: row.pk in gone, revision, day)


def find_person(email: str, *, or_had_it: bool = False) -> Person | None:
    """Whoever has this address and was not erased; `or_had_it`: else whoever had it before."""
    found = known_people().filter(email=email).first()
    if found is None and or_had_it:
        return known_people().filter(former_addresses__address=email).first()
    return found


def new_person(email: str, directory: str) -> Person:
    """Somebody who cannot sign in until they are invited."""
    return Person.objects.create(email=email, directory=directory, password=make_password(None))


def find_group(key: str) -> Group | None:
    """The group with this id."""
    return Group.objects.filter(key=key).first()


def is_known_at(holder: Holder, place: RolePlace) -> bool:
    """True if whoever gives roles at the place may know of this group or program.

    They are in the group themselves, or it holds a role under the same billing account, or above the place.
    """
    if place.asker is None:
        return True
    if holder.group and holder.group.members.filter(pk=place.asker.person.pk).exists():
        return True
    rows = _current().filter(person=holder.person, group=holder.group)
    scopes = [Scope(ScopeKind(kind), key) for kind, key in rows.values_list("scope_kind", "scope_key")]
    return any(scope in place.spot.above for scope in scopes) or _shares_account(scopes, place)


def _shares_account(scopes: Sequence[Scope], place: RolePlace) -> bool:
    account = place.spot.account
    tree = View.above(scopes).tree if account else None
    return bool(tree and any(tree.account_of(scope) == account for scope in scopes))


def _held(scope: Scope) -> QuerySet[RoleAssignment]:
    return _current().filter(scope_kind=scope.kind.value, scope_key=scope.id)


def _current() -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(superseded_in=None, valid_to=None)
