"""Roles as they are recorded: what a person holds, alone and through groups, and who holds what on a scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Q, QuerySet

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.asked_once import asked_once
from kvitto.records.models import Group, Person, RoleAssignment
from kvitto.records.prepared import Given, prepared


@dataclass(frozen=True)
class Holding:
    """A person holds a role on a scope; `group` is the name of the group through which, empty for their own."""

    person: Person
    role: Role
    scope: Scope
    group: str = ""


@asked_once(lambda person: (person.pk, person.is_active))
def roles_of(person: Person) -> Mapping[Scope, set[Role]]:
    """What the person holds, alone and through groups; nothing for someone who may not sign in. One query."""
    held: dict[Scope, set[Role]] = defaultdict(set)
    if person.is_active:
        for role, kind, key in _held_by(person=person.pk):
            held[Scope(ScopeKind(kind), key)].add(Role(role))
    return held


@prepared
def _held_by(person: Given) -> QuerySet[RoleAssignment, tuple[str, str, str]]:
    rows = _current().filter(Q(person=person) | Q(group__members=person))
    return rows.values_list("role", "scope_kind", "scope_key")


def holdings_on(scopes: Collection[Scope]) -> list[Holding]:
    """Who holds what on these scopes, in order of address; people who may not sign in are left out. Three queries."""
    rows = list(
        _current().filter(scope_key__in={scope.id for scope in scopes}).select_related("person", "group").order_by("pk")
    )
    members = _members_of({row.group for row in rows if row.group})
    found = []
    for row in rows:
        scope, role = Scope(ScopeKind(row.scope_kind), row.scope_key), Role(row.role)
        if scope not in scopes:
            continue
        if row.person:
            found.append(Holding(row.person, role, scope))
        elif row.group:
            found.extend(Holding(person, role, scope, row.group.name) for person in members[row.group.key])
    return sorted((one for one in found if one.person.is_active), key=attrgetter("person.email"))


def _members_of(groups: Iterable[Group]) -> Mapping[str, list[Person]]:
    members: dict[str, list[Person]] = defaultdict(list)
    rows = Group.members.through.objects.filter(group_id__in=[group.key for group in groups]).select_related("person")
    for row in rows:
        members[row.group_id].append(row.person)
    return members


def _current() -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(superseded_in=None, valid_to=None)
