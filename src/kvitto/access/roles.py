"""Roles: what they are called, on what they are held, and what their names are in a sentence.

Billing roles are held on billing accounts, profiles and invoice sections; resource roles on subscriptions. Holding one
kind gives nothing of the other (roles.md §1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kvitto.language import Phrase, phrase


class Level(StrEnum):
    """The kinds of things a role is held on, by the names of `agreements.hierarchy.ScopeKind`."""

    ACCOUNT = "billing_account"
    PROFILE = "billing_profile"
    SECTION = "invoice_section"
    DEPARTMENT = "department"
    ENROLLMENT_ACCOUNT = "enrollment_account"
    CUSTOMER = "customer"
    MANAGEMENT_GROUP = "management_group"
    SUBSCRIPTION = "subscription"


ABOVE: Mapping[Level, frozenset[Level]] = {
    Level.ACCOUNT: frozenset(),
    Level.PROFILE: frozenset((Level.ACCOUNT,)),
    Level.SECTION: frozenset((Level.PROFILE, Level.ACCOUNT)),
    Level.DEPARTMENT: frozenset((Level.ACCOUNT,)),
    Level.ENROLLMENT_ACCOUNT: frozenset((Level.DEPARTMENT, Level.ACCOUNT)),
    Level.CUSTOMER: frozenset((Level.PROFILE, Level.ACCOUNT)),
    Level.MANAGEMENT_GROUP: frozenset((Level.MANAGEMENT_GROUP,)),
    Level.SUBSCRIPTION: frozenset(Level) - {Level.SUBSCRIPTION},
}
"""The levels from which a right reaches down to a thing of each level."""


class Role(StrEnum):
    """A role by the name that agreements files and records use."""

    ACCOUNT_ADMINISTRATOR = "account-administrator"

    SERVICE_ADMINISTRATOR = "service-administrator"
    CO_ADMINISTRATOR = "co-administrator"
    OWNER = "owner"
    CONTRIBUTOR = "contributor"
    READER = "reader"
    BILLING_READER = "billing-reader"
    USER_ACCESS_ADMINISTRATOR = "user-access-administrator"
    COST_MANAGEMENT_READER = "cost-management-reader"
    COST_MANAGEMENT_CONTRIBUTOR = "cost-management-contributor"

    BILLING_ACCOUNT_OWNER = "billing-account-owner"
    BILLING_ACCOUNT_CONTRIBUTOR = "billing-account-contributor"
    BILLING_ACCOUNT_READER = "billing-account-reader"
    BILLING_PROFILE_OWNER = "billing-profile-owner"
    BILLING_PROFILE_CONTRIBUTOR = "billing-profile-contributor"
    BILLING_PROFILE_READER = "billing-profile-reader"
    INVOICE_MANAGER = "invoice-manager"
    INVOICE_SECTION_OWNER = "invoice-section-owner"
    INVOICE_SECTION_CONTRIBUTOR = "invoice-section-contributor"
    INVOICE_SECTION_READER = "invoice-section-reader"
    SUBSCRIPTION_CREATOR = "subscription-creator"

    ENTERPRISE_ADMINISTRATOR = "enterprise-administrator"
    ENTERPRISE_ADMINISTRATOR_READ_ONLY = "enterprise-administrator-read-only"
    ENTERPRISE_PURCHASER = "enterprise-purchaser"
    DEPARTMENT_ADMINISTRATOR = "department-administrator"
    DEPARTMENT_ADMINISTRATOR_READ_ONLY = "department-administrator-read-only"
    ACCOUNT_OWNER = "account-owner"
    PARTNER_ADMINISTRATOR = "partner-administrator"

    GLOBAL_ADMINISTRATOR = "global-administrator"
    ADMIN_AGENT = "admin-agent"
    BILLING_ADMINISTRATOR = "billing-administrator"
    SALES_AGENT = "sales-agent"
    HELPDESK_AGENT = "helpdesk-agent"


@dataclass(frozen=True)
class RoleFacts:
    """The level a role is held on, and its name as a phrase. `also_on`: levels above, from which it reaches down."""

    level: Level
    name: Phrase
    also_on: tuple[Level, ...] = ()


ROLES: Mapping[Role, RoleFacts] = {
    Role.ACCOUNT_ADMINISTRATOR: RoleFacts(Level.ACCOUNT, phrase("Account Administrator")),
    Role.SERVICE_ADMINISTRATOR: RoleFacts(Level.SUBSCRIPTION, phrase("Service Administrator")),
    Role.CO_ADMINISTRATOR: RoleFacts(Level.SUBSCRIPTION, phrase("Co-administrator")),
    Role.OWNER: RoleFacts(Level.SUBSCRIPTION, phrase("Owner"), (Level.MANAGEMENT_GROUP,)),
    Role.CONTRIBUTOR: RoleFacts(Level.SUBSCRIPTION, phrase("Contributor"), (Level.MANAGEMENT_GROUP,)),
    Role.READER: RoleFacts(Level.SUBSCRIPTION, phrase("Reader"), (Level.MANAGEMENT_GROUP,)),
    Role.BILLING_READER: RoleFacts(Level.SUBSCRIPTION, phrase("Billing Reader"), (Level.MANAGEMENT_GROUP,)),
    Role.USER_ACCESS_ADMINISTRATOR: RoleFacts(
        Level.SUBSCRIPTION, phrase("User Access Administrator"), (Level.MANAGEMENT_GROUP,)
    ),
    Role.COST_MANAGEMENT_READER: RoleFacts(
        Level.SUBSCRIPTION, phrase("Cost Management Reader"), (Level.MANAGEMENT_GROUP,)
    ),
    Role.COST_MANAGEMENT_CONTRIBUTOR: RoleFacts(
        Level.SUBSCRIPTION, phrase("Cost Management Contributor"), (Level.MANAGEMENT_GROUP,)
    ),
    Role.BILLING_ACCOUNT_OWNER: RoleFacts(Level.ACCOUNT, phrase("Billing account owner")),
    Role.BILLING_ACCOUNT_CONTRIBUTOR: RoleFacts(Level.ACCOUNT, phrase("Billing account contributor")),
    Role.BILLING_ACCOUNT_READER: RoleFacts(Level.ACCOUNT, phrase("Billing account reader")),
    Role.BILLING_PROFILE_OWNER: RoleFacts(Level.PROFILE, phrase("Billing profile owner")),
    Role.BILLING_PROFILE_CONTRIBUTOR: RoleFacts(Level.PROFILE, phrase("Billing profile contributor")),
    Role.BILLING_PROFILE_READER: RoleFacts(Level.PROFILE, phrase("Billing profile reader")),
    Role.INVOICE_MANAGER: RoleFacts(Level.PROFILE, phrase("Invoice manager")),
    Role.INVOICE_SECTION_OWNER: RoleFacts(Level.SECTION, phrase("Invoice section owner")),
    Role.INVOICE_SECTION_CONTRIBUTOR: RoleFacts(Level.SECTION, phrase("Invoice section contributor")),
    Role.INVOICE_SECTION_READER: RoleFacts(Level.SECTION, phrase("Invoice section reader")),
    Role.SUBSCRIPTION_CREATOR: RoleFacts(Level.SECTION, phrase("Subscription creator")),
    Role.ENTERPRISE_ADMINISTRATOR: RoleFacts(Level.ACCOUNT, phrase("Enterprise administrator")),
    Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY: RoleFacts(Level.ACCOUNT, phrase("Enterprise administrator (read only)")),
    Role.ENTERPRISE_PURCHASER: RoleFacts(Level.ACCOUNT, phrase("Enterprise purchaser")),
    Role.DEPARTMENT_ADMINISTRATOR: RoleFacts(Level.DEPARTMENT, phrase("Department administrator")),
    Role.DEPARTMENT_ADMINISTRATOR_READ_ONLY: RoleFacts(
        Level.DEPARTMENT, phrase("Department administrator (read only)")
    ),
    Role.ACCOUNT_OWNER: RoleFacts(Level.ENROLLMENT_ACCOUNT, phrase("Account owner")),
    Role.PARTNER_ADMINISTRATOR: RoleFacts(Level.ACCOUNT, phrase("Partner administrator")),
    Role.GLOBAL_ADMINISTRATOR: RoleFacts(Level.ACCOUNT, phrase("Global administrator")),
    Role.ADMIN_AGENT: RoleFacts(Level.ACCOUNT, phrase("Admin agent")),
    Role.BILLING_ADMINISTRATOR: RoleFacts(Level.ACCOUNT, phrase("Billing administrator")),
    Role.SALES_AGENT: RoleFacts(Level.ACCOUNT, phrase("Sales agent")),
    Role.HELPDESK_AGENT: RoleFacts(Level.ACCOUNT, phrase("Helpdesk agent")),
}


def roles_held_on(level: str) -> tuple[Role, ...]:
    """The roles that can be given on a thing of this level, in the order they are listed here.

    The Account Administrator is not among them: who that is, is a fact of the account itself.
    """
    return tuple(
        role
        for role, facts in ROLES.items()
        if level in {facts.level, *facts.also_on} and role != Role.ACCOUNT_ADMINISTRATOR
    )
