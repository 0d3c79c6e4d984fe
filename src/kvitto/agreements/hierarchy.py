"""The parties and scopes of an agreement, as plain values (agreements.md §1, §2 of the domain).

MOSP: account → subscription; an invoice per subscription and anniversary month. MCA: account → billing profile →
invoice section → subscription; an invoice per profile and calendar month. EA: account (the enrollment) → department,
where there is one → enrollment account → subscription; an invoice per enrollment. MPA: account (the partner) → billing
profile, one per currency → customer → subscription; an invoice per profile. The published names on the wire are those
of `AgreementType`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from kvitto.agreements.dated import FOREVER, within
from kvitto.agreements.offers import Offer
from kvitto.periods import Period


class AgreementType(StrEnum):
    """The contract under which one buys; the values are the published names on the wire."""

    MOSP = "MicrosoftOnlineServicesProgram"
    MCA = "MicrosoftCustomerAgreement"
    EA = "EnterpriseAgreement"
    MPA = "MicrosoftPartnerAgreement"


@dataclass(frozen=True)
class Address:
    """A postal address; `country` is an ISO 3166 alpha-2 code."""

    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Party:
    """Someone named on an invoice: legal name, address and official numbers."""

    name: str
    address: Address
    company_number: str = ""
    vat_number: str = ""
    email: str = ""


@dataclass(frozen=True)
class Seller:
    """Who issues the invoices. `time_zone` decides legal dates; `series` is the letter before invoice numbers.

    `credit_note_series`: the letters of credit notes, empty: that of invoices. `number_form`: how a number is written,
    with {series}, {year} and {number}; a form without {year} counts on over the years. `accounting_currency`: the one
    in which tax must also be shown (EN 16931 BT-6), empty: none. `payable_rounding`: the smallest step of an amount to
    pay, by currency ("SEK" → 1: whole kronor, BT-114). `tax_registration`: a text the law asks for (BT-32), such as
    “Godkänd för F-skatt”.
    """

    id: str
    party: Party
    time_zone: str
    series: str
    payment_instructions: str
    credit_note_series: str = ""
    number_form: str = "{series}-{year}-{number:06}"
    accounting_currency: str = ""
    payable_rounding: tuple[CurrencyStep, ...] = ()
    tax_registration: str = ""


@dataclass(frozen=True)
class CurrencyStep:
    """The smallest step of an amount to pay in a currency."""

    currency: str
    step: Decimal


@dataclass(frozen=True)
class TaxTreatment:
    """EN 16931 VAT category (S, Z, E, AE, K, G, O); `reason` is required where the rate is 0.

    `rate` in percent is the standard rate of what the buyer is sold. `country`: if given, rates are those of this
    country on the tax point, by the tax class of each price, and `rate` is not used. `reason_code`: VATEX code, BT-121.
    """

    category: str
    rate: Decimal
    reason: str = ""
    country: str = ""
    reason_code: str = ""


class Cadence(StrEnum):
    """How often the overage of an enrollment is invoiced (agreements.md §6.1)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


@dataclass(frozen=True)
class Enrollment:
    """What an Enterprise Agreement adds to its account; `number` is printed as the default purchase order number.

    `starts_on` is the effective date; `ends_on` the first day after the term, None while it goes on. `partner`: the
    channel partner of an indirect enrollment, empty for a direct one.
    """

    number: str
    starts_on: date
    ends_on: date | None = None
    cadence: Cadence = Cadence.MONTHLY
    partner: str = ""

    @property
    def is_indirect(self) -> bool:
        """True if a channel partner stands between."""
        return bool(self.partner)


class PaysBy(StrEnum):
    """How invoices are paid, as the agreement says."""

    CARD = "card"
    INVOICE = "invoice"  # by wire transfer or check, on the terms of the invoice


