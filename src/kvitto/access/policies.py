"""Policies: switches on a scope that open what a role alone does not (roles.md §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kvitto.access.roles import Level
from kvitto.language import Phrase, phrase

ON, OFF = "on", "off"
ALLOWED, NOT_ALLOWED, DISABLED = "Allowed", "NotAllowed", "Disabled"
ALL_ALLOWED, ONLY_FREE_ALLOWED = "AllAllowed", "OnlyFreeAllowed"


class Policy(StrEnum):
    """A policy by the name that agreements files and records use."""

    INVOICES_SHARED = "allow-others-to-download-invoice"
    DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES = "department-administrators-view-charges"
    ACCOUNT_OWNERS_VIEW_CHARGES = "account-owners-view-charges"
    MARKETPLACE_PURCHASES = "marketplace-purchases"
    RESERVATION_PURCHASES = "reservation-purchases"
    SECTION_LABELS = "section-label-management"
    CUSTOMER_VIEWS_CHARGES = "customer-views-charges"
    CUSTOMER_PURCHASES = "customer-purchases"
    MARKUP = "markup"


@dataclass(frozen=True)
class PolicyFacts:
    """On what a policy is set, the values it may have, the one it has unless set, and its name."""

    levels: tuple[Level, ...]
    values: tuple[str, ...]
    default: str
    name: Phrase


POLICIES: Mapping[Policy, PolicyFacts] = {
    Policy.INVOICES_SHARED: PolicyFacts(
        (Level.SUBSCRIPTION,), (ON, OFF), OFF, phrase("Allow others to download invoice")
    ),
    Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES: PolicyFacts(
        (Level.ACCOUNT,),
        (ALLOWED, NOT_ALLOWED, DISABLED),
        NOT_ALLOWED,
        phrase("Department administrators view charges"),
    ),
    Policy.ACCOUNT_OWNERS_VIEW_CHARGES: PolicyFacts(
        (Level.ACCOUNT,), (ALLOWED, NOT_ALLOWED, DISABLED), NOT_ALLOWED, phrase("Account owners view charges")
    ),
    Policy.MARKETPLACE_PURCHASES: PolicyFacts(
        (Level.ACCOUNT, Level.PROFILE),
        (ALL_ALLOWED, ONLY_FREE_ALLOWED, NOT_ALLOWED, DISABLED),
        ALL_ALLOWED,
        phrase("Marketplace purchases"),
    ),
    Policy.RESERVATION_PURCHASES: PolicyFacts(
        (Level.ACCOUNT, Level.PROFILE), (ALLOWED, NOT_ALLOWED, DISABLED), ALLOWED, phrase("Reservation purchases")
    ),
    Policy.SECTION_LABELS: PolicyFacts(
        (Level.PROFILE,), (ALLOWED, NOT_ALLOWED), ALLOWED, phrase("Invoice section label management")
    ),
    Policy.CUSTOMER_VIEWS_CHARGES: PolicyFacts(
        (Level.CUSTOMER,), (ALLOWED, NOT_ALLOWED), NOT_ALLOWED, phrase("Customer views charges")
    ),
    Policy.CUSTOMER_PURCHASES: PolicyFacts((Level.CUSTOMER,), (ON, OFF), OFF, phrase("Customer purchase permission")),
    Policy.MARKUP: PolicyFacts(
        (Level.ACCOUNT,), ("Disabled", "Preview", "Published", "Locked"), "Disabled", phrase("Price markup")
    ),
}
