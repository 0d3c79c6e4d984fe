"""What an account becomes under a Microsoft Customer Agreement (agreements.md §5): the declaration of the result.

MOSP: a billing profile with one invoice section for each subscription, so that invoices stay apart until somebody
brings them together. EA: one billing profile, a section for each department, and a default section for accounts
outside departments. Where the reference is silent we chose: read-only administrators become readers, an enrollment
account lives on as the cost center of its subscriptions, and credit stays behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from kvitto.access.policies import ON, Policy
from kvitto.access.roles import Role
from kvitto.agreements.declaration.declared import Declaration, DeclaredPolicy, DeclaredRole
from kvitto.agreements.declaration.fitting import fitting_policies
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    InvoiceSection,
    Scope,
    ScopeKind,
    Subscription,
)
from kvitto.agreements.offer_table import published_offer
from kvitto.agreements.offers import Offer, OfferKind

_ENDING = "-mca"
_DEFAULT_SECTION = "Default invoice section"
_READS_INVOICES = (Role.OWNER, Role.CONTRIBUTOR, Role.READER, Role.BILLING_READER)
_PROFILE_ROLES = {
    Role.ENTERPRISE_ADMINISTRATOR: Role.BILLING_PROFILE_OWNER,
    Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY: Role.BILLING_PROFILE_READER,
}
_SECTION_ROLES = {
    Role.DEPARTMENT_ADMINISTRATOR: Role.INVOICE_SECTION_OWNER,
    Role.DEPARTMENT_ADMINISTRATOR_READ_ONLY: Role.INVOICE_SECTION_READER,
}


@dataclass
class _Result:
    """The parts of the new account, as they come."""

    profiles: list[BillingProfile] = field(default_factory=list)
    sections: list[InvoiceSection] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    roles: list[DeclaredRole] = field(default_factory=list)
    policies: list[DeclaredPolicy] = field(default_factory=list)


def migrated(office: Declaration, account: BillingAccount, day: date) -> Declaration:
    """The account and what it becomes from the day on, with everyone who has a role there; the rest is left out.

    Subscriptions that ended by then stay where they are. `office` is everything that is agreed.
    """
    new = replace(
        account,
        id=account.id + _ENDING,
        agreement=AgreementType.MCA,
        administrator="",
        enrollment=None,
        payment_terms_days=30,
        purchase_order="",
    )
    moving = _Moving(office, account, new, day)
    result = moving.from_mosp() if account.agreement is AgreementType.MOSP else moving.from_enrollment()
    stays = [each for each in office.subscriptions if each.account_id == account.id and _ended(each, day)]
    kept = {Scope(ScopeKind.BILLING_ACCOUNT, account.id), *moving.scopes_below()}
    kept |= {Scope(ScopeKind.SUBSCRIPTION, each.id) for each in (*stays, *result.subscriptions)}
    kept |= {Scope(ScopeKind.MANAGEMENT_GROUP, each.id) for each in office.management_groups}
    return Declaration(
        seller=office.seller,
        people=office.people,
        groups=office.groups,
        management_groups=office.management_groups,
        accounts=(replace(account, moved_to=new.id, moved_on=day), new),
        departments=tuple(each for each in office.departments if each.account_id == account.id),
        enrollment_accounts=tuple(each for each in office.enrollment_accounts if each.account_id == account.id),
        profiles=tuple(result.profiles),
        sections=tuple(result.sections),
        subscriptions=(*stays, *result.subscriptions),
        roles=(*(role for role in office.roles if role.scope in kept), *dict.fromkeys(result.roles)),
        policies=tuple(result.policies),
    )


class _Moving:
    def __init__(self, office: Declaration, old: BillingAccount, new: BillingAccount, day: date) -> None:
        self._office, self._old, self._new, self._day = office, old, new, day
        self._policies = {(each.scope, each.policy): each.value for each in office.policies}
        self._roles: dict[Scope, list[DeclaredRole]] = {}
        for role in office.roles:
            self._roles.setdefault(role.scope, []).append(role)
        self._parent_group = {each.id: each.parent_id for each in office.management_groups}

    def scopes_below(self) -> Iterator[Scope]:
        """The departments and accounts of the enrollment that is left."""
        for department in self._office.departments:
            if department.account_id == self._old.id:
                yield Scope(ScopeKind.DEPARTMENT, department.id)
        for owned in self._office.enrollment_accounts:
            if owned.account_id == self._old.id:
                yield Scope(ScopeKind.ENROLLMENT_ACCOUNT, owned.id)

    def _going(self) -> list[Subscription]:
        return [
            each
            for each in self._office.subscriptions
            if each.account_id == self._old.id and not _ended(each, self._day)
        ]

    def from_mosp(self) -> _Result:
        """A profile and a section for each subscription; the Account Administrator owns the account."""
        result = _Result()
        account = Scope(ScopeKind.BILLING_ACCOUNT, self._new.id)
        result.roles.append(DeclaredRole(self._old.administrator, Role.BILLING_ACCOUNT_OWNER, account))
        for subscription in self._going():
            profile = self._profile(f"{subscription.id}-profile", subscription.name)
            section = InvoiceSection(f"{subscription.id}-section", profile.id, subscription.name)
            result.profiles.append(profile)
            result.sections.append(section)
            result.subscriptions.append(self._under(section, subscription))
            if self._policies.get((_scope(subscription), Policy.INVOICES_SHARED)) == ON:
                scope = Scope(ScopeKind.BILLING_PROFILE, profile.id)
                result.roles += _given(self._invoice_readers(subscription), Role.BILLING_PROFILE_READER, scope)
        return result

    def from_enrollment(self) -> _Result:
        """One profile; a section for each department, and one for accounts outside departments."""
        profile = self._profile(f"{self._old.id}-profile", self._old.name)
        result = _Result(profiles=[profile])
        scope = Scope(ScopeKind.BILLING_PROFILE, profile.id)
        administrators = self._roles.get(Scope(ScopeKind.BILLING_ACCOUNT, self._old.id), [])
        for held, becomes in _PROFILE_ROLES.items():
            result.roles += _given([role for role in administrators if role.role is held], becomes, scope)
        result.policies += self._profile_policies(scope)
        sections = self._sections(profile)
        result.sections += dict.fromkeys(sections.values())
        owners = [role for role in administrators if role.role is Role.ENTERPRISE_ADMINISTRATOR]
        for section in result.sections:
            result.roles += _given(owners, Role.INVOICE_SECTION_OWNER, Scope(ScopeKind.INVOICE_SECTION, section.id))
        for department_id, section in sections.items():
            of_department = self._roles.get(Scope(ScopeKind.DEPARTMENT, department_id), [])
            for held, becomes in _SECTION_ROLES.items():
                chosen = [role for role in of_department if role.role is held]
                result.roles += _given(chosen, becomes, Scope(ScopeKind.INVOICE_SECTION, section.id))
        self._accounts_into(sections, result)
        return result

    def _sections(self, profile: BillingProfile) -> dict[str, InvoiceSection]:
        """By department; under the empty id the section of accounts outside departments, if there are any."""
        sections = {
            each.id: InvoiceSection(f"{each.id}-section", profile.id, each.name)
            for each in self._office.departments
            if each.account_id == self._old.id
        }
        owned = [each for each in self._office.enrollment_accounts if each.account_id == self._old.id]
        if any(not each.department_id for each in owned) or not sections:
            sections[""] = InvoiceSection(f"{self._old.id}-default-section", profile.id, _DEFAULT_SECTION)
        return sections

    def _accounts_into(self, sections: Mapping[str, InvoiceSection], result: _Result) -> None:
        owned = {each.id: each for each in self._office.enrollment_accounts if each.account_id == self._old.id}
        for each in owned.values():
            scope = Scope(ScopeKind.INVOICE_SECTION, sections[each.department_id].id)
            owners = self._roles.get(Scope(ScopeKind.ENROLLMENT_ACCOUNT, each.id), [])
            result.roles += _given(owners, Role.SUBSCRIPTION_CREATOR, scope)
        for subscription in self._going():
            account = owned[subscription.enrollment_account_id]
            cost_center = subscription.cost_center or account.cost_center or account.name
            section = sections[account.department_id]
            result.subscriptions.append(replace(self._under(section, subscription), cost_center=cost_center))

    def _profile(self, profile_id: str, name: str) -> BillingProfile:
        return BillingProfile(
            id=profile_id,
            account_id=self._new.id,
            name=name,
            bill_to=self._old.sold_to,
            payment_terms_days=self._old.payment_terms_days,
            purchase_order=self._old.purchase_order,
        )

    def _under(self, section: InvoiceSection, subscription: Subscription) -> Subscription:
        offer = subscription.offer
        if offer.kind is not OfferKind.SUPPORT:
            published = published_offer(offer.id)
            keeps_id = published is None or published.kind is OfferKind.PAY_AS_YOU_GO
            offer = Offer(OfferKind.PAY_AS_YOU_GO, id=offer.id if keeps_id else "")
        return replace(
            subscription,
            account_id=self._new.id,
            section_id=section.id,
            enrollment_account_id="",
            anniversary_day=1,
            offer=offer,
            spending_limit=False,
        )

    def _profile_policies(self, scope: Scope) -> Iterator[DeclaredPolicy]:
        old = Scope(ScopeKind.BILLING_ACCOUNT, self._old.id)
        for policy in fitting_policies(self._new, ScopeKind.BILLING_PROFILE):
            if value := self._policies.get((old, policy)):
                yield DeclaredPolicy(policy, value, scope)

    def _invoice_readers(self, subscription: Subscription) -> Iterator[DeclaredRole]:
        """Who could download its invoices while others were allowed to, also through a management group."""
        scopes = [_scope(subscription)]
        group = subscription.management_group_id
        while group in self._parent_group:
            scopes.append(Scope(ScopeKind.MANAGEMENT_GROUP, group))
            group = self._parent_group[group]
        for scope in scopes:
            yield from (role for role in self._roles.get(scope, []) if role.role in _READS_INVOICES)


def _given(holders: Iterable[DeclaredRole], role: Role, scope: Scope) -> Iterator[DeclaredRole]:
    """The role for everyone who holds one of these."""
    return (DeclaredRole(held.person, role, scope, held.group) for held in holders)


def _scope(subscription: Subscription) -> Scope:
    return Scope(ScopeKind.SUBSCRIPTION, subscription.id)


def _ended(subscription: Subscription, day: date) -> bool:
    return subscription.ended_on is not None and subscription.ended_on <= day
