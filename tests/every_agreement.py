"""Two offices' worth of customers under every agreement, as records alone: enough for whoever asks who may see what.

Of each agreement there is one customer ("own") and a neighbour ("other") with the same things under other ids. Ids are
made of customer, agreement and kind: "own-mca-profile". Subscriptions stand in a management group of their customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.facts import Agreed, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import (
    Address,
    AgreementType,
    BillingAccount,
    BillingProfile,
    Customer,
    Department,
    Enrollment,
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    Party,
    Scope,
    ScopeKind,
    Seller,
    Subscription,
    TaxTreatment,
)
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.records.models import AgreementRecord, InvoiceRecord, Person, PolicySetting, Revision, RoleAssignment

START = date(2016, 1, 1)
PARTY = Party("Nordlys AB", Address("Storgatan 1", "111 22", "Stockholm", "SE"))
TAX = TaxTreatment("S", Decimal(25))
AGREEMENTS = {
    "mosp": AgreementType.MOSP,
    "mca": AgreementType.MCA,
    "ea": AgreementType.EA,
    "indirect": AgreementType.EA,
    "mpa": AgreementType.MPA,
}
PARTS = {
    "mosp": ("account", "subscription"),
    "mca": ("account", "profile", "section", "subscription"),
    "ea": ("account", "department", "owner", "subscription"),
    "indirect": ("account", "department", "owner", "subscription"),
    "mpa": ("account", "profile", "customer", "subscription"),
}
KINDS = {
    "account": ScopeKind.BILLING_ACCOUNT,
    "profile": ScopeKind.BILLING_PROFILE,
    "section": ScopeKind.INVOICE_SECTION,
    "department": ScopeKind.DEPARTMENT,
    "owner": ScopeKind.ENROLLMENT_ACCOUNT,
    "customer": ScopeKind.CUSTOMER,
    "group": ScopeKind.MANAGEMENT_GROUP,
    "subscription": ScopeKind.SUBSCRIPTION,
}
INVOICED = {"mosp": "subscription", "mca": "profile", "ea": "account", "indirect": "account", "mpa": "profile"}


def scope_of(customer: str, agreement: str, part: str) -> Scope:
    """The scope of one part of one customer's agreement."""
    return Scope(KINDS[part], f"{customer}-{agreement}-{part}")


def invoiced_scope(customer: str, agreement: str) -> Scope:
    """What invoices are made for."""
    return scope_of(customer, agreement, INVOICED[agreement])


def _values(customer: str, agreement: str, directory: str) -> Iterable[Agreed]:
    def name(part: str) -> str:
        return f"{customer}-{agreement}-{part}"

    account = BillingAccount(
        id=name("account"),
        agreement=AGREEMENTS[agreement],
        name=name("account"),
        created_on=START,
        currency="EUR",
        sold_to=PARTY,
        tax=TAX,
        language="en",
        directory=directory,
        enrollment=Enrollment(f"E-{customer}", START, partner="Via" if agreement == "indirect" else "")
        if AGREEMENTS[agreement] is AgreementType.EA
        else None,
    )
    parts = PARTS[agreement]
    yield account
    yield ManagementGroup(name("group"), name("group"))
    if "profile" in parts:
        yield BillingProfile(name("profile"), account.id, name("profile"), PARTY)
    if "section" in parts:
        yield InvoiceSection(name("section"), name("profile"), name("section"))
    if "department" in parts:
        yield Department(name("department"), account.id, name("department"))
        yield EnrollmentAccount(name("owner"), account.id, name("owner"), name("department"))
    if "customer" in parts:
        yield Customer(name("customer"), name("profile"), name("customer"), PARTY)
    yield Subscription(
        id=name("subscription"),
        account_id=account.id,
        name=name("subscription"),
        offer=Offer(OfferKind.PAY_AS_YOU_GO),
        started_on=START,
        section_id=name("section") if "section" in parts else "",
        enrollment_account_id=name("owner") if "owner" in parts else "",
        customer_id=name("customer") if "customer" in parts else "",
        management_group_id=name("group"),
    )


def build(customers: Mapping[str, str]) -> None:
    """Record these customers (name → the directory that their accounts are bound to) under every agreement."""
    revision = Revision.objects.create(recorded_at=datetime(2016, 1, 1, tzinfo=UTC), cause="test")
    seller = Seller("seller", PARTY, "Europe/Stockholm", "K", "IBAN SE35 5000 0000 0549 1000 0003")
    values: list[Agreed] = [seller]
    for customer, directory in customers.items():
        for agreement in AGREEMENTS:
            values += _values(customer, agreement, directory)
    AgreementRecord.objects.bulk_create(
        AgreementRecord(
            kind=kind_of(value),
            key=value.id,
            parent=parent_of(value),
            facts=to_facts(value),
            valid_from=START,
            recorded_in=revision,
        )
        for value in values
    )


def give(person: Person, role: Role, scope: Scope) -> None:
    """Record a role."""
    RoleAssignment.objects.create(
        person=person,
        role=role,
        scope_kind=scope.kind,
        scope_key=scope.id,
        valid_from=START,
        recorded_in=Revision.objects.latest("number"),
    )


def let(scope: Scope, policy: Policy, value: str) -> None:
    """Record a policy's value in place of the one before."""
    here = {"policy": policy, "scope_kind": scope.kind, "scope_key": scope.id}
    PolicySetting.objects.filter(**here).delete()
    PolicySetting.objects.create(**here, value=value, valid_from=START, recorded_in=Revision.objects.latest("number"))


def invoice(
    number: str, customer: str, agreement: str, start: date, kind: str = "AzureServices", account: str = ""
) -> str:
    """An issued invoice for a month, as far as access looks at it; `account`: of an earlier owner."""
    scope = invoiced_scope(customer, agreement)
    InvoiceRecord.objects.create(
        number=number,
        kind=kind,
        scope_kind=scope.kind,
        scope_key=scope.id,
        account_key=account or f"{customer}-{agreement}-account",
        period_start=start,
        period_end=date(start.year + start.month // 12, start.month % 12 + 1, 1),
        issue_date=start,
        due_date=start,
        issued_at=datetime(2017, 1, 1, tzinfo=UTC),
        currency="EUR",
        payable_minor=1,
        currency_decimals=2,
        total_unrounded=Decimal("0.01"),
        usage_sequence=1,
        revision=1,
        facts="{}",
        facts_digest="0" * 64,
    )
    return number
