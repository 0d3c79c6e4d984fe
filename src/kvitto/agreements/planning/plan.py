"""What applying an agreements file would change, worked out from what is agreed now and what the file declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from kvitto.agreements.declaration.declared import Declaration, DeclaredPerson, DeclaredRole
from kvitto.agreements.facts import Agreed, kind_of, to_facts
from kvitto.agreements.hierarchy import BillingAccount, Scope, ScopeKind, Seller, Subscription
from kvitto.agreements.planning.versions import Version, declared_anew, first_difference, own_start

Key = tuple[str, str]  # kind ("seller" or a ScopeKind) and id


class ChangeKind(StrEnum):
    """What becomes of a thing."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"  # changed so that it now has an end


@dataclass(frozen=True)
class FieldChange:
    """One field, by its path in the facts ("sold_to.address.city"), before and after."""

    field: str
    before: object
    after: object


@dataclass(frozen=True)
class Change:
    """One thing that is added or changed. `versions` is its whole life afterwards, `before` that life until now."""

    kind: ChangeKind
    value: Agreed
    valid_from: date
    fields: tuple[FieldChange, ...]
    before: tuple[Version, ...]
    versions: tuple[Version, ...]

    @property
    def key(self) -> Key:
        """Kind and id."""
        return kind_of(self.value), self.value.id

    def changes(self, name: str) -> FieldChange | None:
        """The change of this field, if it changes."""
        return next((each for each in self.fields if each.field == name), None)


@dataclass(frozen=True)
class Agreements:
    """What is agreed now, as far as a plan needs it: versions oldest first, roles held, people by e-mail address."""

    versions: Mapping[Key, tuple[Version, ...]] = field(default_factory=dict)
    roles: frozenset[DeclaredRole] = frozenset()
    people: Mapping[str, DeclaredPerson] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What would change. `left_alone`: kind and id of what is agreed but not in the file; it stays as it is."""

    valid_from: date
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    roles_granted: tuple[DeclaredRole, ...] = ()
    roles_withdrawn: tuple[DeclaredRole, ...] = ()
    people_added: tuple[DeclaredPerson, ...] = ()
    people_changed: tuple[DeclaredPerson, ...] = ()
    left_alone: tuple[Key, ...] = ()

    @property
    def changes_anything(self) -> bool:
        """False if applying the file would record nothing."""
        return bool(
            self.changes or self.roles_granted or self.roles_withdrawn or self.people_added or self.people_changed
        )


def make_plan(agreements: Agreements, declaration: Declaration, valid_from: date) -> Plan:
    """What applying the declaration would change: changes from `valid_from` on, new things from their own start."""
    created_on = {account.id: account.created_on for account in declaration.accounts}
    account_of = {profile.id: profile.account_id for profile in declaration.profiles}
    account_of |= {section.id: account_of[section.profile_id] for section in declaration.sections}
    changes = []
    mentioned: set[Key] = set()
    for value in _values(declaration):
        key = (kind_of(value), value.id)
        mentioned.add(key)
        account = created_on.get(value.id if isinstance(value, BillingAccount) else account_of.get(value.id, ""))
        change = _change(agreements.versions.get(key, ()), value, own_start(value, account or valid_from), valid_from)
        if change:
            changes.append(change)
    granted, withdrawn = _roles(agreements, declaration)
    return Plan(
        valid_from=valid_from,
        changes=tuple(changes),
        unchanged=len(mentioned) - len(changes),
        roles_granted=granted,
        roles_withdrawn=withdrawn,
        people_added=tuple(person for person in declaration.people if person.email not in agreements.people),
        people_changed=tuple(_changed_people(agreements, declaration)),
        left_alone=tuple(sorted(set(agreements.versions) - mentioned)),
    )


def _values(declaration: Declaration) -> Iterator[Agreed]:
    yield declaration.seller
    yield from declaration.accounts
    yield from declaration.profiles
    yield from declaration.sections
    yield from declaration.subscriptions


def _change(before: tuple[Version, ...], value: Agreed, starts_on: date, valid_from: date) -> Change | None:
    after = declared_anew(before, value, starts_on, valid_from)
    if after == before:
        return None
    if not before:
        return Change(ChangeKind.ADDED, value, starts_on, (), before, after)
    old = first_difference(before, value, valid_from) or before[-1].value
    fields = tuple(differences(to_facts(old), to_facts(value)))
    ended = isinstance(old, Subscription) and isinstance(value, Subscription) and value.ended_on and not old.ended_on
    return Change(
        ChangeKind.ENDED if ended else ChangeKind.CHANGED, value, max(valid_from, starts_on), fields, before, after
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> Iterator[FieldChange]:
    """The fields that differ between two facts of the same kind, tables inside followed by a dot."""
    for name in after:
        old, new = before.get(name), after[name]
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, f"{path}{name}.")
        elif old != new:
            yield FieldChange(path + name, old, new)


def _roles(
    agreements: Agreements, declaration: Declaration
) -> tuple[tuple[DeclaredRole, ...], tuple[DeclaredRole, ...]]:
    mentioned = {
        Scope(ScopeKind(kind_of(value)), value.id) for value in _values(declaration) if not isinstance(value, Seller)
    }
    declared = frozenset(declaration.roles)
    held = frozenset(role for role in agreements.roles if role.scope in mentioned)
    granted = tuple(role for role in declaration.roles if role not in held)
    withdrawn = sorted(held - declared, key=lambda role: (role.scope.kind, role.scope.id, role.person, role.role))
    return granted, tuple(withdrawn)


def _changed_people(agreements: Agreements, declaration: Declaration) -> Iterator[DeclaredPerson]:
    """People whose file entry differs from what is known; what the file leaves open stays as the person set it."""
    for declared in declaration.people:
        known = agreements.people.get(declared.email)
        if known is None:
            continue
        wanted = replace(
            declared,
            language=declared.language or known.language,
            time_zone=declared.time_zone or known.time_zone,
        )
        if wanted != known:
            yield wanted
