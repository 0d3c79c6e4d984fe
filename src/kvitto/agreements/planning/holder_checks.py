"""Who must be left with a role: a scope keeps its last owner, and nobody owns two enrollment accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kvitto.access.roles import ROLES, Role
from kvitto.agreements.declaration.declared import DeclaredRole
from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.planning.plan import Agreements, Plan
from kvitto.language import Phrase, phrase

# roles.md §3: the last user of a scope cannot be removed. We ask for the last owner, who alone can give roles there,
# and ask the same for enrollments.
_KEPT = (
    Role.BILLING_ACCOUNT_OWNER,
    Role.BILLING_PROFILE_OWNER,
    Role.INVOICE_SECTION_OWNER,
    Role.ENTERPRISE_ADMINISTRATOR,
)


def holder_refusals(plan: Plan, agreements: Agreements) -> Iterator[Phrase]:
    """A sentence for each scope that would lose its last owner, and for each person with too many accounts."""
    held = (agreements.roles - set(plan.roles_withdrawn)) | set(plan.roles_granted)
    yield from _last_owners(plan, agreements, held)
    yield from _accounts_of_one_owner(held)


def _last_owners(plan: Plan, agreements: Agreements, held: frozenset[DeclaredRole]) -> Iterator[Phrase]:
    members = {key: group.members for key, group in agreements.groups.items()}
    members |= {change.group.id: change.group.members for change in plan.groups_changed}
    owned = {(role.scope, role.role) for role in held if role.person or members.get(role.group)}
    emptied = {change.group.id for change in plan.groups_changed if change.left and not change.group.members}
    losing = [*plan.roles_withdrawn, *(role for role in agreements.roles if role.group in emptied)]
    for scope, role in dict.fromkeys((each.scope, each.role) for each in losing):
        if role in _KEPT and (scope, role) not in owned:
            yield phrase(
                "{id}: nobody would be left as {role}. The last one cannot be removed; name another one first.",
                id=scope.id,
                role=ROLES[role].name,
            )


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
