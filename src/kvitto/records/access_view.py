"""The agreements and policies around some scopes, as the decision about access wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kvitto.access.actions import Action
from kvitto.access.decision import Decision, Held, NotFound, Place, Policies, decide
from kvitto.access.matrices import EA, GROUPS, MCA, MOSP, MPA
from kvitto.access.place import Contact
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role
from kvitto.agreements.dated import Dated, on_day
from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    Customer,
    InvoiceScope,
    Scope,
    ScopeKind,
    Subscription,
)
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import OfferKind
from kvitto.agreements.tree import Tree
from kvitto.periods import Period
from kvitto.records.agreements import tree_around
from kvitto.records.models import Person
from kvitto.records.policy_settings import policies_on
from kvitto.records.trees_above import tree_above

MATRICES = {AgreementType.MOSP: MOSP, AgreementType.MCA: MCA, AgreementType.EA: EA, AgreementType.MPA: MPA}
AGE_LIMIT = date(2016, 12, 1)  # invoices of periods that began earlier are the Account Administrator's (roles.md §2)
_WITH_POLICIES = "what a policy may be set on"
_RESOURCE_LEVELS = frozenset((Level.SUBSCRIPTION, Level.MANAGEMENT_GROUP))

HeldOn = Mapping[Scope, Iterable[Role]]


@dataclass(frozen=True)
class Spot:
    """A scope, everything from which a role reaches down to it, and the place it is for a decision.

    `account` is None for a management group. `customer`: whose subscription it is, under a Partner Agreement.
    """

    scope: Scope
    above: tuple[Scope, ...]
    place: Place
    account: BillingAccount | None
    customer: Customer | None = None

    def held_by(self, held: HeldOn, directory: str) -> frozenset[Held]:
        """What someone who looks from this directory holds here."""
        return frozenset(
            Held(role, Level(scope.kind), self._is_seen(Level(scope.kind), directory))
            for scope in self.above
            for role in held.get(scope, ())
        )

    @property
    def bound_to(self) -> str:
        """The directory from which alone billing roles work here; empty: from any."""
        return self.account.directory if self.account else ""

    def _is_seen(self, level: Level, directory: str) -> bool:
        """Roles on the resources of a partner's customer are used from the customer's directory."""
        bound_to = self.bound_to
        if level in _RESOURCE_LEVELS and self.customer and self.customer.directory:
            bound_to = self.customer.directory
        return not bound_to or bound_to == directory


@dataclass(frozen=True)
class View:
    """The tree around some scopes, with the policies that are set in it."""

    tree: Tree
    policies: Mapping[Scope, Mapping[Policy, str]]

    @classmethod
    def around(cls, scopes: Iterable[Scope]) -> View:
        """With all that stands around these scopes; the number of queries does not depend on how many they are."""
        tree = tree_around(scopes)
        return cls(tree, policies_on(_with_policies(tree)))

    @classmethod
    def above(cls, scopes: Iterable[Scope]) -> View:
        """With these scopes and what stands above them alone: answers about them, and about nothing below."""
        tree = tree_above(scopes)
        subscriptions = {Scope(ScopeKind.SUBSCRIPTION, key) for key in tree.subscriptions}
        return cls(tree, policies_on(_with_policies(tree) | subscriptions))

    def spot(self, scope: Scope) -> Spot | None:
        """Where the scope stands now; None if it is not here."""
        lineage, groups = self.tree.lineage(scope), self.tree.resource_lineage(scope)
        if not lineage:
            return self._group(scope, groups) if groups else None
        customers = (self.tree.customers.get(above.id) for above in lineage if above.kind is ScopeKind.CUSTOMER)
        return self._spot(scope, self.tree.accounts[lineage[-1].id], (*lineage, *groups), next(customers, None))

    def earlier_spot(self, subscription: Scope, account_id: str) -> Spot | None:
        """Where a subscription stood when it was bought online under this account, whatever became of it since."""
        account = self.tree.accounts.get(account_id)
        if account is None or account.agreement is not AgreementType.MOSP:
            return None
        groups = self.tree.resource_lineage(subscription)
        return self._spot(subscription, account, (subscription, Scope(ScopeKind.BILLING_ACCOUNT, account.id), *groups))

    def _spot(
        self, scope: Scope, account: BillingAccount, above: tuple[Scope, ...], customer: Customer | None = None
    ) -> Spot:
        settings: dict[Policy, str] = {}
        for one in above:
            settings |= self.policies.get(one, {})
        place = Place(
            MATRICES[account.agreement],
            Level(scope.kind),
            Policies.from_settings(settings),
            is_indirect=bool(account.enrollment and account.enrollment.is_indirect),
            invoice_is_support=account.agreement is AgreementType.MOSP and self._is_support_plan(scope),
            sold_by=Contact(account.name, account.sold_to.email) if customer else None,
        )
        return Spot(scope, tuple(dict.fromkeys(above)), place, account, customer)

    def _is_support_plan(self, scope: Scope) -> bool:
        found = self.tree.subscriptions.get(scope.id) if scope.kind is ScopeKind.SUBSCRIPTION else None
        return found is not None and found.offer.kind is OfferKind.SUPPORT

    def _group(self, scope: Scope, groups: tuple[Scope, ...]) -> Spot:
        """A management group shows cost only if every enrollment under it lets account owners view charges."""
        accounts = {
            Scope(ScopeKind.BILLING_ACCOUNT, each.account_id)
            for each in self.tree.subscriptions.values()
            if scope in self.tree.resource_lineage(Scope(ScopeKind.SUBSCRIPTION, each.id))
            and (account := self.tree.accounts.get(each.account_id))
            and account.agreement is AgreementType.EA
        }
        views = all(Policies.from_settings(self.policies.get(one, {})).accounts_view_charges for one in accounts)
        place = Place(GROUPS, Level.MANAGEMENT_GROUP, Policies(accounts_view_charges=views))
        return Spot(scope, groups, place, None)


@dataclass(frozen=True)
class History:
    """A subscription's invoice scope and stays, and the accounts on whose stays something is allowed."""

    scope: InvoiceScope
    stays: tuple[Dated[Subscription], ...]
    accounts: frozenset[str]

    def holds(self, period: Period) -> bool:
        """True if the period belongs to one of these accounts: that of its last day invoices it."""
        owner = on_day(self.stays, period.last_day)
        return owner is not None and owner.account_id in self.accounts


