"""What stands below a scope, some of it at a time: its profiles, sections, departments, customers, subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.portal.search.asked import Asked
from kvitto.records.held_roles import holdings_on
from kvitto.records.models import AgreementRecord
from kvitto.records.reach import current

_UNDER: Mapping[ScopeKind, tuple[ScopeKind, ...]] = {
    ScopeKind.BILLING_PROFILE: (ScopeKind.INVOICE_SECTION, ScopeKind.CUSTOMER),
    ScopeKind.DEPARTMENT: (ScopeKind.ENROLLMENT_ACCOUNT,),
    ScopeKind.INVOICE_SECTION: (ScopeKind.SUBSCRIPTION,),
    ScopeKind.CUSTOMER: (ScopeKind.SUBSCRIPTION,),
    ScopeKind.ENROLLMENT_ACCOUNT: (ScopeKind.SUBSCRIPTION,),
}


@dataclass(frozen=True)
class Owner:
    """Who owns an enrollment account. Until they have signed in for the first time they are pending."""

    name: str
    is_pending: bool


@dataclass(frozen=True)
class Part:
    """One thing below a scope. `count`: what stands directly below it; `above`: the name of its department."""

    scope: Scope
    name: str
    cost_center: str = ""
    count: int = 0
    above: str = ""
    owners: tuple[Owner, ...] = ()


def parts_below(scope: Scope, kind: ScopeKind, asked: Asked | None = None) -> QuerySet[AgreementRecord]:
    """Everything of this kind below the scope, in order of the name, narrowed to what is asked for."""
    records: Any = current(kind).annotate(name=KT("facts__name"))
    if kind is ScopeKind.ENROLLMENT_ACCOUNT and scope.kind is ScopeKind.BILLING_ACCOUNT:  # also those in departments
        records = records.filter(facts__account_id=scope.id)
    else:
        records = records.filter(parent=scope.id)
    if asked and asked.words:
        records = records.filter(asked.within("name", "key"))
    found: QuerySet[AgreementRecord] = records.order_by("name", "key")
    return found


def listed_parts(rows: Sequence[AgreementRecord]) -> list[Part]:
    """Rows of `parts_below` as a list shows them; a few queries for all."""
    keys = [row.key for row in rows]
    counts = _counts(ScopeKind(rows[0].kind), keys) if rows else {}
    departments = _names(ScopeKind.DEPARTMENT, [str(row.facts.get("department_id") or "") for row in rows])
    owners = _owners([Scope(ScopeKind.ENROLLMENT_ACCOUNT, row.key) for row in rows if row.kind in _WITH_OWNERS])
    return [
        Part(
            Scope(ScopeKind(row.kind), row.key),
            name=str(row.facts["name"]),
            cost_center=str(row.facts.get("cost_center") or ""),
            count=counts.get(row.key, 0),
            above=departments.get(str(row.facts.get("department_id") or ""), ""),
            owners=owners.get(row.key, ()),
        )
        for row in rows
    ]


_WITH_OWNERS = frozenset((ScopeKind.ENROLLMENT_ACCOUNT.value,))


def _counts(kind: ScopeKind, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for below in _UNDER.get(kind, ()):
        sums = current(below).filter(parent__in=keys).order_by().values_list("parent").annotate(count=Count("pk"))
        for parent, count in sums:
            found[parent] = found.get(parent, 0) + count
    return found


def _names(kind: ScopeKind, keys: Sequence[str]) -> dict[str, str]:
    wanted = set(keys) - {""}
    if not wanted:
        return {}
    rows: Any = current(kind).filter(key__in=wanted).annotate(name=KT("facts__name"))
    return dict(rows.values_list("key", "name"))


def _owners(scopes: Sequence[Scope]) -> dict[str, tuple[Owner, ...]]:
    found: dict[str, tuple[Owner, ...]] = {}
    for one in holdings_on(frozenset(scopes)) if scopes else ():
        if one.role is Role.ACCOUNT_OWNER:
            owner = Owner(one.person.get_full_name(), is_pending=one.person.last_login is None)
            found[one.scope.id] = (*found.get(one.scope.id, ()), owner)
    return found
