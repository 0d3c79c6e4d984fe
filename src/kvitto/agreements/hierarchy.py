"""The parties and scopes of an agreement, as plain values: seller, accounts, profiles, sections, subscriptions.

MOSP: account → subscription, one invoice per subscription and anniversary month. MCA: account → billing profile →
invoice section → subscription, one invoice per profile and calendar month. (agreements.md §1, §2 of the domain:
Microsoft Online Services Program and Microsoft Customer Agreement are the published names of the two forms.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kvitto.money import Money


class AgreementType(StrEnum):
    """The contract under which one buys; the values are the published names on the wire."""

    MOSP = "MicrosoftOnlineServicesProgram"
    MCA = "MicrosoftCustomerAgreement"


class OfferKind(StrEnum):
    """The commercial conditions of a subscription."""

    PAY_AS_YOU_GO = "pay-as-you-go"
    FREE_TRIAL = "free-trial"
    MONTHLY_CREDIT = "monthly-credit"


@dataclass(frozen=True)
class Offer:
    """An offer; `monthly_credit` is given for MONTHLY_CREDIT only, in the currency of the account."""

    kind: OfferKind
    monthly_credit: Money | None = None


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
    """Who issues the invoices. `time_zone` decides legal dates; `series` is the letter before invoice numbers."""

    id: str
    party: Party
    time_zone: str
    series: str
    payment_instructions: str


@dataclass(frozen=True)
class TaxTreatment:
    """EN 16931 VAT category (S, Z, E, AE, O …) with its rate in percent; `reason` is required where the rate is 0."""

    category: str
    rate: Decimal
    reason: str = ""


@dataclass(frozen=True)
class BillingAccount:
    """The root of an agreement.

    `created_on`: its day of month is the MOSP invoice day. `administrator`: e-mail address of the MOSP Account
    Administrator (empty for MCA). `language`: the payer's, for documents. `payment_terms_days`: MOSP invoices.
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


@dataclass(frozen=True)
class BillingProfile:
    """Owns an MCA invoice: whom it is billed to, on which day of the month it is made, and how soon it is due.

    `language` is that of its documents; empty: the account's.
    """

    id: str
    account_id: str
    name: str
    bill_to: Party
    invoice_day: int = 5
    payment_terms_days: int = 30
    purchase_order: str = ""
    language: str = ""


@dataclass(frozen=True)
class InvoiceSection:
    """A part of an MCA invoice that groups subscriptions."""

    id: str
    profile_id: str
    name: str


@dataclass(frozen=True)
class Subscription:
    """The unit of service use. `anniversary_day` (1–28) starts its MOSP billing period; `section_id` is set for MCA.

    `started_on` is the first day that may have usage, `ended_on` the first day that may not. `known_as`: the names
    by which usage files may call it, beside its id.
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


class ScopeKind(StrEnum):
    """The things a role can be held on and an invoice can be made for."""

    BILLING_ACCOUNT = "billing_account"
    BILLING_PROFILE = "billing_profile"
    INVOICE_SECTION = "invoice_section"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True)
class Scope:
    """One such thing, by its id."""

    kind: ScopeKind
    id: str


@dataclass(frozen=True)
class InvoiceScope:
    """All the agreement facts that one invoice needs: what it is made for, and everything above and below it.

    MOSP: `profile` is None, `subscriptions` holds the one subscription, `sections` is empty.
    MCA: `profile` is set, `subscriptions` are all that stand in its `sections`.
    Its id is also the pool: usage inside one InvoiceScope counts together for price tiers.
    """

    seller: Seller
    account: BillingAccount
    profile: BillingProfile | None
    sections: tuple[InvoiceSection, ...]
    subscriptions: tuple[Subscription, ...]

    @property
    def scope(self) -> Scope:
        """What the invoice is made for."""
        if self.profile:
            return Scope(ScopeKind.BILLING_PROFILE, self.profile.id)
        return Scope(ScopeKind.SUBSCRIPTION, self.subscriptions[0].id)

    @property
    def name(self) -> str:
        """The name a reader knows it by."""
        return self.profile.name if self.profile else self.subscriptions[0].name

    @property
    def bill_to(self) -> Party:
        """Whom the invoice is addressed to."""
        return self.profile.bill_to if self.profile else self.account.sold_to

    @property
    def payment_terms_days(self) -> int:
        """Days from the issue date to the due date."""
        return self.profile.payment_terms_days if self.profile else self.account.payment_terms_days

    @property
    def language(self) -> str:
        """The payer's language, for documents."""
        return (self.profile.language if self.profile else "") or self.account.language
