"""The parties, prices and charges that the tests of invoices know by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kvitto.agreements.hierarchy import (
    Address,
    AgreementType,
    BillingAccount,
    BillingProfile,
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
from kvitto.agreements.price_sheet import Price, PriceModel, Tier
from kvitto.invoicing.invoice import AsOf
from kvitto.money import EXACT, Money
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine

FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1))
ISSUED_ON = date(2024, 3, 5)
KNOWN = AsOf(usage_sequence=100, revision=2)
PAY_AS_YOU_GO = Offer(OfferKind.PAY_AS_YOU_GO)
FREE_TRIAL = Offer(OfferKind.FREE_TRIAL)


def monthly_credit(amount: str, currency: str = "USD") -> Offer:
    """An offer with a monthly credit of this amount."""
    return Offer(OfferKind.MONTHLY_CREDIT, Money(Decimal(amount), currency))


def seller(country: str = "SE", time_zone: str = "Europe/Stockholm", series: str = "K") -> Seller:
    """Who issues the invoices."""
    address = Address("Kungsgatan 1", "111 43", "Stockholm", country)
    return Seller(
        "nordmoln", Party("Nordmoln AB", address, "556000-0000", "SE556000000001"), time_zone, series, "Bankgiro 1-2"
    )


def account(agreement: AgreementType = AgreementType.MOSP, currency: str = "USD", rate: str = "25") -> BillingAccount:
    """The account of a buyer in Riga."""
    party = Party("Daugavas Dati SIA", Address("Brīvības iela 2", "LV-1010", "Rīga", "LV"), "40000000001")
    return BillingAccount(
        "daugava", agreement, "Daugavas Dati", date(2023, 11, 5), currency, party,
        TaxTreatment("S", Decimal(rate)), "lv", "anna@daugava.example",
    )  # fmt: skip


def subscription(
    key: str = "lab",
    name: str = "",
    *,
    offer: Offer = PAY_AS_YOU_GO,
    section: str = "",
    started: date = date(2023, 11, 5),
) -> Subscription:
    """A subscription called like its key unless it has a name."""
    return Subscription(key, "daugava", name or key.title(), offer, started, anniversary_day=1, section_id=section)


def mosp(offer: Offer = PAY_AS_YOU_GO, *, currency: str = "USD", rate: str = "25", country: str = "SE") -> InvoiceScope:
    """What the invoice of one MOSP subscription is made for."""
    return InvoiceScope(seller(country), account(currency=currency, rate=rate), None, (), (subscription(offer=offer),))


def mca(*subscriptions: Subscription, sections: tuple[tuple[str, str], ...] = (("s1", "Research"),)) -> InvoiceScope:
    """What the invoice of an MCA billing profile is made for; sections are pairs of id and name."""
    buyer = account(AgreementType.MCA)
    profile = BillingProfile("riga", buyer.id, "Riga office", buyer.sold_to, 5, 30, "PO-7")
    return InvoiceScope(
        seller(), buyer, profile, tuple(InvoiceSection(key, "riga", name) for key, name in sections), subscriptions
    )


def enrolled(*keys: str, partner: str = "") -> InvoiceScope:
    """What the invoice of an enrollment is made for; its subscriptions have these ids."""
    buyer = replace(
        account(AgreementType.EA), administrator="", enrollment=Enrollment("8812345", date(2023, 1, 1), partner=partner)
    )
    members = tuple(replace(subscription(key), enrollment_account_id="ops") for key in keys)
    owners = (EnrollmentAccount("ops", buyer.id, "Operations"),)
    return InvoiceScope(seller(), buyer, None, (), members, enrollment_accounts=owners)


def price(number: int = 1, meter: str = "D8s", name: str = "", category: str = "Virtual machines") -> Price:
    """A price of a meter per hour, for usage sent in seconds."""
    return Price(
        number, "list", meter, "USD", PriceModel.PER_UNIT, (Tier(Decimal(0), Decimal("0.5")),), "s", "h", 1, 3600,
        date(2023, 1, 1), name=name, category=category, region="westeurope",
    )  # fmt: skip


def charged(
    amount: str,
    subscription: str = "lab",
    *,
    meter: str = "D8s",
    price_id: int = 1,
    tier_from: str = "0",
    pool: str = "lab",
    period: Period = FEBRUARY,
) -> ChargeLine:
    """A charge line over this exact amount, at one half per unit."""
    exact = Decimal(amount)
    return ChargeLine(
        pool, period.start, subscription, meter, price_id, Decimal(tier_from), Decimal("0.5"),
        EXACT.multiply(exact, Decimal(2)), exact, period.start, period.last_day,
    )  # fmt: skip