@dataclass(frozen=True)
class BillingAccount:
    """The root of an agreement.

    `created_on`: its day of month is the MOSP invoice day. `administrator`: e-mail address of the MOSP Account
    Administrator (empty for others). `language`: the payer's, for documents. `payment_terms_days`: MOSP and EA.
    `enrollment`: EA only. `directory`: the directory from which alone the account can be seen; empty: from any.
    `purchase_order`: MOSP accounts that pay by invoice, and EA. `pricing_currency`: MPA, the currency of the price
    sheet where it is not `currency`. `moved_to`: the account that this one became, and `moved_on` the first day of it.
    """

    id: str
    agreement: AgreementType
    name: str
    created_on: date
    currency: str
    sold_to: Party
    tax: TaxTreatment
    language: str
    administrator: str = ""
    payment_terms_days: int = 30
    price_sheet: str = "list"
    enrollment: Enrollment | None = None
    directory: str = ""
    purchase_order: str = ""
    pays_by: PaysBy = PaysBy.INVOICE
    pricing_currency: str = ""
    ship_to: Party | None = None
    moved_to: str = ""
    moved_on: date | None = None


@dataclass(frozen=True)
class BillingProfile:
    """Owns an MCA or MPA invoice: whom it is billed to, on which day of the month it is made, and how soon it is due.

    `language` is that of its documents; empty: the account's. `currency`: MPA, one profile per currency; empty: the
    account's. `bought_through`: the partner's name where the profile holds purchases made through one.
    """

    id: str
    account_id: str
    name: str
    bill_to: Party
    invoice_day: int = 5
    payment_terms_days: int = 30
    purchase_order: str = ""
    language: str = ""
    currency: str = ""
    ship_to: Party | None = None
    bought_through: str = ""


@dataclass(frozen=True)
class InvoiceSection:
    """A part of an MCA invoice that groups subscriptions."""

    id: str
    profile_id: str
    name: str


@dataclass(frozen=True)
class Department:
    """A part of an enrollment that groups enrollment accounts; its name has at least three characters."""

    id: str
    account_id: str
    name: str
    cost_center: str = ""


@dataclass(frozen=True)
class EnrollmentAccount:
    """Whose subscriptions stand under an enrollment; `department_id` is empty for one outside departments."""

    id: str
    account_id: str
    name: str
    department_id: str = ""
    cost_center: str = ""


@dataclass(frozen=True)
class Customer:
    """Whom a partner sells to; billed by the partner, never by the seller. `reseller`: of an indirect sale."""

    id: str
    profile_id: str
    name: str
    party: Party
    reseller: str = ""
    directory: str = ""


@dataclass(frozen=True)
class ManagementGroup:
    """Groups subscriptions for resource roles, at most six deep; `parent_id` is empty at the top."""

    id: str
    name: str
    parent_id: str = ""


@dataclass(frozen=True)
class Subscription:
    """The unit of service use. `anniversary_day` (1–28) starts its MOSP billing period.

    It stands under one of: its account (MOSP), `section_id` (MCA), `enrollment_account_id` (EA), `customer_id` (MPA).
    `started_on` is the first day that may have usage, `ended_on` the first day that may not. `known_as`: the names
    by which usage files may call it, beside its id. `suspended`: when it could not be used (MOSP: re-enabling shifts
    the anniversary day, agreements.md §4.2). `spending_limit`: as the offer's credit is used up, nothing more is sold.
    """

    id: str
    account_id: str
    name: str
    offer: Offer
    started_on: date
    anniversary_day: int = 1
    section_id: str = ""
    ended_on: date | None = None
    known_as: tuple[str, ...] = ()
    enrollment_account_id: str = ""
    customer_id: str = ""
    management_group_id: str = ""
    suspended: tuple[Period, ...] = ()
    spending_limit: bool = False
    cost_center: str = ""


class ScopeKind(StrEnum):
    """The things a role can be held on and an invoice can be made for."""

    BILLING_ACCOUNT = "billing_account"
    BILLING_PROFILE = "billing_profile"
    INVOICE_SECTION = "invoice_section"
    DEPARTMENT = "department"
    ENROLLMENT_ACCOUNT = "enrollment_account"
    CUSTOMER = "customer"
    MANAGEMENT_GROUP = "management_group"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True)
class Scope:
    """One such thing, by its id."""

    kind: ScopeKind
    id: str


