"""The last user of a billing scope cannot be removed (roles.md §3)."""

from __future__ import annotations

from collections.abc import Collection

from kvitto.access.roles import Level, Role
from kvitto.language import Phrase, phrase

_OWNERS = frozenset((
    Role.BILLING_ACCOUNT_OWNER, Role.ENTERPRISE_ADMINISTRATOR, Role.GLOBAL_ADMINISTRATOR, Role.ADMIN_AGENT,
))  # fmt: skip
_GROUP_OWNERS = frozenset((Role.OWNER, Role.USER_ACCESS_ADMINISTRATOR))
_KEPT_LEVELS = frozenset((Level.ACCOUNT, Level.PROFILE, Level.SECTION))


def last_holder_refusal(
    level: Level, scope_id: str, before: Collection[Role], after: Collection[Role]
) -> Phrase | None:
    """Why the roles held on a scope may not become these, or None if they may.

    `before` and `after`: the roles held on the scope itself, one for each holder. A billing account keeps somebody who
    can give roles on it, if it had one; a billing profile or invoice section that had users keeps one. Nothing of an
    agreement stands above a management group: it keeps somebody who can give roles, on it or on a group above it, and
    both lists hold the roles on those, too. On other things (departments, subscriptions …) the last one may go:
    somebody above can always give a role again.
    """
    if level is Level.ACCOUNT and _OWNERS & set(before) and not _OWNERS & set(after):
        return phrase("The last owner of {id} cannot be removed. Give somebody else the role first.", id=scope_id)
    if level is Level.MANAGEMENT_GROUP and _GROUP_OWNERS & set(before) and not _GROUP_OWNERS & set(after):
        return phrase("The last owner of {id} cannot be removed. Give somebody else the role first.", id=scope_id)
    if level in _KEPT_LEVELS and before and not after:
        return phrase("The last user of {id} cannot be removed. Give somebody else a role on it first.", id=scope_id)
    return None
