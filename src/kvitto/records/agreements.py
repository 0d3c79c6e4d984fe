"""What is agreed, as it was believed at a revision and valid on a day.

Everywhere: `revision` None means what is believed now; `on` None means the latest version of each thing, else the one
valid on that day (a thing that had not begun by then is left out).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import itemgetter

from django.db.models import Q, QuerySet

from kvitto.agreements.facts import SELLER, Agreed, from_facts
from kvitto.agreements.hierarchy import (
    BillingAccount,
    BillingProfile,
    InvoiceScope,
    InvoiceSection,
    Scope,
    ScopeKind,
    Seller,
    Subscription,
)
from kvitto.agreements.tree import Tree
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import believed, latest_revision

_CHUNK = 5000


class AmbiguousName(UnableTo):
    """A name that several subscriptions have."""


__all__ = [
    "AmbiguousName",
    "invoice_scope",
    "invoice_scope_of_subscription",
    "invoice_scopes",
    "latest_revision",
    "seller",
    "subscription_called",
    "subscription_names",
    "tree",
    "tree_around",
]


def tree(revision: int | None = None, on: date | None = None) -> Tree:
    """All agreements of the office, in one query."""
    records = _records(revision, on)
    rows = records.values_list("kind", "key", "facts").iterator(chunk_size=_CHUNK)
    return _tree_of(from_facts(kind, facts) for kind, _, facts in sorted(rows, key=itemgetter(0, 1)))


def tree_around(scopes: Iterable[Scope], revision: int | None = None, on: date | None = None) -> Tree:
    """The scopes, all above them, and everything that shares an invoice with them; all below an account that is named.

    The number of queries is the same however many scopes there are.
    """
    return _Around(_records(revision, on), scopes).load()


def invoice_scopes(revision: int | None = None, on: date | None = None) -> list[InvoiceScope]:
    """Everything an invoice is made for: MOSP subscriptions, then MCA billing profiles, each in order of id."""
    return tree(revision, on).invoice_scopes()


def invoice_scope(scope: Scope, revision: int | None = None, on: date | None = None) -> InvoiceScope | None:
    """The invoice scope of a MOSP subscription or billing profile; of what stands below one, the profile's; or None."""
    return tree_around([scope], revision, on).invoice_scope(scope)


def invoice_scope_of_subscription(
    subscription_id: str, revision: int | None = None, on: date | None = None
) -> InvoiceScope | None:
    """The invoice scope in which the subscription is billed, or None."""
    return invoice_scope(Scope(ScopeKind.SUBSCRIPTION, subscription_id), revision, on)


def subscription_names(revision: int | None = None, on: date | None = None) -> dict[str, Subscription]:
    """Every name by which usage may call a subscription, its id among them."""
    names: dict[str, Subscription] = {}
    for subscription in _tree_of(_loaded(_records(revision, on), ScopeKind.SUBSCRIPTION, Q())).subscriptions.values():
        names |= dict.fromkeys((subscription.id, *subscription.known_as), subscription)
    return names


def subscription_called(name: str) -> Subscription | None:
    """The subscription with this id, this name in usage files, or this name on invoices; None if there is none.

    Raises `AmbiguousName` if the name on invoices is that of several.
    """
    by_name = subscription_names()
    if name in by_name:
        return by_name[name]
    so_called = {subscription.id: subscription for subscription in by_name.values() if subscription.name == name}
    if len(so_called) > 1:
        raise AmbiguousName(
            phrase(
                "Several subscriptions are called {name}: {ids}. Say which by its id.", name=name, ids=sorted(so_called)
            )
        )
    return next(iter(so_called.values()), None)


def seller(revision: int | None = None, on: date | None = None) -> Seller | None:
    """Who issues the invoices; None before agreements were first applied."""
    return _tree_of(_loaded(_records(revision, on), SELLER, Q())).seller


def _records(revision: int | None, on: date | None) -> QuerySet[AgreementRecord]:
    """At most one version of each thing: the one valid on the day, or the one that holds until further notice."""
    records = believed(AgreementRecord.objects.all(), revision)
    if on is None:
        return records.filter(valid_to=None)  # the latest version of a thing never has an end
    return records.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


def _loaded(records: QuerySet[AgreementRecord], kind: str, wanted: Q) -> list[Agreed]:
    """The things of a kind, in order of id (the same order on every database)."""
    rows = records.filter(wanted, kind=kind).values_list("key", "facts").iterator(chunk_size=_CHUNK)
    return [from_facts(kind, facts) for _, facts in sorted(rows, key=itemgetter(0))]


def _tree_of(values: Iterable[Agreed]) -> Tree:
    found = Tree()
    for value in values:
        match value:
            case Seller():
                found.seller = value
            case BillingAccount():
                found.accounts[value.id] = value
            case BillingProfile():
                found.profiles[value.id] = value
            case InvoiceSection():
                found.sections[value.id] = value
            case Subscription():
                found.subscriptions[value.id] = value
    return found


class _Around:
    """Loads what stands around some scopes: first up to their profiles and accounts, then down from those."""

    def __init__(self, records: QuerySet[AgreementRecord], scopes: Iterable[Scope]) -> None:
        self._records = records
        self._named: dict[ScopeKind, set[str]] = {kind: set() for kind in ScopeKind}
        for scope in scopes:
            self._named[scope.kind].add(scope.id)

    def load(self) -> Tree:
        """The tree, in at most seven queries."""
        named_subscriptions = self._of(ScopeKind.SUBSCRIPTION, self._named[ScopeKind.SUBSCRIPTION])
        sections = self._named[ScopeKind.INVOICE_SECTION] | _all(named_subscriptions, "section_id")
        profiles = self._named[ScopeKind.BILLING_PROFILE] | _all(
            self._of(ScopeKind.INVOICE_SECTION, sections), "profile_id"
        )
        accounts = self._named[ScopeKind.BILLING_ACCOUNT]
        found_profiles = self._of(ScopeKind.BILLING_PROFILE, profiles, accounts)
        found_sections = self._of(ScopeKind.INVOICE_SECTION, set(), _all(found_profiles, "id"))
        found_subscriptions = self._of(
            ScopeKind.SUBSCRIPTION, self._named[ScopeKind.SUBSCRIPTION], accounts | _all(found_sections, "id")
        )
        above = accounts | _all(found_profiles, "account_id") | _all(found_subscriptions, "account_id")
        found_accounts = self._of(ScopeKind.BILLING_ACCOUNT, above)
        sellers = _loaded(self._records, SELLER, Q())
        return _tree_of([*sellers, *found_accounts, *found_profiles, *found_sections, *found_subscriptions])

    def _of(self, kind: ScopeKind, keys: set[str], parents: Iterable[str] = ()) -> list[Agreed]:
        return _loaded(self._records, kind, Q(key__in=keys) | Q(parent__in=set(parents)))


def _all(values: Iterable[Agreed], name: str) -> set[str]:
    return {getattr(value, name) for value in values} - {""}
