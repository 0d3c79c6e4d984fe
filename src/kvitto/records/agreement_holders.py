"""People, their groups, their roles and the policies of scopes, as an agreements file declares them; in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.declaration.declared import DeclaredGroup, DeclaredPerson, DeclaredRole
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.planning.plan import Plan
from kvitto.records.audit import Door, Fact, Note, Result
from kvitto.records.models import Group, Person, PolicySetting, Revision, RoleAssignment
from kvitto.records.models.office import DatedRecord
from kvitto.records.people import known_people

_BATCH = 1000

Item = TypeVar("Item")
Row = TypeVar("Row", bound=DatedRecord)


def roles_held(on: date | None = None) -> frozenset[DeclaredRole]:
    """Every role that is held now, or was on the day."""
    rows = _holding(RoleAssignment.objects.all(), on)
    columns = rows.values_list("person__email", "role", "scope_kind", "scope_key", "group_id")
    return frozenset(
        DeclaredRole(email or "", Role(role), Scope(ScopeKind(kind), key), group or "")
        for email, role, kind, key, group in columns
    )


def people_known() -> dict[str, DeclaredPerson]:
    """Everyone who was not erased, by e-mail address."""
    columns = ("email", "name", "language", "time_zone", "kind", "directory", "directories")
    rows = known_people().values_list(*columns)
    return {
        email: DeclaredPerson(email, name, language, zone, kind, directory, tuple(directories))
        for email, name, language, zone, kind, directory, directories in rows
    }


def groups_known() -> dict[str, DeclaredGroup]:
    """Every group with its members, by id."""
    members: dict[str, list[str]] = defaultdict(list)
    for group, email in Group.members.through.objects.values_list("group_id", "person__email"):
        members[group].append(email)
    names = Group.objects.values_list("key", "name")
    return {key: DeclaredGroup(key, name, tuple(sorted(members[key]))) for key, name in names}


def policies_set(on: date | None = None) -> dict[tuple[Scope, Policy], str]:
    """Every policy that is set now, or was on the day."""
    rows = _holding(PolicySetting.objects.all(), on)
    columns = rows.values_list("scope_kind", "scope_key", "policy", "value")
    return {(Scope(ScopeKind(kind), key), Policy(policy)): value for kind, key, policy, value in columns}


def _holding(rows: QuerySet[Row], on: date | None) -> QuerySet[Row]:
    believed = rows.filter(superseded_in=None)
    if on is None:
        return believed.filter(valid_to=None)
    return believed.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


def record_people(plan: Plan) -> None:
    """Add and change people."""
    Person.objects.bulk_create(
        [
            Person(
                email=person.email,
                name=person.name,
                language=person.language,
                time_zone=person.time_zone or "UTC",
                kind=person.kind,
                directory=person.directory,
                directories=list(person.directories),
                password=make_password(None),
            )
            for person in plan.people_added
        ],
        batch_size=_BATCH,
    )
    wanted = {person.email: person for person in plan.people_changed}
    changed = ("name", "language", "time_zone", "kind", "directory")
    for emails in batches(sorted(wanted)):
        known = list(Person.objects.filter(email__in=emails))
        for person in known:
            declared = wanted[person.email]
            for name in changed:
                setattr(person, name, getattr(declared, name))
            person.directories = list(declared.directories)
        Person.objects.bulk_update(known, [*changed, "directories"], batch_size=_BATCH)


def record_groups(plan: Plan) -> None:
    """Add and change groups, and who is in them."""
    if not plan.groups_changed:
        return
    Group.objects.bulk_create(
        [Group(key=change.group.id, name=change.group.name) for change in plan.groups_changed],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name"],
    )
    people = _ids_of({each for change in plan.groups_changed for each in (*change.joined, *change.left)})
    members = Group.members.through
    for change in plan.groups_changed:
        gone = [people[each] for each in change.left]
        members.objects.filter(group_id=change.group.id, person_id__in=gone).delete()
    members.objects.bulk_create(
        [
            members(group_id=change.group.id, person_id=people[each])
            for change in plan.groups_changed
            for each in change.joined
        ],
        batch_size=_BATCH,
    )


def group_notes(plan: Plan, revision: Revision) -> Iterator[Note]:
    """What the audit trail tells of groups: a note for everyone who came into one or left it."""
    people = _ids_of({each for change in plan.groups_changed for each in (*change.joined, *change.left)})
    for change in plan.groups_changed:
        for action, members in (("group.join", change.joined), ("group.leave", change.left)):
            for member in members:
                facts: dict[str, Fact] = {
                    "group": change.group.id,
                    "person": str(people[member]),
                    "revision": revision.number,
                }
                yield Note(action, Result.DONE, Door.COMMAND, revision.recorded_at, facts=facts)


def record_roles(plan: Plan, revision: Revision, today: date) -> None:
    """Grant and withdraw roles; who held which until now stays on record."""
    people = _ids_of({role.person for role in (*plan.roles_granted, *plan.roles_withdrawn) if role.person})
    RoleAssignment.objects.bulk_create(
        [_assignment(role, people, revision, today) for role in plan.roles_granted], batch_size=_BATCH
    )
    gone = {_role_key(_assignment(role, people, revision, today)) for role in plan.roles_withdrawn}
    keys = {role.scope.id for role in plan.roles_withdrawn}
    current = _holding(RoleAssignment.objects.all(), None)
    end_rows(current, keys, lambda row: _role_key(row) in gone, revision, today)


def record_policies(plan: Plan, revision: Revision, today: date) -> None:
    """Set policies; what they were until now stays on record."""
    wanted = [
        PolicySetting(
            policy=change.declared.policy.value,
            value=change.declared.value,
            scope_kind=change.declared.scope.kind.value,
            scope_key=change.declared.scope.id,
            valid_from=today,
            recorded_in=revision,
        )
        for change in plan.policies_set
    ]
    changed = {_policy_key(row) for row in wanted}
    current = _holding(PolicySetting.objects.all(), None)
    end_rows(current, {row.scope_key for row in wanted}, lambda row: _policy_key(row) in changed, revision, today)
    PolicySetting.objects.bulk_create(wanted, batch_size=_BATCH)


def end_rows(
    current: QuerySet[Row], scope_keys: set[str], ends: Callable[[Row], bool], revision: Revision, today: date
) -> None:
    """Supersede what holds on these scopes and ends today, and record for how long it held."""
    for keys in batches(sorted(scope_keys)):
        ended = [row for row in current.filter(scope_key__in=keys) if ends(row)]
        current.filter(pk__in=[row.pk for row in ended]).update(superseded_in=revision)
        held = [row for row in ended if row.valid_from < today]
        for row in held:
            row.pk, row.valid_to, row.recorded_in = None, today, revision
        current.bulk_create(held, batch_size=_BATCH)


def _assignment(role: DeclaredRole, people: Mapping[str, UUID], revision: Revision, today: date) -> RoleAssignment:
    return RoleAssignment(
        person_id=people[role.person] if role.person else None,
        group_id=role.group or None,
        role=role.role.value,
        scope_kind=role.scope.kind.value,
        scope_key=role.scope.id,
        valid_from=today,
        recorded_in=revision,
    )


def _role_key(row: RoleAssignment) -> tuple[object, ...]:
    return row.person_id, row.group_id, row.role, row.scope_kind, row.scope_key


def _policy_key(row: PolicySetting) -> tuple[str, str, str]:
    return row.policy, row.scope_kind, row.scope_key


def _ids_of(emails: set[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for batch in batches(sorted(emails)):
        found |= dict(Person.objects.filter(email__in=batch).values_list("email", "id"))
    return found


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items, so many at a time as one query may name."""
    rest = iter(items)
    while batch := list(islice(rest, _BATCH)):
        yield batch
