"""The roles that reach a place, as a list to search and page through: who holds which, since when, and from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from kvitto.access.giving import HELD_ONCE
from kvitto.access.roles import ROLES, Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase
from kvitto.records.models import Group, RoleAssignment
from kvitto.records.role_assignments import GRANTED
from kvitto.records.role_places import RolePlace

_MEMBERS = 200


@dataclass(frozen=True)
class ShownRole:
    """One holder of one role. `holder` is a person's address or a group's id; `members` are of a group.

    `name` of a person is empty where the role was given to an address, unless another line of the page says it: whoever
    gave it is not told who that is. `above` names the thing from which the role reaches down; None if it is held here.
    `may_withdraw`: by the person who looks.
    """

    role: Role
    holder: str
    name: str
    since: date
    is_group: bool = False
    is_program: bool = False
    members: tuple[str, ...] = ()
    above: Scope | None = None
    above_name: str = ""
    may_withdraw: bool = False

    @property
    def role_name(self) -> Phrase:
        """What the role is called."""
        return ROLES[self.role].name

    @property
    def has_one_holder(self) -> bool:
        """True if nobody else can hold it here at the same time."""
        return self.role in HELD_ONCE


def roles_that_reach(place: RolePlace, search: str = "", role: Role | None = None) -> QuerySet[RoleAssignment]:
    """Those held here and, as far as the person may see them, above; those held here come first.

    `search`: a part of an address, of a group's name or id, or of a member's address.
    """
    scopes = (place.scope, *place.seen_above)
    matrix_roles = place.spot.place.matrix.roles
    here = Q()
    for scope in scopes:
        here |= Q(scope_kind=scope.kind.value, scope_key=scope.id)
    found = RoleAssignment.objects.filter(
        here, superseded_in=None, valid_to=None, role__in=[role] if role else list(matrix_roles)
    )
    if search:
        in_group = Group.objects.filter(
            Q(name__icontains=search) | Q(key__icontains=search) | Q(members__email__icontains=search)
        )
        found = found.filter(Q(person__email__icontains=search) | Q(group__in=in_group))
    depth = Case(
        *(When(scope_kind=scope.kind.value, then=Value(number)) for number, scope in enumerate(scopes)),
        output_field=IntegerField(),
    )
    return found.select_related("person", "group", "recorded_in").order_by(
        depth, F("person__email").asc(nulls_last=True), "group__key", "role", "pk"
    )


def as_shown(place: RolePlace, rows: Iterable[RoleAssignment]) -> list[ShownRole]:
    """The rows of a page, with the members of their groups. One query."""
    listed = list(rows)
    members = _members_of([row.group for row in listed if row.group])
    known = {row.person_id for row in listed if not row.recorded_in.cause.startswith(GRANTED)}
    if place.asker:
        known.add(place.asker.person.pk)
    return [_shown(place, row, members, knows_name=row.person_id in known) for row in listed]


def _shown(
    place: RolePlace, row: RoleAssignment, members: Mapping[str, tuple[str, ...]], *, knows_name: bool
) -> ShownRole:
    scope, role = Scope(ScopeKind(row.scope_kind), row.scope_key), Role(row.role)
    is_here = scope == place.scope
    person, group = row.person, row.group
    return ShownRole(
        role,
        holder=person.email if person else group.key if group else "",
        name=person.name if person and knows_name else group.name if group else "",
        since=row.valid_from,
        is_group=group is not None,
        is_program=person is not None and person.kind != "person",
        members=members.get(group.key, ()) if group else (),
        above=None if is_here else scope,
        above_name="" if is_here else place.name_of(scope),
        may_withdraw=is_here and role in place.roles_here and place.may_give(role),
    )


def _members_of(groups: list[Group]) -> Mapping[str, tuple[str, ...]]:
    if not groups:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    rows = Group.members.through.objects.filter(group_id__in={group.key for group in groups})
    for key, email in rows.order_by("person__email").values_list("group_id", "person__email")[:_MEMBERS]:
        found[key].append(email)
    return {key: tuple(emails) for key, emails in found.items()}
