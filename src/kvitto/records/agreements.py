"""What is agreed, as it was believed at a revision and valid on a day.

Everywhere: `revision` None means what is believed now; `on` None means the latest version of each thing, else the one
valid on that day (a thing that had not begun by then is left out).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date

from django.db.models import Max, Q, QuerySet

from kvitto.agreements.dated import Dated
from kvitto.agreements.facts import SELLER, Agreed
from kvitto.agreements.hierarchy import BillingAccount, InvoiceScope, Scope, ScopeKind, Seller, Subscription
from kvitto.agreements.tree import Tree
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.agreement_rows import Around, Key, Row, all_versions, in_order, tree_of, whole_of
from kvitto.records.asked_once import asked_once
from kvitto.records.models import AgreementRecord
from kvitto.records.remembered import agreements_mark, remembered
from kvitto.records.revisions import believed, latest_revision

_WHOLE = frozenset((ScopeKind.BILLING_ACCOUNT, ScopeKind.BILLING_PROFILE, ScopeKind.MANAGEMENT_GROUP))


class AmbiguousName(UnableTo):
    """A name that several subscriptions have."""


__all__ = [
    "AmbiguousName",
    "account",
    "earlier_versions",
    "invoice_scope",
    "invoice_scope_of_subscription",
    "invoice_scopes",
    "latest_revision",
    "own_invoice_scope",
    "seller",
    "subscription_called",
    "subscription_names",
    "tree",
    "tree_around",
]


def tree(revision: int | None = None, on: date | None = None) -> Tree:
    """All agreements of the office, in one query."""
    return tree_of(in_order(_records(revision, on)), on)


def tree_around(scopes: Iterable[Scope], revision: int | None = None, on: date | None = None) -> Tree:
    """The scopes, all above them, and everything that shares an invoice with them; all below an account that is named.

    Of a management group that is named, the groups and subscriptions below it. The number of queries is the same
    however many scopes there are: eight at most, and one if this process knows it already (`records.remembered`), so
    that nobody may change what is given.
    """
    named = frozenset(scopes)
    mark = agreements_mark(revision)
    if mark is not None and on is not None and _is_one_version(mark, revision, on):
        on = None  # the same, and read already
    if mark is None:
        return tree_of(Around(_records(revision, on), named).rows(), on)
    is_one = len(named) == 1 and on is None
    whole = frozenset({_whole(next(iter(named)), mark, revision)}) if is_one else named

    def read() -> tuple[Tree, int]:
        rows = Around(_records(revision, on), whole).rows()
        return tree_of(rows, on), len(rows) + 1

    return remembered(("around", mark, whole, on), read)


def _is_one_version(mark: tuple[Hashable, ...], revision: int | None, on: date) -> bool:
    """True if whatever was ever agreed holds on the day until further notice."""

    def read() -> tuple[tuple[bool, date | None], int]:
        records = believed(AgreementRecord.objects.all(), revision)
        latest = records.aggregate(latest=Max("valid_from"))["latest"]
        return (records.exclude(valid_to=None).exists(), latest), 1

    has_ended, latest = remembered(("changes", mark), read)
    return not has_ended and (latest is None or latest <= on)


def _whole(scope: Scope, mark: tuple[Hashable, ...], revision: int | None) -> Scope:
    """The billing profile or enrollment around which the same is found as around this part of it; else the scope."""

    def read() -> tuple[Scope, int]:
        return whole_of(_records(revision, None), scope), 1

    return scope if scope.kind in _WHOLE else remembered(("whole", mark, scope), read)


def earlier_versions(revision: int, scopes: Iterable[Scope] | None = None) -> dict[Key, list[Dated[Agreed]]]:
    """All versions, oldest first, of whatever ever changed, by kind and id.

    Of all the office, or of what `tree_around` reads.
    """
    records = believed(AgreementRecord.objects.all(), revision)
    named = None if scopes is None else frozenset(scopes)
    if named is not None and (mark := agreements_mark(revision)):

        def read() -> tuple[dict[Key, list[Dated[Agreed]]], int]:
            rows = Around(records, named).rows()
            return all_versions(rows), len(rows) + 1

        return remembered(("versions", mark, named), read)
    if named is not None:
        return all_versions(Around(records, named).rows())
    return all_versions(in_order(records.filter(key__in=records.exclude(valid_to=None).values("key"))))


def invoice_scopes(revision: int | None = None, on: date | None = None) -> list[InvoiceScope]:
    """Everything invoices are or were made for: MOSP subscriptions, billing profiles, enrollments; each by id."""
    return tree(revision, on).invoice_scopes()


def invoice_scope(scope: Scope, revision: int | None = None, on: date | None = None) -> InvoiceScope | None:
    """The invoice scope that now holds this subscription, profile, section, department and so on, or None."""
    return tree_around([scope], revision, on).invoice_scope(scope)


def own_invoice_scope(scope: Scope, revision: int | None = None, on: date | None = None) -> InvoiceScope | None:
    """What invoices are made for exactly this scope, also of a subscription that has left MOSP since; else None."""
    return tree_around([scope], revision, on).own_invoice_scope(scope)


def invoice_scope_of_subscription(
    subscription_id: str, revision: int | None = None, on: date | None = None
) -> InvoiceScope | None:
    """The invoice scope in which the subscription is billed, or None."""
    return invoice_scope(Scope(ScopeKind.SUBSCRIPTION, subscription_id), revision, on)


def subscription_names(revision: int | None = None, on: date | None = None) -> dict[str, Subscription]:
    """Every name by which usage may call a subscription, its id among them."""
    names: dict[str, Subscription] = {}
    for subscription in tree_of(_of_kind(ScopeKind.SUBSCRIPTION, revision, on), on).subscriptions.values():
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


@asked_once(lambda revision=None, on=None: (revision, on))
def seller(revision: int | None = None, on: date | None = None) -> Seller | None:
    """Who issues the invoices; None before agreements were first applied."""
    return tree_of(_of_kind(SELLER, revision, on), on).seller


def account(account_id: str, revision: int | None = None, on: date | None = None) -> BillingAccount | None:
    """The billing account with this id, or None."""
    rows = _of_kind(ScopeKind.BILLING_ACCOUNT, revision, on, Q(key=account_id))
    return tree_of(rows, on).accounts.get(account_id)


def _of_kind(kind: str, revision: int | None, on: date | None, wanted: Q = Q()) -> Iterator[Row]:  # noqa: B008 - an empty Q is never changed
    return in_order(_records(revision, on).filter(wanted, kind=kind))


def _records(revision: int | None, on: date | None) -> QuerySet[AgreementRecord]:
    """At most one version of each thing: the one valid on the day, or the one that holds until further notice.

    Of subscriptions and accounts also the versions before that: where one stood, and how often an enrollment was
    invoiced, decides who is invoiced for which days.
    """
    records = believed(AgreementRecord.objects.all(), revision)
    history = Q(kind__in=[ScopeKind.SUBSCRIPTION.value, ScopeKind.BILLING_ACCOUNT.value])
    if on is None:
        return records.filter(history | Q(valid_to=None))  # the latest version of a thing never has an end
    return records.filter(history | Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
