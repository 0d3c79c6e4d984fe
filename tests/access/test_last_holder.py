"""The last user of a billing scope stays."""

from __future__ import annotations

import pytest

from kvitto.access.last_holder import last_holder_refusal
from kvitto.access.roles import Level, Role

OWNER, READER = Role.BILLING_ACCOUNT_OWNER, Role.BILLING_ACCOUNT_READER
CASES = [
    (Level.ACCOUNT, (OWNER,), (), False),
    (Level.ACCOUNT, (OWNER, READER), (READER,), False),
    (Level.ACCOUNT, (OWNER, OWNER), (OWNER,), True),
    (Level.ACCOUNT, (OWNER, READER), (OWNER,), True),
    (Level.ACCOUNT, (READER,), (), False),
    (Level.ACCOUNT, (), (), True),
    (Level.ACCOUNT, (Role.ENTERPRISE_ADMINISTRATOR,), (Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY,), False),
    (Level.ACCOUNT, (Role.GLOBAL_ADMINISTRATOR, Role.ADMIN_AGENT), (Role.ADMIN_AGENT,), True),
    (Level.PROFILE, (Role.BILLING_PROFILE_OWNER,), (Role.INVOICE_MANAGER,), True),
    (Level.PROFILE, (Role.BILLING_PROFILE_OWNER,), (), False),
    (Level.SECTION, (Role.INVOICE_SECTION_READER,), (), False),
    (Level.SUBSCRIPTION, (Role.OWNER,), (), True),
    (Level.DEPARTMENT, (Role.DEPARTMENT_ADMINISTRATOR,), (), True),
]


@pytest.mark.parametrize(("level", "before", "after", "allowed"), CASES)
def test_the_last_user_stays(level: Level, before: tuple[Role, ...], after: tuple[Role, ...], allowed: bool) -> None:  # noqa: FBT001
    """Who is held before and after, and whether that may be."""
    refusal = last_holder_refusal(level, "harbour", before, after)
    assert (refusal is None) is allowed
    assert refusal is None or "harbour" in str(refusal)
