"""The four forms of agreement in an agreements file, each with everything that stands below it."""

from __future__ import annotations

from kvitto.access.roles import Role
from kvitto.agreements.billing_periods import LAST_ANNIVERSARY_DAY
from kvitto.agreements.credit_lots import LotSource
from kvitto.agreements.declaration.credits import read_credits
from kvitto.agreements.declaration.declared import DeclaredRole
from kvitto.agreements.declaration.fitting import fitting_policies, fitting_roles
from kvitto.agreements.declaration.found import Found
from kvitto.agreements.declaration.parts import read_currency, read_party, read_tax
from kvitto.agreements.declaration.subscriptions import UNKNOWN_DAY, Place, read_subscription
from kvitto.agreements.declaration.toml_table import Table
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    Cadence,
    Customer,
    Department,
    Enrollment,
    EnrollmentAccount,
    InvoiceSection,
    Party,
    PaysBy,
    Scope,
    ScopeKind,
)
from kvitto.language import LANGUAGES, phrase

_LONGEST_TERMS = 365
_PARTNER_TERMS = 60  # Net 60 (agreements.md §1)
_SHORTEST_DEPARTMENT = 3

_PROFILE_CREDIT = (LotSource.PROMOTIONAL, LotSource.SPONSORSHIP, LotSource.PURCHASED, LotSource.SERVICE_CREDIT)
_ENROLLMENT_CREDIT = (LotSource.PREPAYMENT, LotSource.PROMOTIONAL, LotSource.PURCHASED, LotSource.SERVICE_CREDIT)
_PARTNER_CREDIT = (LotSource.PROMOTIONAL, LotSource.SERVICE_CREDIT)


def read_mosp_account(table: Table, found: Found) -> None:
    """One of the `[[mosp_accounts]]`: an administrator, and subscriptions with an invoice each."""
    account = _account(table, found, AgreementType.MOSP)
    if account.administrator:
        scope = Scope(ScopeKind.BILLING_ACCOUNT, account.id)
        role = DeclaredRole(account.administrator, Role.ACCOUNT_ADMINISTRATOR, scope)
        found.grant(role, table.at("administrator"))
    for inner in table.tables("subscriptions"):
        read_subscription(inner, found, account)
    table.finish()


def read_mca_account(table: Table, found: Found) -> None:
    """One of the `[[mca_accounts]]`: billing profiles with an invoice each, their sections and subscriptions."""
    account = _account(table, found, AgreementType.MCA)
    _holders(table, found, account, Scope(ScopeKind.BILLING_ACCOUNT, account.id))
    for inner in table.tables("billing_profiles"):
        profile = _profile(inner, found, account)
        scope = Scope(ScopeKind.BILLING_PROFILE, profile.id)
        _holders(inner, found, account, scope)
        read_credits(inner, found, scope, account.currency, _PROFILE_CREDIT)
        for deeper in inner.tables("invoice_sections"):
            _section(deeper, found, profile, account)
        inner.finish()
    table.finish()


def read_enterprise_agreement(table: Table, found: Found) -> None:
    """One of the `[[enterprise_agreements]]`: an enrollment with departments, accounts and subscriptions."""
    account = _account(table, found, AgreementType.EA)
    scope = Scope(ScopeKind.BILLING_ACCOUNT, account.id)
    _holders(table, found, account, scope)
    read_credits(table, found, scope, account.currency, _ENROLLMENT_CREDIT)
    for inner in table.tables("departments"):
        department = _department(inner, found, account)
        for deeper in inner.tables("accounts"):
            _enrollment_account(deeper, found, account, department.id)
        inner.finish()
    for inner in table.tables("accounts"):
        _enrollment_account(inner, found, account)
    table.finish()


