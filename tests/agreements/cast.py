"""Agreements of every kind that the tests of periods, trees and states know by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kvitto.agreements.hierarchy import (
    Address,
    AgreementType,
    BillingAccount,
    BillingProfile,
    Cadence,
    Customer,
    Department,
    Enrollment,
    EnrollmentAccount,
    InvoiceScope,
    InvoiceSection,
    Party,
    Seller,
    Subscription,
    TaxTreatment,
)
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.tree import Tree
from kvitto.periods import Period

PARTY = Party("Someone", Address("Street 1", "1", "Town", "SE"))
SELLER = Seller("seller", PARTY, "Europe/Stockholm", "K", "Pay.")
PAY_AS_YOU_GO = Offer(OfferKind.PAY_AS_YOU_GO)


def account(
    key: str = "a",
    agreement: AgreementType = AgreementType.MOSP,
    created_on: date = date(2019, 1, 1),
    *,
    country: str = "SE",
    enrollment: Enrollment | None = None,
) -> BillingAccount:
    """An account of a buyer in this country."""
    party = replace(PARTY, address=replace(PARTY.address, country=country))
    tax = TaxTreatment("S", Decimal(25))
    return BillingAccount(key, agreement, key.upper(), created_on, "EUR", party, tax, "en", enrollment=enrollment)


def subscription(
    key: str = "s",
    started_on: date = date(2024, 1, 1),
    anniversary_day: int = 1,
    *,
    account_id: str = "a",
    section: str = "",
    owner: str = "",
    customer: str = "",
    ended_on: date | None = None,
    suspended: tuple[Period, ...] = (),
    offer: Offer = PAY_AS_YOU_GO,
    group: str = "",
) -> Subscription:
    """A subscription under an account, a section, an enrollment account (`owner`) or a customer."""
    return Subscription(
        key, account_id, key.upper(), offer, started_on, anniversary_day, section, ended_on,
        enrollment_account_id=owner, customer_id=customer, management_group_id=group, suspended=suspended,
    )  # fmt: skip


def mosp(one: Subscription, created_on: date = date(2019, 1, 1), *days: Period) -> InvoiceScope:
    """What the invoices of a MOSP subscription are made for."""
    return InvoiceScope(SELLER, account(created_on=created_on), None, (), (one,), days={one.id: days} if days else {})


def enrolled(cadence: Cadence, starts_on: date, *subscriptions: Subscription, country: str = "SE") -> InvoiceScope:
    """What the invoices of an enrollment are made for."""
    enrollment = Enrollment("8", starts_on, cadence=cadence)
    holder = account(agreement=AgreementType.EA, created_on=date(2019, 1, 1), country=country, enrollment=enrollment)
    return InvoiceScope(SELLER, holder, None, (), subscriptions)


def everything() -> Tree:
    """An office with an account of each agreement, “mosp”, “mca”, “ea” and “mpa”, and another MOSP account, “other”."""
    tree = Tree(SELLER)
    for key, agreement in (
        ("ea", AgreementType.EA), ("mca", AgreementType.MCA), ("mosp", AgreementType.MOSP),
        ("mpa", AgreementType.MPA), ("other", AgreementType.MOSP),
    ):  # fmt: skip
        enrollment = Enrollment("8", date(2020, 1, 1)) if agreement is AgreementType.EA else None
        tree.accounts[key] = account(key, agreement, enrollment=enrollment)
    tree.profiles = {
        "north": BillingProfile("north", "mca", "North", PARTY),
        "partner": BillingProfile("partner", "mpa", "Partner", PARTY),
        "south": BillingProfile("south", "mca", "South", PARTY),
    }
    tree.sections = {key: InvoiceSection(key, key[:5], key) for key in ("north-1", "north-2", "south-1")}
    tree.departments = {"lab": Department("lab", "ea", "Laboratory")}
    tree.enrollment_accounts = {
        "alone": EnrollmentAccount("alone", "ea", "Alone"),
        "in-lab": EnrollmentAccount("in-lab", "ea", "In the lab", "lab"),
    }
    tree.customers = {"acme": Customer("acme", "partner", "Acme", PARTY)}
    return tree
