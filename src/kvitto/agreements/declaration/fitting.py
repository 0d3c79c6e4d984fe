"""Which roles and policies fit which agreement (roles.md §1, §8): what an agreements file may write where."""

from __future__ import annotations

from kvitto.access.policies import Policy
from kvitto.access.roles import Role, roles_held_on
from kvitto.agreements.hierarchy import AgreementType, BillingAccount, ScopeKind

_OF_ACCOUNT = {
    AgreementType.MOSP: (),  # who the administrator is, is a fact of the account itself
    AgreementType.MCA: (
        Role.BILLING_ACCOUNT_OWNER,
        Role.BILLING_ACCOUNT_CONTRIBUTOR,
        Role.BILLING_ACCOUNT_READER,
        Role.GLOBAL_ADMINISTRATOR,  # of its directory, who may become its owner
    ),
    AgreementType.EA: (
        Role.ENTERPRISE_ADMINISTRATOR,
        Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY,
        Role.ENTERPRISE_PURCHASER,
    ),
    AgreementType.MPA: (
        Role.GLOBAL_ADMINISTRATOR,
        Role.ADMIN_AGENT,
        Role.BILLING_ADMINISTRATOR,
        Role.SALES_AGENT,
        Role.HELPDESK_AGENT,
    ),
}
_POLICIES = {
    (AgreementType.MOSP, ScopeKind.SUBSCRIPTION): (Policy.INVOICES_SHARED,),
    (AgreementType.MCA, ScopeKind.BILLING_PROFILE): (
        Policy.MARKETPLACE_PURCHASES,
        Policy.RESERVATION_PURCHASES,
        Policy.SECTION_LABELS,
    ),
    (AgreementType.EA, ScopeKind.BILLING_ACCOUNT): (
        Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES,
        Policy.ACCOUNT_OWNERS_VIEW_CHARGES,
        Policy.MARKETPLACE_PURCHASES,
        Policy.RESERVATION_PURCHASES,
    ),
    (AgreementType.MPA, ScopeKind.CUSTOMER): (Policy.CUSTOMER_VIEWS_CHARGES, Policy.CUSTOMER_PURCHASES),
}


def fitting_roles(account: BillingAccount, kind: ScopeKind) -> tuple[Role, ...]:
    """The roles that `roles` may give on a thing of this kind under the account."""
    if kind is ScopeKind.BILLING_ACCOUNT:
        partner = (Role.PARTNER_ADMINISTRATOR,) if _is_indirect(account) else ()
        return (*_OF_ACCOUNT[account.agreement], *partner)
    if kind is ScopeKind.BILLING_PROFILE and account.agreement is AgreementType.MPA:
        return ()  # a partner's roles are held on its account
    return () if kind is ScopeKind.ENROLLMENT_ACCOUNT else roles_held_on(kind)


def fitting_policies(account: BillingAccount, kind: ScopeKind) -> tuple[Policy, ...]:
    """The policies that can be set on a thing of this kind under the account."""
    markup = (Policy.MARKUP,) if _is_indirect(account) and kind is ScopeKind.BILLING_ACCOUNT else ()
    return (*_POLICIES.get((account.agreement, kind), ()), *markup)


def _is_indirect(account: BillingAccount) -> bool:
    return account.enrollment is not None and account.enrollment.is_indirect
