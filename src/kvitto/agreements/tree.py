"""All agreements of an office as one value: what stands under what, and what an invoice is made for.

A subscription may have stood elsewhere before: under another account, profile or enrollment. Each of them is invoiced
for the days on which it stood there, so that an invoice scope also holds those that left it (`InvoiceScope.days`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.dated import FOREVER, Dated, joined
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    Cadence,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceScope,
    InvoiceSection,
    ManagementGroup,
    Scope,
    ScopeKind,
    Seller,
    Subscription,
)
from kvitto.periods import Period

DEEPEST_MANAGEMENT_GROUP = 6  # levels above a subscription (agreements.md §2)


@dataclass(frozen=True)
class PlacedSubscription:
    """A subscription and everything above it.

    MOSP: the account alone. MCA: `section` and `profile`. EA: `enrollment_account` and, where there is one,
    `department`. MPA: `customer` and `profile`.
    """

    subscription: Subscription
    account: BillingAccount
    profile: BillingProfile | None = None
    section: InvoiceSection | None = None
    department: Department | None = None
    enrollment_account: EnrollmentAccount | None = None
    customer: Customer | None = None

    @property
    def scope(self) -> Scope:
        """The subscription as a scope."""
        return Scope(ScopeKind.SUBSCRIPTION, self.subscription.id)

    @property
    def invoice_scope(self) -> Scope:
        """What its invoices are made for: the billing profile, the enrollment, or itself."""
        if self.profile:
            return Scope(ScopeKind.BILLING_PROFILE, self.profile.id)
        if self.enrollment_account:
            return Scope(ScopeKind.BILLING_ACCOUNT, self.account.id)
        return self.scope

    @property
    def lineage(self) -> tuple[Scope, ...]:
        """Itself and all above it, lowest first, as billing sees it."""
        above = (
            (ScopeKind.INVOICE_SECTION, self.section),
            (ScopeKind.CUSTOMER, self.customer),
            (ScopeKind.ENROLLMENT_ACCOUNT, self.enrollment_account),
            (ScopeKind.DEPARTMENT, self.department),
            (ScopeKind.BILLING_PROFILE, self.profile),
            (ScopeKind.BILLING_ACCOUNT, self.account),
        )
        return (self.scope, *(Scope(kind, value.id) for kind, value in above if value))


@dataclass
class Tree:
    """Agreements by id, in order of id. Whatever stands under something that is missing here is left out of answers.

    `stays`: of a subscription that did not always stand under the same parent, all its versions, oldest first, the one
    in `subscriptions` among them. `cadences`: by which cadence an enrollment was invoiced before, oldest first, each
    with the first day of the next one. Fill it before asking it anything. `answers`: what others worked out from it and
    from nothing but what they name in the key.
    """

    seller: Seller | None = None
    accounts: dict[str, BillingAccount] = field(default_factory=dict)
    profiles: dict[str, BillingProfile] = field(default_factory=dict)
    sections: dict[str, InvoiceSection] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    enrollment_accounts: dict[str, EnrollmentAccount] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    management_groups: dict[str, ManagementGroup] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    lots: dict[str, CreditLot] = field(default_factory=dict)
    rates: dict[str, ExchangeRate] = field(default_factory=dict)
    stays: dict[str, tuple[Dated[Subscription], ...]] = field(default_factory=dict)
    cadences: dict[str, tuple[tuple[Cadence, date], ...]] = field(default_factory=dict)
    answers: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _answered: dict[Scope, InvoiceScope | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def place(self, subscription_id: str) -> PlacedSubscription | None:
        """The subscription with everything above it, or None."""
        subscription = self.subscriptions.get(subscription_id)
        return self._placed(subscription) if subscription else None

    def places(self) -> Iterator[PlacedSubscription]:
        """Every subscription with everything above it."""
        return (place for place in map(self._placed, self.subscriptions.values()) if place)

    def lineage(self, scope: Scope) -> tuple[Scope, ...]:
        """The scope and all above it as billing sees it, lowest first; empty if it is not here."""
        account, profile = ScopeKind.BILLING_ACCOUNT, ScopeKind.BILLING_PROFILE
        above: tuple[ScopeKind, str] | None = None
        match scope.kind:
            case ScopeKind.BILLING_ACCOUNT:
                return (scope,) if scope.id in self.accounts else ()
            case ScopeKind.SUBSCRIPTION:
                place = self.place(scope.id)
                return place.lineage if place else ()
            case ScopeKind.BILLING_PROFILE if found := self.profiles.get(scope.id):
                above = (account, found.account_id)
            case ScopeKind.INVOICE_SECTION if section := self.sections.get(scope.id):
                above = (profile, section.profile_id)
            case ScopeKind.CUSTOMER if customer := self.customers.get(scope.id):
                above = (profile, customer.profile_id)
            case ScopeKind.DEPARTMENT if department := self.departments.get(scope.id):
                above = (account, department.account_id)
            case ScopeKind.ENROLLMENT_ACCOUNT if owner := self.enrollment_accounts.get(scope.id):
                above = (
                    (ScopeKind.DEPARTMENT, owner.department_id) if owner.department_id else (account, owner.account_id)
                )
        higher = self.lineage(Scope(*above)) if above else ()
        return (scope, *higher) if higher else ()

    def resource_lineage(self, scope: Scope) -> tuple[Scope, ...]:
        """The subscription or management group and the management groups above it, lowest first.

        For resource roles, which are inherited beside billing. At most six groups; empty if the scope is not here.
        """
        if scope.kind is ScopeKind.SUBSCRIPTION and scope.id in self.subscriptions:
            return (scope, *self._groups_from(self.subscriptions[scope.id].management_group_id))
        return tuple(self._groups_from(scope.id)) if scope.kind is ScopeKind.MANAGEMENT_GROUP else ()

    def account_of(self, scope: Scope) -> BillingAccount | None:
        """The account at the top of the scope, or None if the scope is not here or is a management group."""
        lineage = self.lineage(scope)
        return self.accounts[lineage[-1].id] if lineage else None

    def invoice_scopes(self) -> list[InvoiceScope]:
        """Everything an invoice is made for: MOSP subscriptions, billing profiles, enrollments, each in order of id.

        A subscription that left MOSP is among them with the days until then.
        """
        return list(self._invoice_scopes)

    @cached_property
    def _invoice_scopes(self) -> list[InvoiceScope]:
        alone = (Scope(ScopeKind.SUBSCRIPTION, key) for key in self.subscriptions)
        together = [scope for scope in self._standing if scope.kind is not ScopeKind.SUBSCRIPTION]
        return [found for scope in (*alone, *together) if (found := self.own_invoice_scope(scope))]

    def own_invoice_scope(self, scope: Scope) -> InvoiceScope | None:
        """What invoices are made for exactly this scope, now or in the past; None if there never were any."""
        if scope not in self._answered:
            self._answered[scope] = self._own_invoice_scope(scope)
        return self._answered[scope]

    def _own_invoice_scope(self, scope: Scope) -> InvoiceScope | None:
        if self.seller is None:
            return None
        if standing := self._standing.get(scope):
            return standing.invoice_scope(self.seller, self.cadences.get(standing.account.id, ()))
        place = self.place(scope.id) if scope.kind is ScopeKind.SUBSCRIPTION and scope.id not in self.stays else None
        is_alone = place and place.invoice_scope == scope
        return InvoiceScope(self.seller, place.account, None, (), (place.subscription,)) if place and is_alone else None

    def invoice_scope(self, scope: Scope) -> InvoiceScope | None:
        """The invoice scope that now holds this subscription, section, customer, department and so on.

        None for the account of a MOSP, MCA or partner agreement, for a management group, and for the unknown.
        """
        if scope.kind is ScopeKind.SUBSCRIPTION:
            place = self.place(scope.id)
            return self.own_invoice_scope(place.invoice_scope) if place else None
        found = (self.own_invoice_scope(above) for above in self.lineage(scope) if above in self._standing)
        return next(found, None)

    def _placed(self, subscription: Subscription) -> PlacedSubscription | None:
        account = self.accounts.get(subscription.account_id)
        match account.agreement if account else None:
            case AgreementType.MOSP if account:
                return PlacedSubscription(subscription, account)
            case AgreementType.MCA if account:
                section = self.sections.get(subscription.section_id)
                profile = self.profiles.get(section.profile_id) if section else None
                return PlacedSubscription(subscription, account, profile, section) if profile else None
            case AgreementType.MPA if account:
                customer = self.customers.get(subscription.customer_id)
                profile = self.profiles.get(customer.profile_id) if customer else None
                return PlacedSubscription(subscription, account, profile, customer=customer) if profile else None
            case AgreementType.EA if account:
                owner = self.enrollment_accounts.get(subscription.enrollment_account_id)
                department = self.departments.get(owner.department_id) if owner else None
                if owner is None or (owner.department_id and department is None):
                    return None
                return PlacedSubscription(subscription, account, department=department, enrollment_account=owner)
            case _:
                return None

    def _groups_from(self, group_id: str) -> Iterator[Scope]:
        for _ in range(DEEPEST_MANAGEMENT_GROUP):
            group = self.management_groups.get(group_id)
            if group is None:
                return
            yield Scope(ScopeKind.MANAGEMENT_GROUP, group.id)
            group_id = group.parent_id

    @cached_property
    def _standing(self) -> Mapping[Scope, _Standing]:
        """All that stands or stood in each invoice scope, but for MOSP subscriptions that never stood elsewhere."""
        found = {
            Scope(ScopeKind.BILLING_PROFILE, profile.id): _Standing(self.accounts[profile.account_id], profile)
            for profile in self.profiles.values()
            if profile.account_id in self.accounts
        }
        for account in self.accounts.values():
            if account.agreement is AgreementType.EA:
                found[Scope(ScopeKind.BILLING_ACCOUNT, account.id)] = _Standing(account)
        self._place_parts(found)
        for subscription in self.subscriptions.values():
            is_mover = subscription.id in self.stays
            stays = self.stays.get(subscription.id) or (Dated(subscription, _always(subscription)),)
            for stay in stays:
                place = self._placed(stay.value)
                if place and (is_mover or place.invoice_scope != place.scope):
                    found.setdefault(place.invoice_scope, _Standing(place.account, place.profile)).take(
                        place, stay.days
                    )
        return found

    def _place_parts(self, found: Mapping[Scope, _Standing]) -> None:
        for section in self.sections.values():
            if standing := found.get(Scope(ScopeKind.BILLING_PROFILE, section.profile_id)):
                standing.sections.append(section)
        for customer in self.customers.values():
            if standing := found.get(Scope(ScopeKind.BILLING_PROFILE, customer.profile_id)):
                standing.customers.append(customer)
        for department in self.departments.values():
            if standing := found.get(Scope(ScopeKind.BILLING_ACCOUNT, department.account_id)):
                standing.departments.append(department)
        for owner in self.enrollment_accounts.values():
            if standing := found.get(Scope(ScopeKind.BILLING_ACCOUNT, owner.account_id)):
                standing.enrollment_accounts.append(owner)


@dataclass
class _Standing:
    """What stands or stood in one invoice scope. `account`: the latest one, if its owner changed."""

    account: BillingAccount
    profile: BillingProfile | None = None
    sections: list[InvoiceSection] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)
    enrollment_accounts: list[EnrollmentAccount] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    stays: dict[str, list[tuple[str, Period]]] = field(default_factory=dict)  # account and days, of those that moved

    def take(self, place: PlacedSubscription, days: Period) -> None:
        """One more stay of a subscription; a later one comes after an earlier one."""
        subscription = place.subscription
        self.account = place.account
        self.subscriptions[subscription.id] = subscription
        if subscription.id in self.stays or days != _always(subscription):
            self.stays.setdefault(subscription.id, []).append((place.account.id, days))

    def invoice_scope(self, seller: Seller, cadences: tuple[tuple[Cadence, date], ...]) -> InvoiceScope:
        """As one value. Days under one account are joined; a change of the owner parts them."""
        days = {key: _days_by_owner(stays) for key, stays in self.stays.items()}
        subscriptions = sorted(
            self.subscriptions.values(),
            key=lambda each: (each.section_id, each.customer_id, each.enrollment_account_id, each.id),
        )
        return InvoiceScope(
            seller,
            self.account,
            self.profile,
            tuple(self.sections),
            tuple(subscriptions),
            tuple(self.departments),
            tuple(self.enrollment_accounts),
            tuple(self.customers),
            {each.id: days[each.id] for each in subscriptions if each.id in days and days[each.id] != (_always(each),)},
            cadences,
        )


def _always(subscription: Subscription) -> Period:
    return Period(subscription.started_on, FOREVER)


def _days_by_owner(stays: list[tuple[str, Period]]) -> tuple[Period, ...]:
    owners = {owner for owner, _ in stays}
    return tuple(sorted(span for owner in owners for span in joined(days for whose, days in stays if whose == owner)))
