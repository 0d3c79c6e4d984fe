"""Which roles can be given where, by which action, to whom; and what each of them lets its holder do, in one line."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.access.actions import Action
from kvitto.access.matrices import EA, GROUPS, MCA, MOSP, MPA
from kvitto.access.matrix import Matrix
from kvitto.access.roles import Level, Role
from kvitto.language import Phrase, phrase

HELD_ONCE = frozenset((Role.SERVICE_ADMINISTRATOR, Role.ACCOUNT_OWNER))
"""A thing has one of each at most (roles.md §1)."""
FOR_PEOPLE_ALONE = frozenset((Role.ACCOUNT_OWNER,))
FOR_PROGRAMS_ALONE = frozenset((Role.ENTERPRISE_PURCHASER,))

_OFFICE_GIVES = (  # what someone is outside this account: not for its owners to say
    (MCA, Role.GLOBAL_ADMINISTRATOR),
    (EA, Role.PARTNER_ADMINISTRATOR),
)
_SUBSCRIPTION_SEEN_BY = Action.GIVE_SUBSCRIPTION_ROLES
_SEEN_BY: tuple[tuple[Matrix, Mapping[Level, Action]], ...] = (
    (MOSP, {Level.ACCOUNT: _SUBSCRIPTION_SEEN_BY}),
    (
        MCA,
        {
            Level.ACCOUNT: Action.SEE_ACCOUNT_ROLES,
            Level.PROFILE: Action.SEE_PROFILE_ROLES,
            Level.SECTION: Action.SEE_SECTION_ROLES,
        },
    ),
    (
        EA,
        {
            Level.ACCOUNT: Action.SEE_ACCOUNT_ROLES,
            Level.DEPARTMENT: Action.SEE_DEPARTMENT_ROLES,
            Level.ENROLLMENT_ACCOUNT: Action.SEE_ENROLLMENT_ACCOUNTS,
        },
    ),
    (
        MPA,
        {
            Level.ACCOUNT: Action.MANAGE_CUSTOMERS,
            Level.PROFILE: Action.MANAGE_CUSTOMERS,
            Level.CUSTOMER: Action.MANAGE_CUSTOMERS,
        },
    ),
    (GROUPS, {}),
)
_RESOURCES = (Level.SUBSCRIPTION, Level.MANAGEMENT_GROUP)


def action_to_see(matrix: Matrix, level: Level) -> Action | None:
    """What one must be allowed to do on a thing of this level to see who holds roles on it; None where nobody does.

    Who holds roles on subscriptions and management groups is seen by those who give them: roles.md names nobody else.
    """
    if level in _RESOURCES:
        return _SUBSCRIPTION_SEEN_BY
    return next(levels.get(level) for known, levels in _SEEN_BY if known is matrix)


def action_to_give(matrix: Matrix, level: Level, role: Role) -> Action | None:
    """What one must be allowed to do on a thing of this level to give this role on it; None where nobody does."""
    if any(known is matrix and given is role for known, given in _OFFICE_GIVES):
        return None
    if role is Role.SERVICE_ADMINISTRATOR and Action.CHANGE_SERVICE_ADMINISTRATOR in matrix.cells:
        return Action.CHANGE_SERVICE_ADMINISTRATOR
    return matrix.gives.get(Level.SUBSCRIPTION if level in _RESOURCES else level)


MEANINGS: Mapping[Role, Phrase] = {
    Role.ACCOUNT_ADMINISTRATOR: phrase("Pays; sees and downloads everything of the account, and shares its invoices."),
    Role.SERVICE_ADMINISTRATOR: phrase("Manages the resources and can cancel; sees the bills."),
    Role.CO_ADMINISTRATOR: phrase("Manages the resources beside the Service Administrator; sees the bills."),
    Role.OWNER: phrase("Manages the resources and gives roles on them; sees what they cost."),
    Role.CONTRIBUTOR: phrase("Manages the resources; sees what they cost. Gives no roles."),
    Role.READER: phrase("Sees the resources and what they cost; changes nothing."),
    Role.BILLING_READER: phrase("Sees billing information where the subscription is bought online; changes nothing."),
    Role.USER_ACCESS_ADMINISTRATOR: phrase("Gives roles on the resources; sees no cost."),
    Role.COST_MANAGEMENT_READER: phrase("Sees what the resources cost, and budgets; no invoices."),
    Role.COST_MANAGEMENT_CONTRIBUTOR: phrase("Sees what the resources cost, and makes budgets; no invoices."),
    Role.BILLING_ACCOUNT_OWNER: phrase("Sees and changes everything of the billing account, and gives roles on it."),
    Role.BILLING_ACCOUNT_CONTRIBUTOR: phrase("Sees and changes everything of the billing account; gives no roles."),
    Role.BILLING_ACCOUNT_READER: phrase("Sees everything of the billing account, with all invoices; changes nothing."),
    Role.BILLING_PROFILE_OWNER: phrase("Sees and changes everything of the billing profile, and gives roles on it."),
    Role.BILLING_PROFILE_CONTRIBUTOR: phrase("Sees and changes everything of the billing profile; gives no roles."),
    Role.BILLING_PROFILE_READER: phrase("Sees and downloads the profile’s invoices and usage; changes nothing."),
    Role.INVOICE_MANAGER: phrase("Sees, downloads and pays the profile’s invoices."),
    Role.INVOICE_SECTION_OWNER: phrase("Sees and changes the section, and gives roles on it; no invoices."),
    Role.INVOICE_SECTION_CONTRIBUTOR: phrase("Sees and changes the section; no invoices."),
    Role.INVOICE_SECTION_READER: phrase("Sees the section and its cost; no invoices."),
    Role.SUBSCRIPTION_CREATOR: phrase("Creates subscriptions in the section, and sees its cost; no invoices."),
    Role.ENTERPRISE_ADMINISTRATOR: phrase("Sees and changes everything of the enrollment, and gives roles on it."),
    Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY: phrase("Sees the enrollment and its charges; no invoices, no changes."),
    Role.ENTERPRISE_PURCHASER: phrase("Buys reservations and sees the charges; for service principals only."),
    Role.DEPARTMENT_ADMINISTRATOR: phrase(
        "Manages the department and its accounts; sees its charges if the enrollment allows that."
    ),
    Role.DEPARTMENT_ADMINISTRATOR_READ_ONLY: phrase(
        "Sees the department and its accounts; sees its charges if the enrollment allows that."
    ),
    Role.ACCOUNT_OWNER: phrase(
        "Creates and manages the account’s subscriptions; sees its charges if the enrollment allows that."
    ),
    Role.PARTNER_ADMINISTRATOR: phrase("The partner: receives the invoices and releases the prices."),
    Role.GLOBAL_ADMINISTRATOR: phrase(
        "Administers the directory; in the directory of a partner also sees every bill and gives roles."
    ),
    Role.ADMIN_AGENT: phrase("Manages customers; sees and downloads every bill."),
    Role.BILLING_ADMINISTRATOR: phrase("Downloads reconciliation files and tax documents."),
    Role.SALES_AGENT: phrase("Sees the price list and the daily usage; no bills."),
    Role.HELPDESK_AGENT: phrase("Sees the daily usage; no bills."),
}
