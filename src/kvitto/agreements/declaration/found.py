"""What was read of an agreements file so far, and the checks that look across the whole of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from kvitto.access.policies import POLICIES, Policy
from kvitto.access.roles import Role
from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.declaration.declared import (
    SERVICE_PRINCIPAL,
    Declaration,
    DeclaredGroup,
    DeclaredPerson,
    DeclaredPolicy,
    DeclaredRate,
    DeclaredRole,
)
from kvitto.agreements.declaration.mistakes import Mistakes
from kvitto.agreements.declaration.toml_table import Table
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
from kvitto.language import phrase


class Found:
    """Everything that was read, with the path of what must still be compared with the rest of the file."""

    def __init__(self, seller: Seller, mistakes: Mistakes) -> None:
        self.seller, self.mistakes = seller, mistakes
        self.people: dict[str, DeclaredPerson] = {}
        self.groups: dict[str, DeclaredGroup] = {}
        self.accounts: list[BillingAccount] = []
        self.profiles: list[BillingProfile] = []
        self.sections: list[InvoiceSection] = []
        self.departments: list[Department] = []
        self.enrollment_accounts: list[EnrollmentAccount] = []
        self.customers: list[Customer] = []
        self.management_groups: dict[str, ManagementGroup] = {}
        self.subscriptions: list[Subscription] = []
        self.lots: list[CreditLot] = []
        self.rates: list[DeclaredRate] = []
        self.policies: list[DeclaredPolicy] = []
        self._roles: list[tuple[DeclaredRole, str]] = []
        self._used: dict[tuple[str, str], str] = {}
        self._usage_ids: list[tuple[str, str]] = []
        self._usage_names: list[tuple[str, str]] = []
        self._moves: list[tuple[BillingAccount, str, date, str]] = []

    def declaration(self) -> Declaration:
        """The whole; not to be used if a mistake was noted."""
        return Declaration(
            seller=self.seller,
            people=tuple(self.people.values()),
            accounts=tuple(self.accounts),
            profiles=tuple(self.profiles),
            sections=tuple(self.sections),
            subscriptions=tuple(self.subscriptions),
            roles=tuple(role for role, _ in self._roles),
            groups=tuple(self.groups.values()),
            departments=tuple(self.departments),
            enrollment_accounts=tuple(self.enrollment_accounts),
            customers=tuple(self.customers),
            management_groups=tuple(self.management_groups.values()),
            lots=tuple(self.lots),
            rates=tuple(self.rates),
            policies=tuple(self.policies),
        )

    def once(self, kind: str, value: str, path: str) -> None:
        """Note it if this value was used before for something of this kind."""
        if value and self._used.setdefault((kind, value), path) != path:
            self.mistakes.repeated(path, value, self._used[kind, value])

    def id_of(self, table: Table, kind: str) -> str:
        """The table's `id`, which nothing else of this kind may have."""
        value = table.id("id")
        self.once(kind, value, table.at("id"))
        return value

    def grant(self, role: DeclaredRole, path: str) -> None:
        """A role that the path gives."""
        self._roles.append((role, path))

    def roles_in(self, table: Table, scope: Scope, fitting: Iterable[Role]) -> None:
        """The `roles` of a table: each for a person or for a group of this file."""
        options = tuple(fitting)
        for inner in table.tables("roles"):
            person = inner.email("person", required=not inner.has("group"))
            group = inner.id("group", required=False)
            if group and person:
                inner.wrong(
                    "group",
                    phrase("left out where a person is named; write one role for the person and another for the group"),
                )
            role = inner.choice("role", options)
            inner.finish()
            if role in options and bool(person) != bool(group):
                path = inner.at("group" if group else "person")
                self.grant(DeclaredRole(person, Role(role), scope, group), path)

    def policies_in(self, table: Table, scope: Scope, fitting: Iterable[Policy]) -> None:
        """The `policies` of a table: each of these by its name, with its value."""
        inner = table.table("policies", required=False)
        for policy in fitting:
            value = inner.choice(policy.value, POLICIES[policy].values, required=False)
            if value:
                self.policies.append(DeclaredPolicy(policy, value, scope))
        inner.finish()

    def usage_names(self, table: Table, subscription_id: str) -> tuple[str, ...]:
        """The `known_as` of a subscription."""
        names = table.texts("known_as")
        self._usage_ids.append((subscription_id, table.at("id")))
        self._usage_names.extend(names)
        return tuple(name for name, _ in names)

    def moves(self, account: BillingAccount, moved_from: str, moved_on: date, path: str) -> None:
        """The account is what another one became on that day, as the path says."""
        self._moves.append((account, moved_from, moved_on, path))

    def check(self) -> None:
        """Note whatever the parts of the file say against each other, and mark the accounts that became others."""
        for account, moved_from, moved_on, path in self._moves:
            self._move(account, moved_from, moved_on, path)
        self._check_usage_names()
        self._check_roles()

    def _move(self, account: BillingAccount, moved_from: str, moved_on: date, path: str) -> None:
        index = next((number for number, each in enumerate(self.accounts) if each.id == moved_from), None)
        if index is None or moved_from == account.id:
            self.mistakes.wrong(path, moved_from, phrase("the id of another account of this file"))
            return
        if self.accounts[index].moved_to:
            self.mistakes.wrong(path, moved_from, phrase("the id of an account that did not become another one yet"))
            return
        self.accounts[index] = replace(self.accounts[index], moved_to=account.id, moved_on=moved_on)
        paths = dict(self._usage_ids)
        for each in self.subscriptions:
            if each.account_id == moved_from and (each.ended_on is None or each.ended_on > moved_on):
                must = phrase(
                    "a subscription of account {account}, because {moved} became {account} on {day},"
                    " unless it ended by that day",
                    account=account.id,
                    moved=moved_from,
                    day=moved_on,
                )
                self.mistakes.wrong(paths.get(each.id, path), each.id, must)

    def _check_usage_names(self) -> None:
        """Usage finds a subscription by its id or by what it is known as, so that no two may share one."""
        first = dict(reversed(self._usage_ids))  # of an id used twice the first, which is told elsewhere
        for name, path in self._usage_names:
            if first.setdefault(name, path) != path:
                self.mistakes.repeated(path, name, first[name])

    def _check_roles(self) -> None:
        first: dict[DeclaredRole, str] = {}
        for role, path in self._roles:
            if role.group and role.group not in self.groups:
                must = phrase("the id of a group that this file lists under {groups}", groups="[[groups]]")
                self.mistakes.wrong(path, role.group, must)
            elif role.person and role.person not in self.people:
                must = phrase("the e-mail address of a person that this file lists under {people}", people="[[people]]")
                self.mistakes.wrong(path, role.person, must)
            elif first.setdefault(role, path) != path:
                self.mistakes.repeated(path, f"{role.holder}, {role.role.value}", first[role])
            elif role.role is Role.ENTERPRISE_PURCHASER and not self._is_program(role.person):
                must = phrase(
                    "a person of kind {kind}, because only programs may hold this role", kind=SERVICE_PRINCIPAL
                )
                self.mistakes.wrong(path, role.holder, must)

    def _is_program(self, person: str) -> bool:
        return person in self.people and self.people[person].kind == SERVICE_PRINCIPAL
