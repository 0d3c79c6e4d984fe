"""A declaration as an agreements file: reading it again gives the same declaration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tomli_w

from kvitto.access.roles import Role
from kvitto.agreements.declaration.declared import (
    Declaration,
)
from kvitto.agreements.declaration.fitting import fitting_policies, fitting_roles
from kvitto.agreements.declaration.written_parts import (
    filled,
    written_group,
    written_lot,
    written_offer,
    written_party,
    written_person,
    written_rate,
    written_role,
    written_seller,
    written_tax,
)
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    EnrollmentAccount,
    ManagementGroup,
    PaysBy,
    Scope,
    ScopeKind,
    Subscription,
)

TomlTable = dict[str, Any]
_LISTS = {
    AgreementType.MOSP: "mosp_accounts",
    AgreementType.MCA: "mca_accounts",
    AgreementType.EA: "enterprise_agreements",
    AgreementType.MPA: "partner_agreements",
}


def as_toml(declaration: Declaration) -> str:
    """The text of the file, everything in order of id.

    Policies and credit that cannot stand in a file, because what they belong to became part of another agreement, are
    left out; applying a file leaves alone what it does not mention.
    """
    return tomli_w.dumps(_Writer(declaration.in_order()).file(), multiline_strings=False)


class _Writer:
    def __init__(self, declaration: Declaration) -> None:
        self._declared = declaration
        self._roles = _grouped(declaration.roles, lambda role: role.scope)
        self._policies = _grouped(declaration.policies, lambda policy: policy.scope)
        self._lots = _grouped(declaration.lots, lambda lot: lot.scope)
        self._profiles = _grouped(declaration.profiles, lambda each: each.account_id)
        self._sections = _grouped(declaration.sections, lambda each: each.profile_id)
        self._customers = _grouped(declaration.customers, lambda each: each.profile_id)
        self._departments = _grouped(declaration.departments, lambda each: each.account_id)
        self._owned = _grouped(declaration.enrollment_accounts, lambda each: (each.account_id, each.department_id))
        self._subscriptions = _grouped(declaration.subscriptions, _stands_under)
        self._moved_from = {each.moved_to: each for each in declaration.accounts if each.moved_to}
        self._accounts = {each.id: each for each in declaration.accounts}

    def file(self) -> TomlTable:
        """The whole file."""
        declared = self._declared
        lists: TomlTable = {
            "people": [written_person(each) for each in declared.people],
            "groups": [written_group(each) for each in declared.groups],
            "management_groups": [self._management_group(each) for each in _parents_first(declared.management_groups)],
            "exchange_rates": [written_rate(each) for each in declared.rates],
        }
        for agreement, key in _LISTS.items():
            lists[key] = [self._account(each) for each in declared.accounts if each.agreement is agreement]
        return {"seller": written_seller(declared.seller), **filled(lists)}

    def _management_group(self, group: ManagementGroup) -> TomlTable:
        scope = Scope(ScopeKind.MANAGEMENT_GROUP, group.id)
        roles = [written_role(role) for role in self._roles[scope]]
        return filled({"id": group.id, "name": group.name, "parent": group.parent_id, "roles": roles})

    def _account(self, account: BillingAccount) -> TomlTable:
        enrollment = account.enrollment
        before = self._moved_from.get(account.id)
        own_terms = account.agreement in {AgreementType.MOSP, AgreementType.EA}
        scope = Scope(ScopeKind.BILLING_ACCOUNT, account.id)
        return filled(
            {
                "id": account.id,
                "name": account.name,
                "created_on": account.created_on,
                "enrollment_number": enrollment.number if enrollment else "",
                "starts_on": enrollment.starts_on if enrollment else None,
                "ends_on": enrollment.ends_on if enrollment else None,
                "cadence": enrollment.cadence.value if enrollment else "",
                "partner": enrollment.partner if enrollment else "",
                "currency": account.currency,
                "pricing_currency": account.pricing_currency,
                "language": account.language,
                "administrator": account.administrator,
                "directory": account.directory,
                "payment_terms_days": account.payment_terms_days if own_terms else None,
                "pays_by": account.pays_by.value if account.pays_by is not PaysBy.INVOICE else "",
                "purchase_order": account.purchase_order,
                "price_sheet": account.price_sheet,
                "moved_from": before.id if before else "",
                "moved_on": before.moved_on if before else None,
                **self._holders(account, scope),
                "sold_to": written_party(account.sold_to),
                "ship_to": written_party(account.ship_to),
                "tax": written_tax(account.tax),
                **self._below(account),
            }
        )

    def _below(self, account: BillingAccount) -> TomlTable:
        match account.agreement:
            case AgreementType.MOSP:
                return {"subscriptions": self._subscriptions_of(account, ("", account.id))}
            case AgreementType.EA:
                departments = [
                    filled(
                        {
                            "id": each.id,
                            "name": each.name,
                            "cost_center": each.cost_center,
                            **self._holders(account, Scope(ScopeKind.DEPARTMENT, each.id)),
                            "accounts": self._accounts_of(account, each.id),
                        }
                    )
                    for each in self._departments[account.id]
                ]
                return {"departments": departments, "accounts": self._accounts_of(account, "")}
            case _:
                return {"billing_profiles": [self._profile(each, account) for each in self._profiles[account.id]]}

    def _profile(self, profile: BillingProfile, account: BillingAccount) -> TomlTable:
        sections = [
            filled(
                {
                    "id": each.id,
                    "name": each.name,
                    **self._holders(account, Scope(ScopeKind.INVOICE_SECTION, each.id)),
                    "subscriptions": self._subscriptions_of(account, ("section", each.id)),
                }
            )
            for each in self._sections[profile.id]
        ]
        customers = [
            filled(
                {
                    "id": each.id,
                    "name": each.name,
                    "reseller": each.reseller,
                    "directory": each.directory,
                    **self._holders(account, Scope(ScopeKind.CUSTOMER, each.id)),
                    "party": written_party(each.party),
                    "subscriptions": self._subscriptions_of(account, ("customer", each.id)),
                }
            )
            for each in self._customers[profile.id]
        ]
        return filled(
            {
                "id": profile.id,
                "name": profile.name,
                "currency": profile.currency,
                "invoice_day": profile.invoice_day,
                "payment_terms_days": profile.payment_terms_days,
                "purchase_order": profile.purchase_order,
                "language": profile.language,
                "bought_through": profile.bought_through,
                **self._holders(account, Scope(ScopeKind.BILLING_PROFILE, profile.id)),
                "bill_to": written_party(profile.bill_to) if profile.bill_to != account.sold_to else None,
                "ship_to": written_party(profile.ship_to),
                "invoice_sections": sections,
                "customers": customers,
            }
        )

    def _accounts_of(self, account: BillingAccount, department_id: str) -> list[TomlTable]:
        return [self._enrollment_account(each, account) for each in self._owned[account.id, department_id]]

    def _enrollment_account(self, owned: EnrollmentAccount, account: BillingAccount) -> TomlTable:
        roles = self._roles[Scope(ScopeKind.ENROLLMENT_ACCOUNT, owned.id)]
        return filled(
            {
                "id": owned.id,
                "name": owned.name,
                "cost_center": owned.cost_center,
                "owner": next((role.person for role in roles if role.role is Role.ACCOUNT_OWNER), ""),
                "subscriptions": self._subscriptions_of(account, ("enrollment account", owned.id)),
            }
        )

    def _subscriptions_of(self, account: BillingAccount, parent: tuple[str, str]) -> list[TomlTable]:
        return [self._subscription(each, account) for each in self._subscriptions[parent]]

    def _subscription(self, subscription: Subscription, account: BillingAccount) -> TomlTable:
        mosp = account.agreement is AgreementType.MOSP
        spans = [{"from": span.start, "to": span.end} for span in subscription.suspended]
        return filled(
            {
                "id": subscription.id,
                "name": subscription.name,
                "known_as": list(subscription.known_as),
                **written_offer(subscription.offer),
                "spending_limit": subscription.spending_limit or None,
                "started_on": subscription.started_on,
                "ended_on": subscription.ended_on,
                "anniversary_day": subscription.anniversary_day if mosp else None,
                "suspended": spans,
                "management_group": subscription.management_group_id,
                "cost_center": subscription.cost_center,
                **self._holders(account, Scope(ScopeKind.SUBSCRIPTION, subscription.id)),
            }
        )

    def _holders(self, account: BillingAccount, scope: Scope) -> TomlTable:
        """Roles, policies and credit of a thing, as far as they can be written there."""
        roles, policies = fitting_roles(account, scope.kind), fitting_policies(account, scope.kind)
        invoiced = account.agreement is AgreementType.MOSP or scope.kind is not ScopeKind.SUBSCRIPTION
        return {
            "roles": [written_role(role) for role in self._roles[scope] if role.role in roles],
            "policies": {each.policy.value: each.value for each in self._policies[scope] if each.policy in policies},
            "credits": [written_lot(lot) for lot in self._lots[scope]] if invoiced else [],
        }


def _stands_under(subscription: Subscription) -> tuple[str, str]:
    if subscription.section_id:
        return "section", subscription.section_id
    if subscription.customer_id:
        return "customer", subscription.customer_id
    if subscription.enrollment_account_id:
        return "enrollment account", subscription.enrollment_account_id
    return "", subscription.account_id


def _parents_first(groups: Sequence[ManagementGroup]) -> list[ManagementGroup]:
    known = {group.id: group for group in groups}

    def depth(group: ManagementGroup) -> int:
        return 1 + depth(known[group.parent_id]) if group.parent_id in known else 0

    return sorted(groups, key=depth)


def _grouped(things: Iterable[Any], key: Any) -> Mapping[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found