@dataclass(frozen=True)
class InvoiceScope:
    """All the agreement facts that one invoice needs: what it is made for, and everything above and below it.

    MOSP: `profile` is None, `subscriptions` holds the one subscription. MCA: `profile` is set, `subscriptions` are all
    that stand in its `sections`. EA: `profile` is None, `departments`, `enrollment_accounts` and `subscriptions` are
    all of the enrollment. MPA: `profile` is set, `subscriptions` are those of its `customers`.
    `days`: for a subscription that stood here only for a part of the time, the days on which it did (`date.max` ends
    what goes on until further notice; where two spans touch, the owner of a MOSP subscription changed); of one that is
    not named there, all. Its id is also the pool: usage inside one InvoiceScope counts together for price tiers.
    `earlier_cadences`: how often an enrollment was invoiced before, each with the first day of the next one.
    """

    seller: Seller
    account: BillingAccount
    profile: BillingProfile | None
    sections: tuple[InvoiceSection, ...]
    subscriptions: tuple[Subscription, ...]
    departments: tuple[Department, ...] = ()
    enrollment_accounts: tuple[EnrollmentAccount, ...] = ()
    customers: tuple[Customer, ...] = ()
    days: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)
    earlier_cadences: tuple[tuple[Cadence, date], ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in it: two scopes that have the same are invoiced alike."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @cached_property
    def life(self) -> Period | None:
        """From the first day on which one of its subscriptions stood here to the last; None if none ever did."""
        stays = [stay for subscription in self.subscriptions for stay in self.stays(subscription)]
        return Period(min(stays).start, max(stay.end for stay in stays)) if stays else None

    def stays(self, subscription: Subscription) -> tuple[Period, ...]:
        """The days that a subscription spent here, oldest first, up to its end; `FOREVER` ends what goes on."""
        start, end = subscription.started_on, subscription.ended_on or FOREVER
        if end <= start:
            return ()
        life = Period(start, end)
        return within(self.days.get(subscription.id, (life,)), life)

    @property
    def agreement(self) -> AgreementType:
        """The form of agreement, which decides periods, kinds of invoice and reasons for none."""
        return self.account.agreement

    @cached_property
    def scope(self) -> Scope:
        """What the invoice is made for."""
        if self.profile:
            return Scope(ScopeKind.BILLING_PROFILE, self.profile.id)
        if self.account.agreement is AgreementType.EA:
            return Scope(ScopeKind.BILLING_ACCOUNT, self.account.id)
        return Scope(ScopeKind.SUBSCRIPTION, self.subscriptions[0].id)

    @property
    def name(self) -> str:
        """The name a reader knows it by."""
        if self.profile:
            return self.profile.name
        return self.account.name if self.account.agreement is AgreementType.EA else self.subscriptions[0].name

    @property
    def subscription(self) -> Subscription | None:
        """The subscription a MOSP invoice is made for; None for the other agreements."""
        return self.subscriptions[0] if self.account.agreement is AgreementType.MOSP else None

    @property
    def currency(self) -> str:
        """The currency of its invoices."""
        return (self.profile.currency if self.profile else "") or self.account.currency

    @property
    def pricing_currency(self) -> str:
        """The currency of its prices; other than that of its invoices for partners only."""
        return self.account.pricing_currency or self.currency

    @property
    def bill_to(self) -> Party:
        """Whom the invoice is addressed to."""
        return self.profile.bill_to if self.profile else self.account.sold_to

    @property
    def ship_to(self) -> Party | None:
        """Where the services are delivered to, if that was named."""
        return (self.profile.ship_to if self.profile else None) or self.account.ship_to

    @property
    def purchase_order(self) -> str:
        """The buyer's purchase order number; of an enrollment that names none, the enrollment's number."""
        if self.profile:
            return self.profile.purchase_order
        default = self.account.enrollment.number if self.account.enrollment else ""
        return self.account.purchase_order or default

    @property
    def payment_terms_days(self) -> int:
        """Days from the issue date to the due date."""
        return self.profile.payment_terms_days if self.profile else self.account.payment_terms_days

    @property
    def language(self) -> str:
        """The payer's language, for documents."""
        return (self.profile.language if self.profile else "") or self.account.language
