"""Agreements from some scopes upwards: what decides about access there, without anything beside or below.

What a page's menu and head need costs the same whether two or a hundred thousand subscriptions stand below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.tree import Tree
from kvitto.records.agreement_rows import Row, in_order, tree_of
from kvitto.records.asked_once import asked_once
from kvitto.records.models import AgreementRecord
from kvitto.records.prepared import Given, prepared
from kvitto.records.revisions import believed

_FLOORS = (  # each is read once everything of the floor before is known
    (ScopeKind.SUBSCRIPTION,),
    (ScopeKind.INVOICE_SECTION, ScopeKind.CUSTOMER, ScopeKind.ENROLLMENT_ACCOUNT),
    (ScopeKind.BILLING_PROFILE, ScopeKind.DEPARTMENT),
    (ScopeKind.BILLING_ACCOUNT,),
)
_NAMED_BY = {
    "section_id": ScopeKind.INVOICE_SECTION,
    "customer_id": ScopeKind.CUSTOMER,
    "enrollment_account_id": ScopeKind.ENROLLMENT_ACCOUNT,
    "profile_id": ScopeKind.BILLING_PROFILE,
    "department_id": ScopeKind.DEPARTMENT,
    "account_id": ScopeKind.BILLING_ACCOUNT,
}


def tree_above(scopes: Iterable[Scope]) -> Tree:
    """The scopes as they are agreed now, with everything above each; five queries at most, however many they are.

    Management groups come with the subscriptions that stand in one. Subscriptions below are not in it, nor is the
    seller, so that it has no invoice scopes.
    """
    return _tree_above(frozenset(scopes))


@asked_once(lambda scopes: scopes)
def _tree_above(scopes: frozenset[Scope]) -> Tree:
    named: dict[ScopeKind, set[str]] = defaultdict(set)
    for scope in scopes:
        named[scope.kind].add(scope.id)
    rows: list[Row] = []
    for floor in _FLOORS:
        found = _rows({kind: named[kind] for kind in floor if named[kind]})
        for row in found:
            for name, kind in _NAMED_BY.items():
                if key := row.facts.get(name):
                    named[kind].add(key)
        rows += found
    if named[ScopeKind.MANAGEMENT_GROUP] or any(row.facts.get("management_group_id") for row in rows):
        groups = AgreementRecord.objects.filter(kind=ScopeKind.MANAGEMENT_GROUP.value, valid_to=None)
        rows += in_order(believed(groups, None))
    return tree_of(rows, None)


def _rows(wanted: Mapping[ScopeKind, set[str]]) -> list[Row]:
    if not wanted:
        return []
    return [Row(*row) for row in _current(**{kind.value: sorted(keys) for kind, keys in wanted.items()})]


@prepared
def _current(**keys: list[Given]) -> QuerySet[AgreementRecord, tuple[Any, ...]]:
    either = Q()
    for kind, some in keys.items():
        either |= Q(kind=kind, key__in=some)
    rows = believed(AgreementRecord.objects.filter(either, valid_to=None), None)
    return rows.order_by("valid_from").values_list(*Row._fields)
