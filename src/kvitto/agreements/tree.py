"""All agreements of an office as one value: what stands under what, and what an invoice is made for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    InvoiceScope,
    InvoiceSection,
    Scope,
    ScopeKind,
    Seller,
    Subscription,
)


@dataclass(frozen=True)
class PlacedSubscription:
    """A subscription and everything above it. `profile` and `section` are None for MOSP."""

    subscription: Subscription
    account: BillingAccount
    profile: BillingProfile | None = None
    section: InvoiceSection | None = None

    @property
    def scope(self) -> Scope:
        """The subscription as a scope."""
        return Scope(ScopeKind.SUBSCRIPTION, self.subscription.id)

    @property
    def invoice_scope(self) -> Scope:
        """What its invoices are made for: the billing profile, or itself."""
        return Scope(ScopeKind.BILLING_PROFILE, self.profile.id) if self.profile else self.scope


@dataclass
class Tree:
    """Agreements by id, in order of id. Whatever stands under something that is missing here is left out of answers."""

    seller: Seller | None = None
    accounts: dict[str, BillingAccount] = field(default_factory=dict)
    profiles: dict[str, BillingProfile] = field(default_factory=dict)
    sections: dict[str, InvoiceSection] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    def place(self, subscription_id: str) -> PlacedSubscription | None:
        """The subscription with everything above it, or None."""
        subscription = self.subscriptions.get(subscription_id)
        account = self.accounts.get(subscription.account_id) if subscription else None
        if not subscription or not account:
            return None
        if account.agreement is AgreementType.MOSP:
            return PlacedSubscription(subscription, account)
        section = self.sections.get(subscription.section_id)
        profile = self.profiles.get(section.profile_id) if section else None
        return PlacedSubscription(subscription, account, profile, section) if profile else None

    def places(self) -> Iterator[PlacedSubscription]:
        """Every subscription with everything above it."""
        return (place for place in map(self.place, self.subscriptions) if place)

    def lineage(self, scope: Scope) -> tuple[Scope, ...]:
        """The scope and all above it, lowest first; empty if it is not here."""
        match scope.kind:
            case ScopeKind.BILLING_ACCOUNT:
                return (scope,) if scope.id in self.accounts else ()
            case ScopeKind.BILLING_PROFILE:
                profile = self.profiles.get(scope.id)
                return self._above(scope, ScopeKind.BILLING_ACCOUNT, profile.account_id if profile else "")
            case ScopeKind.INVOICE_SECTION:
                section = self.sections.get(scope.id)
                return self._above(scope, ScopeKind.BILLING_PROFILE, section.profile_id if section else "")
            case ScopeKind.SUBSCRIPTION:
                place = self.place(scope.id)
                if place and place.section:
                    return self._above(scope, ScopeKind.INVOICE_SECTION, place.section.id)
                return self._above(scope, ScopeKind.BILLING_ACCOUNT, place.account.id if place else "")
            case _:
                return ()

    def _above(self, scope: Scope, kind: ScopeKind, parent_id: str) -> tuple[Scope, ...]:
        above = self.lineage(Scope(kind, parent_id)) if parent_id else ()
        return (scope, *above) if above else ()

    def account_of(self, scope: Scope) -> BillingAccount | None:
        """The account at the top of the scope, or None if the scope is not here."""
        lineage = self.lineage(scope)
        return self.accounts[lineage[-1].id] if lineage else None

    def invoice_scopes(self) -> list[InvoiceScope]:
        """Everything an invoice is made for: MOSP subscriptions and billing profiles, each kind in order of id."""
        if not self.seller:
            return []
        mosp = [self._of_subscription(place, self.seller) for place in self.places() if place.profile is None]
        return mosp + self._of_profiles(self.seller, self.profiles)

    def invoice_scope(self, scope: Scope) -> InvoiceScope | None:
        """The invoice scope that holds this subscription, section or profile; None for an account or the unknown."""
        profile_id = ""
        match scope.kind:
            case ScopeKind.BILLING_PROFILE:
                profile_id = scope.id
            case ScopeKind.INVOICE_SECTION:
                section = self.sections.get(scope.id)
                profile_id = section.profile_id if section else ""
            case ScopeKind.SUBSCRIPTION:
                place = self.place(scope.id)
                if place and self.seller and not place.profile:
                    return self._of_subscription(place, self.seller)
                profile_id = place.profile.id if place and place.profile else ""
            case ScopeKind.BILLING_ACCOUNT:
                return None
        profile = self.profiles.get(profile_id)
        found = self._of_profiles(self.seller, {profile.id: profile}) if profile and self.seller else []
        return found[0] if found else None

    @staticmethod
    def _of_subscription(place: PlacedSubscription, seller: Seller) -> InvoiceScope:
        return InvoiceScope(seller, place.account, None, (), (place.subscription,))

    def _of_profiles(self, seller: Seller, profiles: Mapping[str, BillingProfile]) -> list[InvoiceScope]:
        sections_of: dict[str, list[InvoiceSection]] = defaultdict(list)
        for section in self.sections.values():
            sections_of[section.profile_id].append(section)
        subscriptions_of: dict[str, list[Subscription]] = defaultdict(list)
        for subscription in self.subscriptions.values():
            subscriptions_of[subscription.section_id].append(subscription)
        return [
            InvoiceScope(
                seller,
                self.accounts[profile.account_id],
                profile,
                tuple(sections_of[profile.id]),
                tuple(each for section in sections_of[profile.id] for each in subscriptions_of[section.id]),
            )
            for profile in profiles.values()
            if profile.account_id in self.accounts
        ]
