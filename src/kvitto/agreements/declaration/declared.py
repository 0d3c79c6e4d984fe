"""What an agreements file declares, as values."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import (
    BillingAccount,
    BillingProfile,
    InvoiceSection,
    Scope,
    Seller,
    Subscription,
)


@dataclass(frozen=True, order=True)
class DeclaredPerson:
    """Someone who may sign in. `language` and `time_zone` are empty where the file leaves them open."""

    email: str
    name: str
    language: str = ""
    time_zone: str = ""


@dataclass(frozen=True)
class DeclaredRole:
    """A person, by e-mail address in lower case, holds a role on a scope."""

    person: str
    role: Role
    scope: Scope


@dataclass(frozen=True)
class Declaration:
    """What one file says. The roles of every scope in it are all the roles that shall be held on that scope."""

    seller: Seller
    people: tuple[DeclaredPerson, ...]
    accounts: tuple[BillingAccount, ...]
    profiles: tuple[BillingProfile, ...]
    sections: tuple[InvoiceSection, ...]
    subscriptions: tuple[Subscription, ...]
    roles: tuple[DeclaredRole, ...]
