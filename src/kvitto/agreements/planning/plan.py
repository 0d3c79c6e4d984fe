"""What applying an agreements file would change, worked out from what is agreed now and what the file declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from kvitto.access.policies import Policy
from kvitto.agreements.declaration.declared import (
    Declaration,
    DeclaredGroup,
    DeclaredPerson,
    DeclaredPolicy,
    DeclaredRole,
)
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import Agreed, kind_of, to_facts
from kvitto.agreements.hierarchy import BillingAccount, Scope, ScopeKind, Subscription
from kvitto.agreements.planning.versions import (
    Version,
    declared_anew,
    first_difference,
    own_start,
    rates_declared_anew,
)

Key = tuple[str, str]  # kind (`facts.kind_of`) and id


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
class PolicyChange:
    """A policy that is set; `before` is the value it was set to until now, None for one that was not set."""

    declared: DeclaredPolicy
    before: str | None


@dataclass(frozen=True)
class GroupChange:
    """A group that is added or changed; `before` is what it was until now, None for a new one."""

    group: DeclaredGroup
    before: DeclaredGroup | None

    @property
    def joined(self) -> tuple[str, ...]:
        """Addresses of the members it did not have until now."""
        known = set(self.before.members) if self.before else set()
        return tuple(each for each in self.group.members if each not in known)

    @property
    def left(self) -> tuple[str, ...]:
        """Addresses of the members it has no longer."""
        return tuple(each for each in (self.before.members if self.before else ()) if each not in self.group.members)


@dataclass(frozen=True)
class Agreements:
    """What is agreed now, as far as a plan needs it: versions oldest first, the rest as it holds at present."""

    versions: Mapping[Key, tuple[Version, ...]] = field(default_factory=dict)
    roles: frozenset[DeclaredRole] = frozenset()
    people: Mapping[str, DeclaredPerson] = field(default_factory=dict)
    groups: Mapping[str, DeclaredGroup] = field(default_factory=dict)
    policies: Mapping[tuple[Scope, Policy], str] = field(default_factory=dict)


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
    groups_changed: tuple[GroupChange, ...] = ()
    policies_set: tuple[PolicyChange, ...] = ()
    left_alone: tuple[Key, ...] = ()

    @property
    def changes_anything(self) -> bool:
        """False if applying the file would record nothing."""
        return bool(
            self.changes
            or self.roles_granted
            or self.roles_withdrawn
            or self.people_added
            or self.people_changed
            or self.groups_changed
            or self.policies_set
        )


def make_plan(agreements: Agreements, declaration: Declaration, valid_from: date) -> Plan:
    """What applying the declaration would change: changes from `valid_from` on, new things from their own start.

    A subscription of an account that became another one changes from the day on which the account did; an exchange
    rate holds from its own day.
    """
    changes = []
    mentioned: set[Key] = set()
    starts = _Starts(declaration)
    for value in _values(declaration):
        key = (kind_of(value), value.id)
        mentioned.add(key)
        before = agreements.versions.get(key, ())
        day = starts.changes_from(before, value, valid_from)
        change = _change(before, value, own_start(value, starts.created_on(value) or valid_from), day)
        if change:
            changes.append(change)
    rates = list(_rate_changes(agreements, declaration))
    pairs = {(kind_of(each.rate), each.rate.id) for each in declaration.rates}
    mentioned |= pairs
    granted, withdrawn = _roles(agreements, declaration)
    return Plan(
        valid_from=valid_from,
        changes=(*changes, *rates),
        unchanged=len(mentioned) - len(changes) - len(rates),
        roles_granted=granted,
        roles_withdrawn=withdrawn,
        people_added=tuple(person for person in declaration.people if person.email not in agreements.people),
        people_changed=tuple(_changed_people(agreements, declaration)),
        groups_changed=tuple(
            GroupChange(group, agreements.groups.get(group.id))
            for group in declaration.groups
            if agreements.groups.get(group.id) != group
        ),
        policies_set=tuple(
            PolicyChange(each, agreements.policies.get((each.scope, each.policy)))
            for each in declaration.policies
            if agreements.policies.get((each.scope, each.policy)) != each.value
        ),
        left_alone=tuple(sorted(set(agreements.versions) - mentioned)),
    )


def _values(declaration: Declaration) -> Iterator[Agreed]:
    """Everything that one version of holds until further notice: all but the exchange rates."""
    yield declaration.seller
    yield from declaration.scoped()
    yield from declaration.lots


class _Starts:
    """From when a declared thing can hold."""

    def __init__(self, declaration: Declaration) -> None:
        self._created_on = {account.id: account.created_on for account in declaration.accounts}
        self._moved_on = {
            (account.id, account.moved_to): account.moved_on for account in declaration.accounts if account.moved_on
        }
        self._profile_account = {profile.id: profile.account_id for profile in declaration.profiles}

    def created_on(self, value: Agreed) -> date | None:
        """The day its account was created; None for what stands under none."""
        account = value.id if isinstance(value, BillingAccount) else getattr(value, "account_id", "")
        return self._created_on.get(account or self._profile_account.get(getattr(value, "profile_id", ""), ""))

    def changes_from(self, before: tuple[Version, ...], value: Agreed, valid_from: date) -> date:
        """The first day of a change: `valid_from`, but what moves with its account does so when the account does."""
        accounts = [each.value.account_id for each in before if isinstance(each.value, Subscription)]
        if not accounts or not isinstance(value, Subscription):
            return valid_from
        moved_on = next((day for each in accounts if (day := self._moved_on.get((each, value.account_id)))), None)
        if moved_on is None:
            return valid_from
        return moved_on if accounts[-1] != value.account_id else max(moved_on, valid_from)


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


def _rate_changes(agreements: Agreements, declaration: Declaration) -> Iterator[Change]:
    """One change for each pair of currencies, told by the first rate that is new or other than it was."""
    declared: dict[str, list[tuple[date, ExchangeRate]]] = defaultdict(list)
    for each in declaration.rates:
        declared[each.rate.id].append((each.valid_from, each.rate))
    for rates in declared.values():
        before = agreements.versions.get((kind_of(rates[0][1]), rates[0][1].id), ())
        after = rates_declared_anew(before, rates)
        known = {version.valid_from: version.value for version in before}
        changed = sorted(((day, rate) for day, rate in rates if known.get(day) != rate), key=lambda each: each[0])
        if changed:
            day, rate = changed[0]
            old = next((version.value for version in reversed(before) if version.valid_from <= day), None)
            fields = tuple(differences(to_facts(old), to_facts(rate))) if old else ()
            yield Change(ChangeKind.CHANGED if before else ChangeKind.ADDED, rate, day, fields, before, after)


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
    mentioned = {Scope(ScopeKind(kind_of(value)), value.id) for value in declaration.scoped()}
    declared = frozenset(declaration.roles)
    held = frozenset(role for role in agreements.roles if role.scope in mentioned)
    granted = tuple(role for role in declaration.roles if role not in held)
    withdrawn = sorted(held - declared, key=lambda role: (role.scope.kind, role.scope.id, role.holder, role.role))
    return granted, tuple(withdrawn)


def _changed_people(agreements: Agreements, declaration: Declaration) -> Iterator[DeclaredPerson]:
    """People whose file entry differs from what is known; what the file leaves open stays as the person set it."""
    for declared in declaration.people:
        known = agreements.people.get(declared.email)
        if known is None:
            continue
        wanted = replace(
            declared,
            name=declared.name or known.name,
            language=declared.language or known.language,
            time_zone=declared.time_zone or known.time_zone,
        )
        if wanted != known:
            yield wanted
