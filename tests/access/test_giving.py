"""Which roles can be given by which action, and that each says what it is."""

from __future__ import annotations

import pytest

from kvitto.access.actions import Action
from kvitto.access.giving import MEANINGS, action_to_give, action_to_see
from kvitto.access.matrices import EA, GROUPS, MCA, MOSP, MPA
from kvitto.access.matrix import Matrix
from kvitto.access.roles import Level, Role


@pytest.mark.parametrize(
    ("matrix", "level", "role", "action"),
    [
        (MOSP, Level.SUBSCRIPTION, Role.BILLING_READER, Action.GIVE_SUBSCRIPTION_ROLES),
        (MOSP, Level.SUBSCRIPTION, Role.SERVICE_ADMINISTRATOR, Action.CHANGE_SERVICE_ADMINISTRATOR),
        (MCA, Level.SUBSCRIPTION, Role.SERVICE_ADMINISTRATOR, Action.GIVE_SUBSCRIPTION_ROLES),
        (MCA, Level.ACCOUNT, Role.BILLING_ACCOUNT_READER, Action.GIVE_ACCOUNT_ROLES),
        (MCA, Level.ACCOUNT, Role.GLOBAL_ADMINISTRATOR, None),
        (MCA, Level.PROFILE, Role.INVOICE_MANAGER, Action.GIVE_PROFILE_ROLES),
        (MCA, Level.SECTION, Role.INVOICE_SECTION_READER, Action.GIVE_SECTION_ROLES),
        (EA, Level.ACCOUNT, Role.PARTNER_ADMINISTRATOR, None),
        (EA, Level.ENROLLMENT_ACCOUNT, Role.ACCOUNT_OWNER, Action.ADD_ENROLLMENT_ACCOUNTS),
        (EA, Level.DEPARTMENT, Role.DEPARTMENT_ADMINISTRATOR, Action.GIVE_DEPARTMENT_ROLES),
        (MPA, Level.ACCOUNT, Role.GLOBAL_ADMINISTRATOR, Action.GIVE_ACCOUNT_ROLES),
        (MPA, Level.CUSTOMER, Role.OWNER, None),
        (GROUPS, Level.MANAGEMENT_GROUP, Role.OWNER, Action.GIVE_SUBSCRIPTION_ROLES),
    ],
)
def test_by_which_action_a_role_is_given(matrix: Matrix, level: Level, role: Role, action: Action | None) -> None:
    """None: the office gives it, in the agreements file."""
    assert action_to_give(matrix, level, role) is action


def test_who_holds_roles_is_seen_where_the_agreement_has_them() -> None:
    """A department is seen under an enrollment alone, and what the agreement does not know by nobody."""
    assert action_to_see(EA, Level.DEPARTMENT) is Action.SEE_DEPARTMENT_ROLES
    assert action_to_see(MCA, Level.DEPARTMENT) is None
    assert action_to_see(MCA, Level.PROFILE) is Action.SEE_PROFILE_ROLES
    assert action_to_see(MPA, Level.CUSTOMER) is Action.MANAGE_CUSTOMERS
    assert action_to_see(MOSP, Level.ACCOUNT) is action_to_see(MOSP, Level.SUBSCRIPTION)


def test_every_role_says_what_it_is() -> None:
    """In one line each."""
    assert set(MEANINGS) == set(Role)
    assert max(len(str(meaning)) for meaning in MEANINGS.values()) < 100
