"""Writing agreements: what a plan needs to know, and recording what it changes, in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Max

from kvitto.access.roles import Role
from kvitto.agreements.declaration.declared import DeclaredPerson, DeclaredRole
from kvitto.agreements.facts import from_facts, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.planning.plan import Agreements, Change, Key, Plan
from kvitto.agreements.planning.versions import Version
from kvitto.records.models import AgreementRecord, InvoiceRecord, Person, Revision, RoleAssignment

_BATCH = 1000

Item = TypeVar("Item")


def agreements_now() -> Agreements:
    """Everything that is believed now: every version, every role held, every person. Three queries."""
    versions: dict[Key, list[Version]] = defaultdict(list)
    rows = AgreementRecord.objects.filter(superseded_in=None).order_by("valid_from")
    for kind, key, start, end, facts in rows.values_list("kind", "key", "valid_from", "valid_to", "facts").iterator(
        chunk_size=_BATCH
    ):
        versions[kind, key].append(Version(start, end, from_facts(kind, facts)))
    held = RoleAssignment.objects.filter(superseded_in=None, valid_to=None).values_list(
        "person__email", "role", "scope_kind", "scope_key"
    )
    people = Person.objects.values_list("email", "name", "language", "time_zone")
    return Agreements(
        versions={key: tuple(found) for key, found in versions.items()},
        roles=frozenset(
            DeclaredRole(email, Role(role), Scope(ScopeKind(kind), key)) for email, role, kind, key in held
        ),
        people={email: DeclaredPerson(email, name, language, zone) for email, name, language, zone in people},
    )


def invoiced_up_to() -> dict[Key, date]:
    """For every account, and everything an invoice was made for: the end of the latest period invoiced."""
    found: dict[Key, date] = {}
    rows = InvoiceRecord.objects.values_list("scope_kind", "scope_key", "account_key").annotate(Max("period_end"))
    for kind, key, account, end in rows:
        for place in ((kind, key), (ScopeKind.BILLING_ACCOUNT.value, account)):
            found[place] = max(end, found.get(place, end))
    return found


def record_plan(plan: Plan, revision: Revision, today: date) -> None:
    """Record what the plan changes, in the caller's transaction. Roles are granted and withdrawn from `today` on."""
    _record_people(plan)
    _record_versions(plan.changes, revision)
    _record_roles(plan, revision, today)


def _record_versions(changes: Sequence[Change], revision: Revision) -> None:
    wanted = [
        AgreementRecord(
            kind=kind_of(version.value),
            key=version.value.id,
            parent=parent_of(version.value),
            facts=to_facts(version.value),
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            recorded_in=revision,
        )
        for change in changes
        for version in change.versions
        if version not in change.before
    ]
    gone: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for kind, key, valid_from in sorted(_superseded(changes)):
        gone[kind].append((key, valid_from))
    for kind, versions in gone.items():
        for batch in _batches(versions):
            _supersede(kind, batch, revision)
    AgreementRecord.objects.bulk_create(wanted, batch_size=_BATCH)


def _superseded(changes: Iterable[Change]) -> set[tuple[str, str, date]]:
    """Kind, id and first day of every version that is no longer believed."""
    return {
        (*change.key, version.valid_from)
        for change in changes
        for version in change.before
        if version not in change.versions
    }


def _supersede(kind: str, versions: Sequence[tuple[str, date]], revision: Revision) -> None:
    gone = set(versions)
    rows = AgreementRecord.objects.filter(superseded_in=None, kind=kind, key__in={key for key, _ in versions})
    ids = [row for row, key, valid_from in rows.values_list("pk", "key", "valid_from") if (key, valid_from) in gone]
    AgreementRecord.objects.filter(pk__in=ids).update(superseded_in=revision)


def _record_people(plan: Plan) -> None:
    Person.objects.bulk_create(
        [
            Person(
                email=person.email,
                name=person.name,
                language=person.language,
                time_zone=person.time_zone or "UTC",
                password=make_password(None),
            )
            for person in plan.people_added
        ],
        batch_size=_BATCH,
    )
    wanted = {person.email: person for person in plan.people_changed}
    for emails in _batches(sorted(wanted)):
        known = list(Person.objects.filter(email__in=emails))
        for person in known:
            declared = wanted[person.email]
            person.name, person.language, person.time_zone = declared.name, declared.language, declared.time_zone
        Person.objects.bulk_update(known, ["name", "language", "time_zone"], batch_size=_BATCH)


def _record_roles(plan: Plan, revision: Revision, today: date) -> None:
    people = _ids_of({role.person for role in (*plan.roles_granted, *plan.roles_withdrawn)})
    RoleAssignment.objects.bulk_create(
        [_assignment(role, people, revision, today) for role in plan.roles_granted], batch_size=_BATCH
    )
    gone = {
        (people[role.person], role.role.value, role.scope.kind.value, role.scope.id) for role in plan.roles_withdrawn
    }
    for scopes in _batches(sorted({role.scope.id for role in plan.roles_withdrawn})):
        held = [
            row
            for row in RoleAssignment.objects.filter(superseded_in=None, valid_to=None, scope_key__in=scopes)
            if (row.person_id, row.role, row.scope_kind, row.scope_key) in gone
        ]
        RoleAssignment.objects.filter(pk__in=[row.pk for row in held]).update(superseded_in=revision)
        RoleAssignment.objects.bulk_create(
            [
                RoleAssignment(
                    person_id=row.person_id,
                    role=row.role,
                    scope_kind=row.scope_kind,
                    scope_key=row.scope_key,
                    valid_from=row.valid_from,
                    valid_to=today,
                    recorded_in=revision,
                )
                for row in held
                if row.valid_from < today
            ],
            batch_size=_BATCH,
        )


def _assignment(role: DeclaredRole, people: Mapping[str, UUID], revision: Revision, today: date) -> RoleAssignment:
    return RoleAssignment(
        person_id=people[role.person],
        role=role.role,
        scope_kind=role.scope.kind,
        scope_key=role.scope.id,
        valid_from=today,
        recorded_in=revision,
    )


def _ids_of(emails: set[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for batch in _batches(sorted(emails)):
        found |= dict(Person.objects.filter(email__in=batch).values_list("email", "id"))
    return found


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH)):
        yield batch
