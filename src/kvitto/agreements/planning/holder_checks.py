"""Who must be left with a role: a scope keeps its last owner or user, and nobody owns two enrollment accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from kvitto.access.last_holder import last_holder_refusal
from kvitto.access.roles import Level, Role
from kvitto.agreements.declaration.declared import DeclaredRole
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.planning.plan import Agreements, Plan
from kvitto.language import Phrase, phrase

Members = Mapping[str, tuple[str, ...]]


def holder_refusals(plan: Plan, agreements: Agreements) -> Iterator[Phrase]:
    """A sentence for each scope that would lose its last owner or user, and for each person with too many accounts."""
    held = (agreements.roles - set(plan.roles_withdrawn)) | set(plan.roles_granted)
    yield from _last_holders(plan, agreements, held)
    yield from _accounts_of_one_owner(held)


def _last_holders(plan: Plan, agreements: Agreements, held: frozenset[DeclaredRole]) -> Iterator[Phrase]:
    before = {key: group.members for key, group in agreements.groups.items()}
    after = before | {change.group.id: change.group.members for change in plan.groups_changed}
    emptied = {change.group.id for change in plan.groups_changed if change.left and not change.group.members}
    losing = [*plan.roles_withdrawn, *(role for role in agreements.roles if role.group in emptied)]
    groups = ScopeKind.MANAGEMENT_GROUP  # the office, whose file this is, can always give a role on one again
    scopes = {role.scope for role in losing if role.scope.kind is not groups}
    roles_before, roles_after = _by_scope(agreements.roles, scopes, before), _by_scope(held, scopes, after)
    for scope in sorted(scopes, key=lambda each: (each.kind, each.id)):
        refused = last_holder_refusal(Level(scope.kind.value), scope.id, roles_before[scope], roles_after[scope])
        if refused:
            yield refused


def _by_scope(roles: Iterable[DeclaredRole], scopes: set[Scope], members: Members) -> Mapping[Scope, list[Role]]:
    """The roles on each of these scopes, one for each holder; a group without members holds nothing."""
    found: dict[Scope, list[Role]] = defaultdict(list)
    for role in roles:
        if role.scope in scopes and (role.person or members.get(role.group)):
            found[role.scope].append(role.role)
    return found


def _accounts_of_one_owner(held: frozenset[DeclaredRole]) -> Iterator[Phrase]:
    """A person owns one account only (agreements.md §2)."""
    owned: dict[str, set[Scope]] = defaultdict(set)
    for role in held:
        if role.role is Role.ACCOUNT_OWNER:
            owned[role.holder].add(role.scope)
    for person, scopes in sorted(owned.items()):
        if len(scopes) > 1:
            yield phrase(
                "{person} would own several enrollment accounts: {ids}. A person owns one.",
                person=person,
                ids=sorted(scope.id for scope in scopes),
            )