def read_partner_agreement(table: Table, found: Found) -> None:
    """One of the `[[partner_agreements]]`: billing profiles, one per currency, with the partner's customers."""
    account = _account(table, found, AgreementType.MPA)
    _holders(table, found, account, Scope(ScopeKind.BILLING_ACCOUNT, account.id))
    for inner in table.tables("billing_profiles"):
        profile = _profile(inner, found, account)
        read_credits(
            inner,
            found,
            Scope(ScopeKind.BILLING_PROFILE, profile.id),
            profile.currency or account.currency,
            _PARTNER_CREDIT,
        )
        for deeper in inner.tables("customers"):
            _customer(deeper, found, profile, account)
        inner.finish()
    table.finish()


def _holders(table: Table, found: Found, account: BillingAccount, scope: Scope) -> None:
    """The `roles` and `policies` of a thing, where it can have some."""
    if roles := fitting_roles(account, scope.kind):
        found.roles_in(table, scope, roles)
    if policies := fitting_policies(account, scope.kind):
        found.policies_in(table, scope, policies)


def _account(table: Table, found: Found, agreement: AgreementType) -> BillingAccount:
    mosp, enterprise, partner = (
        agreement is each for each in (AgreementType.MOSP, AgreementType.EA, AgreementType.MPA)
    )
    account_id = found.id_of(table, ScopeKind.BILLING_ACCOUNT)
    name = table.text("name")
    enrollment = _enrollment(table) if enterprise else None
    created_on = table.day("created_on", required=enrollment is None)
    has_choice = not (enterprise or partner)  # the others pay by wire or check
    pays_by = PaysBy(table.choice("pays_by", tuple(PaysBy), default=PaysBy.INVOICE)) if has_choice else PaysBy.INVOICE
    account = BillingAccount(
        id=account_id,
        agreement=agreement,
        name=name,
        created_on=created_on or (enrollment.starts_on if enrollment else UNKNOWN_DAY),
        currency=read_currency(table),
        language=table.choice("language", LANGUAGES),
        administrator=table.email("administrator") if mosp else "",
        payment_terms_days=table.whole("payment_terms_days", 0, _LONGEST_TERMS, 30) if mosp or enterprise else 30,
        price_sheet=table.id("price_sheet", default="list"),
        enrollment=enrollment,
        directory="" if enterprise else table.id("directory", required=False),
        purchase_order=_purchase_order(table, pays_by) if mosp or enterprise else "",
        pays_by=pays_by,
        pricing_currency=read_currency(table, "pricing_currency", required=False) if partner else "",
        sold_to=read_party(table.table("sold_to")),
        ship_to=_party(table, "ship_to"),
        tax=read_tax(table.table("tax")),
    )
    found.accounts.append(account)
    _moved(table, found, account)
    return account


def _moved(table: Table, found: Found, account: BillingAccount) -> None:
    """`moved_from` and `moved_on`: which account this one was before, and its first day."""
    moved_from = table.id("moved_from", required=False)
    moved_on = table.day("moved_on", required=bool(moved_from))
    if moved_on and not moved_from:
        table.wrong("moved_on", phrase("left out where no {key} is given", key="moved_from"))
    elif moved_on and moved_on < account.created_on:
        table.wrong("moved_on", phrase("on or after {day}, the day the account was created", day=account.created_on))
    elif moved_on:
        found.moves(account, moved_from, moved_on, table.at("moved_from"))


def _purchase_order(table: Table, pays_by: PaysBy) -> str:
    order = table.text("purchase_order", required=False)
    if order and pays_by is PaysBy.CARD:
        table.wrong("purchase_order", phrase("left out for an account that pays by card"))
    return order


def _party(table: Table, key: str) -> Party | None:
    """A party that may be left out."""
    inner = table.table(key, required=False)
    return read_party(inner) if table.has(key) else None


def _enrollment(table: Table) -> Enrollment:
    number = table.text("enrollment_number")
    starts_on = table.day("starts_on") or UNKNOWN_DAY
    ends_on = table.day("ends_on", required=False)
    if ends_on and ends_on <= starts_on:
        table.wrong("ends_on", phrase("after {day}, the day it starts", day=starts_on))
    return Enrollment(
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        cadence=Cadence(table.choice("cadence", tuple(Cadence), default=Cadence.MONTHLY)),
        partner=table.text("partner", required=False),
    )


