"""From the tables of an agreements file to its declaration: the hierarchy, level by level."""

from __future__ import annotations

from datetime import date
from typing import Any

from kvitto.access.roles import ROLES, Role, roles_held_on
from kvitto.agreements.billing_periods import LAST_ANNIVERSARY_DAY, anniversary_day_of
from kvitto.agreements.declaration.declared import Declaration, DeclaredPerson, DeclaredRole
from kvitto.agreements.declaration.mistakes import Mistakes
from kvitto.agreements.declaration.parts import (
    read_currency,
    read_offer,
    read_party,
    read_person,
    read_seller,
    read_tax,
)
from kvitto.agreements.declaration.toml_table import Table
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    InvoiceSection,
    Scope,
    ScopeKind,
    Subscription,
)
from kvitto.language import LANGUAGES, phrase

_LONGEST_TERMS = 365
_UNKNOWN_DAY = date.min  # stands for a day that could not be read; the file is refused anyway


class DeclarationReader:
    """Reads one file; notes mistakes in `mistakes` and reads on."""

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes
        self._used: dict[tuple[str, str], str] = {}
        self._people: dict[str, DeclaredPerson] = {}
        self._accounts: list[BillingAccount] = []
        self._profiles: list[BillingProfile] = []
        self._sections: list[InvoiceSection] = []
        self._subscriptions: list[Subscription] = []
        self._ids: list[tuple[str, str]] = []
        self._aliases: list[tuple[str, str]] = []
        self._roles: list[tuple[DeclaredRole, str]] = []

    def read(self, values: dict[str, Any]) -> Declaration:
        """The file's declaration; not to be used if a mistake was noted."""
        file = Table(values, "", self._mistakes)
        seller = read_seller(file.table("seller"))
        for table in file.tables("people"):
            self._person(table)
        for table in file.tables("mosp_accounts"):
            self._mosp_account(table, seller.party.address.country)
        for table in file.tables("mca_accounts"):
            self._mca_account(table)
        file.finish()
        self._check_names()
        self._check_roles()
        return Declaration(
            seller=seller,
            people=tuple(self._people.values()),
            accounts=tuple(self._accounts),
            profiles=tuple(self._profiles),
            sections=tuple(self._sections),
            subscriptions=tuple(self._subscriptions),
            roles=tuple(role for role, _ in self._roles),
        )

    def _once(self, kind: str, value: str, path: str) -> None:
        if value and self._used.setdefault((kind, value), path) != path:
            self._mistakes.repeated(path, value, self._used[kind, value])

    def _id(self, table: Table, kind: ScopeKind) -> str:
        value = table.id("id")
        self._once(kind, value, table.at("id"))
        return value

    def _person(self, table: Table) -> None:
        person = read_person(table)
        self._once("person", person.email, table.at("email"))
        self._people.setdefault(person.email, person)

    def _mosp_account(self, table: Table, seller_country: str) -> None:
        account = self._account(table, AgreementType.MOSP)
        for inner in table.tables("subscriptions"):
            self._subscription(inner, account, seller_country=seller_country)
        table.finish()

    def _mca_account(self, table: Table) -> None:
        account = self._account(table, AgreementType.MCA)
        for inner in table.tables("billing_profiles"):
            self._profile(inner, account)
        table.finish()

    def _account(self, table: Table, agreement: AgreementType) -> BillingAccount:
        mosp = agreement is AgreementType.MOSP
        account = BillingAccount(
            id=self._id(table, ScopeKind.BILLING_ACCOUNT),
            agreement=agreement,
            name=table.text("name"),
            created_on=table.day("created_on") or _UNKNOWN_DAY,
            currency=read_currency(table),
            language=table.choice("language", LANGUAGES),
            administrator=table.email("administrator") if mosp else "",
            payment_terms_days=table.whole("payment_terms_days", 0, _LONGEST_TERMS, 30) if mosp else 30,
            price_sheet=table.id("price_sheet", default="list"),
            sold_to=read_party(table.table("sold_to")),
            tax=read_tax(table.table("tax")),
        )
        self._accounts.append(account)
        scope = Scope(ScopeKind.BILLING_ACCOUNT, account.id)
        if account.administrator:
            role = DeclaredRole(account.administrator, Role.ACCOUNT_ADMINISTRATOR, scope)
            self._roles.append((role, table.at("administrator")))
        if not mosp:
            self._roles_in(table, scope)
        return account

    def _profile(self, table: Table, account: BillingAccount) -> None:
        profile = BillingProfile(
            id=self._id(table, ScopeKind.BILLING_PROFILE),
            account_id=account.id,
            name=table.text("name"),
            invoice_day=table.whole("invoice_day", 1, LAST_ANNIVERSARY_DAY, 5),
            payment_terms_days=table.whole("payment_terms_days", 0, _LONGEST_TERMS, 30),
            purchase_order=table.text("purchase_order", required=False),
            language=table.choice("language", LANGUAGES, required=False),
            bill_to=read_party(table.table("bill_to")) if table.has("bill_to") else account.sold_to,
        )
        self._profiles.append(profile)
        self._roles_in(table, Scope(ScopeKind.BILLING_PROFILE, profile.id))
        for inner in table.tables("invoice_sections"):
            self._section(inner, profile, account)
        table.finish()

    def _section(self, table: Table, profile: BillingProfile, account: BillingAccount) -> None:
        section = InvoiceSection(self._id(table, ScopeKind.INVOICE_SECTION), profile.id, table.text("name"))
        self._sections.append(section)
        self._roles_in(table, Scope(ScopeKind.INVOICE_SECTION, section.id))
        for inner in table.tables("subscriptions"):
            self._subscription(inner, account, section_id=section.id)
        table.finish()

    def _subscription(
        self, table: Table, account: BillingAccount, *, seller_country: str = "", section_id: str = ""
    ) -> None:
        mosp = account.agreement is AgreementType.MOSP
        subscription_id = self._id(table, ScopeKind.SUBSCRIPTION)
        name = table.text("name")
        offer = read_offer(table, account, seller_country)
        started_on = table.day("started_on") or _UNKNOWN_DAY
        own_day = anniversary_day_of(started_on)
        subscription = Subscription(
            id=subscription_id,
            account_id=account.id,
            name=name,
            offer=offer,
            started_on=started_on,
            anniversary_day=table.whole("anniversary_day", 1, LAST_ANNIVERSARY_DAY, own_day) if mosp else 1,
            section_id=section_id,
            ended_on=table.day("ended_on", required=False),
            known_as=tuple(self._known_as(table)),
        )
        self._check_dates(table, subscription, account)
        self._subscriptions.append(subscription)
        self._ids.append((subscription_id, table.at("id")))
        self._roles_in(table, Scope(ScopeKind.SUBSCRIPTION, subscription_id))
        table.finish()

    def _known_as(self, table: Table) -> list[str]:
        names = table.texts("known_as")
        self._aliases.extend(names)
        return [name for name, _ in names]

    def _check_dates(self, table: Table, subscription: Subscription, account: BillingAccount) -> None:
        if subscription.started_on != _UNKNOWN_DAY and account.created_on > subscription.started_on:
            must = phrase("on or after {day}, the day its account was created", day=account.created_on)
            table.wrong("started_on", must)
        if subscription.ended_on and subscription.ended_on <= subscription.started_on:
            table.wrong("ended_on", phrase("after {day}, the day it started", day=subscription.started_on))

    def _check_names(self) -> None:
        """Usage finds a subscription by its id or by what it is known as, so that no two may share one."""
        first = dict(reversed(self._ids))  # of an id used twice the first, which is told elsewhere
        for name, path in self._aliases:
            if first.setdefault(name, path) != path:
                self._mistakes.repeated(path, name, first[name])

    def _roles_in(self, table: Table, scope: Scope) -> None:
        fitting = roles_held_on(scope.kind)
        for inner in table.tables("roles"):
            person, path = inner.email("person"), inner.at("person")
            role = inner.choice("role", fitting)
            inner.finish()
            if person and role in ROLES:
                self._roles.append((DeclaredRole(person, Role(role), scope), path))

    def _check_roles(self) -> None:
        first: dict[DeclaredRole, str] = {}
        for role, path in self._roles:
            if role.person not in self._people:
                must = phrase("the e-mail address of one of the {people} of this file", people="[[people]]")
                self._mistakes.wrong(path, role.person, must)
            elif first.setdefault(role, path) != path:
                self._mistakes.repeated(path, f"{role.person}, {role.role.value}", first[role])
