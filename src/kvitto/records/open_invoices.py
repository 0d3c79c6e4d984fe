"""Every invoice and credit note that is open to a person, as one query: for lists that the database cuts into pages.

What decides about a document beside its place is its kind and its age, so each place is asked about every pair of
them, and the answers become conditions. An account of which everything is open is one condition, whatever it holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from django.db.models import Q, QuerySet

from kvitto.access.actions import Action
from kvitto.access.decision import Allowed
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.tree import Tree
from kvitto.records.access_view import AGE_LIMIT, decide_at, invoice_spot
from kvitto.records.gate import Asker, Everything
from kvitto.records.models import InvoiceRecord

_OLD, _RECENT = date.min, AGE_LIMIT
_NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class _Sort:
    """Documents about which one place has one answer."""

    kind: InvoiceKind
    since: date

    @property
    def condition(self) -> Q:
        own = Q(kind=self.kind.value)
        return own & (Q(period_start__lt=AGE_LIMIT) if self.since == _OLD else Q(period_start__gte=AGE_LIMIT))


_EVERY_SORT = frozenset(_Sort(kind, since) for kind, since in product(InvoiceKind, (_OLD, _RECENT)))


def open_invoices(everything: Everything) -> QuerySet[InvoiceRecord]:
    """The documents that the person may see. What they were asked for is worked out once while nothing changes."""
    condition: Q = everything.once("open invoices", lambda: _condition(everything.asker))
    return InvoiceRecord.objects.filter(condition)


def _condition(asker: Asker) -> Q:
    found: dict[str, dict[tuple[ScopeKind, frozenset[_Sort]], list[str]]] = defaultdict(lambda: defaultdict(list))
    answers: dict[Hashable, frozenset[_Sort]] = {}
    for scope, account in _invoiced(asker.view.tree):
        alike = _alike(asker, scope, account)
        if alike not in answers:
            answers[alike] = _open_sorts(asker, scope, account)
        found[account][scope.kind, answers[alike]].append(scope.id)
    condition = _NOTHING
    for account, places in found.items():
        condition |= _of_account(asker, account, places)
    return condition


def _of_account(asker: Asker, account: str, places: Mapping[tuple[ScopeKind, frozenset[_Sort]], list[str]]) -> Q:
    """A role on the account itself brings everything below it into view: if all of that is open, all is."""
    holds_it = Scope(ScopeKind.BILLING_ACCOUNT, account) in asker.held
    if holds_it and all(sorts == _EVERY_SORT for _, sorts in places):
        return Q(account_key=account)
    condition = _NOTHING
    for (kind, sorts), keys in places.items():
        if sorts:
            own = Q(scope_kind=kind.value, scope_key__in=sorted(keys))
            condition |= own if sorts == _EVERY_SORT else own & _any_of(sorts)
    return Q(account_key=account) & condition


def _any_of(sorts: frozenset[_Sort]) -> Q:
    condition = _NOTHING
    for sort in sorts:
        condition |= sort.condition
    return condition


def _invoiced(tree: Tree) -> Iterator[tuple[Scope, str]]:
    """Everything that ever was invoiced, with the account that paid; a subscription once for each that bought it."""
    for key, subscription in tree.subscriptions.items():
        payers = {stay.value.account_id for stay in tree.stays.get(key, ())} or {subscription.account_id}
        for account in sorted(payers & tree.accounts.keys()):
            if tree.accounts[account].agreement is AgreementType.MOSP:
                yield Scope(ScopeKind.SUBSCRIPTION, key), account
    for profile in tree.profiles.values():
        yield Scope(ScopeKind.BILLING_PROFILE, profile.id), profile.account_id
    for enrollment in tree.accounts.values():
        if enrollment.agreement is AgreementType.EA:
            yield Scope(ScopeKind.BILLING_ACCOUNT, enrollment.id), enrollment.id


def _alike(asker: Asker, scope: Scope, account: str) -> Hashable:
    """The same for subscriptions of an account of which nothing is held or set."""
    subscription = asker.view.tree.subscriptions.get(scope.id) if scope.kind is ScopeKind.SUBSCRIPTION else None
    if subscription is None or asker.held.get(scope) or asker.view.policies.get(scope):
        return scope, account
    return account, subscription.management_group_id


def _open_sorts(asker: Asker, scope: Scope, account: str) -> frozenset[_Sort]:
    def is_open(sort: _Sort) -> bool:
        spot = invoice_spot(asker.view, scope, account, sort.since, sort.kind)
        return isinstance(decide_at(spot, Action.SEE_INVOICES, asker.held, asker.person), Allowed)

    return frozenset(filter(is_open, _EVERY_SORT))