def _profile(table: Table, found: Found, account: BillingAccount) -> BillingProfile:
    partner = account.agreement is AgreementType.MPA
    profile_id = found.id_of(table, ScopeKind.BILLING_PROFILE)
    name = table.text("name")
    currency = read_currency(table) if partner else ""
    if partner:
        found.once(f"currency of {account.id}", currency, table.at("currency"))
    profile = BillingProfile(
        id=profile_id,
        account_id=account.id,
        name=name,
        invoice_day=table.whole("invoice_day", 1, LAST_ANNIVERSARY_DAY, 5),
        payment_terms_days=table.whole("payment_terms_days", 0, _LONGEST_TERMS, _PARTNER_TERMS if partner else 30),
        purchase_order=table.text("purchase_order", required=False),
        language=table.choice("language", LANGUAGES, required=False),
        currency=currency,
        bill_to=_party(table, "bill_to") or account.sold_to,
        ship_to=_party(table, "ship_to"),
        bought_through="" if partner else table.text("bought_through", required=False),
    )
    found.profiles.append(profile)
    return profile


def _section(table: Table, found: Found, profile: BillingProfile, account: BillingAccount) -> None:
    section = InvoiceSection(found.id_of(table, ScopeKind.INVOICE_SECTION), profile.id, table.text("name"))
    found.sections.append(section)
    _holders(table, found, account, Scope(ScopeKind.INVOICE_SECTION, section.id))
    for inner in table.tables("subscriptions"):
        read_subscription(inner, found, account, Place(section_id=section.id))
    table.finish()


def _department(table: Table, found: Found, account: BillingAccount) -> Department:
    department = Department(
        id=found.id_of(table, ScopeKind.DEPARTMENT),
        account_id=account.id,
        name=table.text("name"),
        cost_center=table.text("cost_center", required=False),
    )
    if department.name and len(department.name) < _SHORTEST_DEPARTMENT:
        table.wrong("name", phrase("a name of at least {count} characters", count=_SHORTEST_DEPARTMENT))
    found.departments.append(department)
    _holders(table, found, account, Scope(ScopeKind.DEPARTMENT, department.id))
    return department


def _enrollment_account(table: Table, found: Found, account: BillingAccount, department_id: str = "") -> None:
    """An account of an enrollment. It has one owner at most, and nobody owns two (agreements.md §2)."""
    owned = EnrollmentAccount(
        id=found.id_of(table, ScopeKind.ENROLLMENT_ACCOUNT),
        account_id=account.id,
        name=table.text("name"),
        department_id=department_id,
        cost_center=table.text("cost_center", required=False),
    )
    found.enrollment_accounts.append(owned)
    owner = table.email("owner", required=False)
    if owner:
        found.once("owner of an enrollment account", owner, table.at("owner"))
        scope = Scope(ScopeKind.ENROLLMENT_ACCOUNT, owned.id)
        found.grant(DeclaredRole(owner, Role.ACCOUNT_OWNER, scope), table.at("owner"))
    for inner in table.tables("subscriptions"):
        read_subscription(inner, found, account, Place(enrollment_account_id=owned.id))
    table.finish()


def _customer(table: Table, found: Found, profile: BillingProfile, account: BillingAccount) -> None:
    customer = Customer(
        id=found.id_of(table, ScopeKind.CUSTOMER),
        profile_id=profile.id,
        name=table.text("name"),
        party=read_party(table.table("party")),
        reseller=table.text("reseller", required=False),
        directory=table.id("directory", required=False),
    )
    found.customers.append(customer)
    _holders(table, found, account, Scope(ScopeKind.CUSTOMER, customer.id))
    for inner in table.tables("subscriptions"):
        read_subscription(inner, found, account, Place(customer_id=customer.id))
    table.finish()
