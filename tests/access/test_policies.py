"""Every policy: on what it is set, which values it may have, and the one it has unless it is set (roles.md §8)."""

from __future__ import annotations

from kvitto.access.policies import POLICIES, Policy
from kvitto.access.roles import Level

VIEW = ("Allowed", "NotAllowed", "Disabled")
BOOK = {
    # policy: (on what, values, unless set)
    Policy.INVOICES_SHARED: ("subscription", ("on", "off"), "off"),
    Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES: ("account", VIEW, "NotAllowed"),
    Policy.ACCOUNT_OWNERS_VIEW_CHARGES: ("account", VIEW, "NotAllowed"),
    Policy.MARKETPLACE_PURCHASES: (
        "account profile", ("AllAllowed", "OnlyFreeAllowed", "NotAllowed", "Disabled"), "AllAllowed",
    ),
    Policy.RESERVATION_PURCHASES: ("account profile", VIEW, "Allowed"),
    Policy.SECTION_LABELS: ("profile", ("Allowed", "NotAllowed"), "Allowed"),
    Policy.CUSTOMER_VIEWS_CHARGES: ("customer", ("Allowed", "NotAllowed"), "NotAllowed"),
    Policy.CUSTOMER_PURCHASES: ("customer", ("on", "off"), "off"),
    Policy.MARKUP: ("account", ("Disabled", "Preview", "Published", "Locked"), "Disabled"),
}  # fmt: skip


def test_every_policy_has_its_place_its_values_and_its_default() -> None:
    """By the book; whatever opens something to others is closed unless it is set."""
    assert {
        policy: (" ".join(level.name.lower() for level in facts.levels), facts.values, facts.default)
        for policy, facts in POLICIES.items()
    } == BOOK
    assert set(POLICIES) == set(Policy)
    assert {level for facts in POLICIES.values() for level in facts.levels} <= set(Level)
