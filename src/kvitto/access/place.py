"""What a decision looks at: the roles that are held, and the place where something is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kvitto.access.matrix import Matrix
from kvitto.access.policies import ALLOWED, ON, POLICIES, Policy
from kvitto.access.roles import ABOVE, Level, Role

_RELEASED = ("Published", "Locked")


@dataclass(frozen=True)
class Policies:
    """The switches that open a ◐, each off unless set (roles.md §8). `prices_released`: of an indirect enrollment."""

    invoices_shared: bool = False
    departments_view_charges: bool = False
    accounts_view_charges: bool = False
    customer_views_charges: bool = False
    prices_released: bool = False

    @classmethod
    def from_settings(cls, settings: Mapping[Policy, str]) -> Policies:
        """From the values of the policies that are set; the others have their defaults."""

        def value(policy: Policy) -> str:
            return settings.get(policy, POLICIES[policy].default)

        return cls(
            invoices_shared=value(Policy.INVOICES_SHARED) == ON,
            departments_view_charges=value(Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES) == ALLOWED,
            accounts_view_charges=value(Policy.ACCOUNT_OWNERS_VIEW_CHARGES) == ALLOWED,
            customer_views_charges=value(Policy.CUSTOMER_VIEWS_CHARGES) == ALLOWED,
            prices_released=value(Policy.MARKUP) in _RELEASED,
        )


NO_POLICIES = Policies()


@dataclass(frozen=True)
class Held:
    """A role and the level of the thing it is held on. `in_directory`: that thing can be seen from where one looks."""

    role: Role
    level: Level
    in_directory: bool = True


@dataclass(frozen=True)
class Contact:
    """Whom to ask who is no person here: the name, and the address if one is recorded."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class Place:
    """Where a question is asked: under which agreement's matrix, on what level, and what is set there.

    `is_indirect`: an enrollment that was bought through a partner. `invoice_is_old`: the invoice asked for is of a
    period that began before December 2016; `invoice_is_support`: it is of a support plan. `sold_by`: the partner, of
    what a partner's customer has.
    """

    matrix: Matrix
    level: Level
    policies: Policies = NO_POLICIES
    is_indirect: bool = False
    invoice_is_old: bool = False
    invoice_is_support: bool = False
    sold_by: Contact | None = None

    @property
    def levels(self) -> frozenset[Level]:
        """The levels on which a role can be held to reach here."""
        return ABOVE[self.level] | {self.level}