def decide_at(spot: Spot | None, action: Action, held: HeldOn, person: Person) -> Decision:
    """The decision about one spot, without names."""
    if spot is None:
        return NotFound()
    return decide(action, spot.held_by(held, person.current_directory), spot.place)


def invoice_spot(view: View, scope: Scope, account_id: str, period_start: date, kind: str) -> Spot | None:
    """Where an invoice stands, with its age and kind; a subscription's stays with the account it was issued under."""
    spot = view.earlier_spot(scope, account_id) if scope.kind is ScopeKind.SUBSCRIPTION else view.spot(scope)
    if spot is None:
        return None
    place = replace(
        spot.place,
        invoice_is_old=period_start < AGE_LIMIT,
        invoice_is_support=kind == InvoiceKind.SUPPORT,
    )
    return replace(spot, place=place)


def _with_policies(tree: Tree) -> frozenset[Scope]:
    """What a policy that decides about access may be set on; found once for a tree."""
    known: frozenset[Scope] | None = tree.answers.get(_WITH_POLICIES)
    if known is None:
        known = tree.answers[_WITH_POLICIES] = frozenset(_may_have_policies(tree))
    return known


def _may_have_policies(tree: Tree) -> set[Scope]:
    found = {Scope(ScopeKind.CUSTOMER, key) for key in tree.customers}
    found |= {
        Scope(ScopeKind.BILLING_ACCOUNT, account.id)
        for account in tree.accounts.values()
        if account.agreement is AgreementType.EA
    }
    bought_online = {account.id for account in tree.accounts.values() if account.agreement is AgreementType.MOSP}
    left = set(tree.stays)  # a switch that was on stays on for the invoices of before the move
    return found | {
        Scope(ScopeKind.SUBSCRIPTION, each.id)
        for each in tree.subscriptions.values()
        if each.account_id in bought_online or each.id in left
    }
