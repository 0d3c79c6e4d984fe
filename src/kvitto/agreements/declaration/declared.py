"""What an agreements file declares, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import TypeVar

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import (
    BillingAccount,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    Scope,
    Seller,
    Subscription,
)

PERSON, SERVICE_PRINCIPAL = "person", "service-principal"

Scoped = (
    BillingAccount
    | BillingProfile
    | InvoiceSection
    | Department
    | EnrollmentAccount
    | Customer
    | ManagementGroup
    | Subscription
)
Thing = TypeVar("Thing", bound=Scoped | CreditLot)


@dataclass(frozen=True, order=True)
class DeclaredPerson:
    """Someone who may sign in, or a program that may ask. `name`, `language` and `time_zone` are empty where left open.

    `directory`: the one they are in, empty for the office's own; `directories`: others that they may switch to.
    """

    email: str
    name: str
    language: str = ""
    time_zone: str = ""
    kind: str = PERSON
    directory: str = ""
    directories: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class DeclaredGroup:
    """People who hold roles together; `members` are their e-mail addresses, in order."""

    id: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeclaredRole:
    """A role on a scope, held by a person (e-mail address in lower case) or by a group (its id): one of the two."""

    person: str
    role: Role
    scope: Scope
    group: str = ""

    @property
    def holder(self) -> str:
        """Who holds it, for a reader."""
        return self.person or self.group


@dataclass(frozen=True)
class DeclaredPolicy:
    """A policy has this value on a scope."""

    policy: Policy
    value: str
    scope: Scope


@dataclass(frozen=True)
class DeclaredRate:
    """An exchange rate holds from a day on, until the next one of its two currencies."""

    rate: ExchangeRate
    valid_from: date


@dataclass(frozen=True)
class Declaration:
    """What one file says.

    The roles of every scope in it are all the roles that shall be held on that scope, the members of a group all its
    members. Policies and exchange rates that it does not mention stay as they are.
    """

    seller: Seller
    people: tuple[DeclaredPerson, ...] = ()
    accounts: tuple[BillingAccount, ...] = ()
    profiles: tuple[BillingProfile, ...] = ()
    sections: tuple[InvoiceSection, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    roles: tuple[DeclaredRole, ...] = ()
    groups: tuple[DeclaredGroup, ...] = ()
    departments: tuple[Department, ...] = ()
    enrollment_accounts: tuple[EnrollmentAccount, ...] = ()
    customers: tuple[Customer, ...] = ()
    management_groups: tuple[ManagementGroup, ...] = ()
    lots: tuple[CreditLot, ...] = ()
    rates: tuple[DeclaredRate, ...] = ()
    policies: tuple[DeclaredPolicy, ...] = ()

    def scoped(self) -> Iterator[Scoped]:
        """Everything on which a role can be held, what stands above before what stands below."""
        yield from self.management_groups
        yield from self.accounts
        yield from self.profiles
        yield from self.sections
        yield from self.departments
        yield from self.enrollment_accounts
        yield from self.customers
        yield from self.subscriptions

    def in_order(self) -> Declaration:
        """The same with everything in order of id, so that two files that say the same are equal."""
        return replace(
            self,
            people=tuple(sorted(self.people)),
            groups=tuple(sorted(self.groups)),
            roles=tuple(sorted(self.roles, key=_role_order)),
            policies=tuple(sorted(self.policies, key=lambda each: (*_scope_order(each.scope), each.policy.value))),
            rates=tuple(sorted(self.rates, key=lambda each: (each.rate.id, each.valid_from))),
            accounts=_by_id(self.accounts),
            profiles=_by_id(self.profiles),
            sections=_by_id(self.sections),
            subscriptions=_by_id(self.subscriptions),
            departments=_by_id(self.departments),
            enrollment_accounts=_by_id(self.enrollment_accounts),
            customers=_by_id(self.customers),
            management_groups=_by_id(self.management_groups),
            lots=_by_id(self.lots),
        )


def _by_id(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    return tuple(sorted(things, key=attrgetter("id")))


def _role_order(role: DeclaredRole) -> tuple[str, ...]:
    return (*_scope_order(role.scope), role.person, role.group, role.role.value)


def _scope_order(scope: Scope) -> tuple[str, str]:
    return scope.kind.value, scope.id
