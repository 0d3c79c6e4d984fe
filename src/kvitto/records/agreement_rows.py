"""Rows of agreements: which of them stand around some scopes, and what they come to as a tree or as dated versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.dated import FOREVER, Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import CREDIT_LOT, EXCHANGE_RATE, SELLER, Agreed, Facts, from_facts
from kvitto.agreements.hierarchy import (
    BillingAccount,
    BillingProfile,
    Cadence,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    Scope,
    ScopeKind,
    Seller,
    Subscription,
)
from kvitto.agreements.tree import Tree
from kvitto.periods import Period
from kvitto.records.models import AgreementRecord

Key = tuple[str, str]  # kind and id
_CHUNK = 5000
_MANY_LOTS = 5000  # holders of credit beyond which all lots are read: a database limits the parameters of a query


class Row(NamedTuple):
    """One version of one thing."""

    kind: str
    key: str
    parent: str
    valid_from: date
    valid_to: date | None
    facts: Facts

    def holds(self, on: date | None) -> bool:
        """True if it is the version of the day, or, for None, the latest."""
        return self.valid_to is None if on is None else on in self.days

    @property
    def days(self) -> Period:
        """The days on which it is valid."""
        return Period(self.valid_from, self.valid_to or FOREVER)


def in_order(records: QuerySet[AgreementRecord]) -> Iterator[Row]:
    """The rows, by the day from which they are valid."""
    columns = ("kind", "key", "parent", "valid_from", "valid_to", "facts")
    rows = records.order_by("valid_from").values_list(*columns).iterator(chunk_size=_CHUNK)
    return (Row(*row) for row in rows)


def tree_of(rows: Iterable[Row], on: date | None) -> Tree:
    """The tree on a day (None: as agreed last), each kind in order of id, which is the same on every database.

    Rows of one thing must come oldest first.
    """
    values: dict[Key, Agreed] = {}
    before: dict[str, list[Row]] = defaultdict(list)  # earlier versions of subscriptions
    moved: dict[str, tuple[Dated[Subscription], ...]] = {}
    accounts: dict[str, list[Row]] = defaultdict(list)  # earlier versions of accounts
    for row in rows:
        if row.holds(on):
            value = values[row.kind, row.key] = from_facts(row.kind, row.facts)
            if isinstance(value, Subscription) and row.key in before:
                earlier = before.pop(row.key)
                if any(one.parent != row.parent for one in earlier):
                    moved[row.key] = (*_stays(earlier), Dated(value, Period(row.valid_from, FOREVER)))
        elif row.kind == ScopeKind.SUBSCRIPTION.value:
            before[row.key].append(row)
        elif row.kind == ScopeKind.BILLING_ACCOUNT.value:
            accounts[row.key].append(row)
    tree = Tree(stays=moved)
    for key in sorted(values):
        _put(tree, values[key])
    tree.cadences = {key: cadences for key, rows in accounts.items() if (cadences := _cadences(rows))}
    return tree


def all_versions(rows: Iterable[Row]) -> dict[Key, list[Dated[Agreed]]]:
    """Every version, oldest first, of what has more than one. Rows of one thing must come oldest first."""
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.kind, row.key].append(row)
    return {
        key: [Dated(from_facts(row.kind, row.facts), row.days) for row in versions]
        for key, versions in found.items()
        if len(versions) > 1
    }


def _stays(rows: Iterable[Row]) -> Iterator[Dated[Subscription]]:
    for row in rows:
        value = from_facts(row.kind, row.facts)
        if isinstance(value, Subscription):
            yield Dated(value, row.days)


def _cadences(rows: Iterable[Row]) -> tuple[tuple[Cadence, date], ...]:
    values = ((from_facts(row.kind, row.facts), row.days.end) for row in rows)
    return tuple(
        (value.enrollment.cadence, end)
        for value, end in values
        if isinstance(value, BillingAccount) and value.enrollment
    )


def _put(tree: Tree, value: Agreed) -> None:  # noqa: C901 - one line for each kind of thing
    match value:
        case Seller():
            tree.seller = value
        case BillingAccount():
            tree.accounts[value.id] = value
        case BillingProfile():
            tree.profiles[value.id] = value
        case InvoiceSection():
            tree.sections[value.id] = value
        case Department():
            tree.departments[value.id] = value
        case EnrollmentAccount():
            tree.enrollment_accounts[value.id] = value
        case Customer():
            tree.customers[value.id] = value
        case ManagementGroup():
            tree.management_groups[value.id] = value
        case Subscription():
            tree.subscriptions[value.id] = value
        case CreditLot():
            tree.lots[value.id] = value
        case ExchangeRate():
            tree.rates[value.id] = value


class Around:
    """Reads what stands around some scopes: first up to what invoices are made for, then down from that."""

    def __init__(self, records: QuerySet[AgreementRecord], scopes: Iterable[Scope]) -> None:
        self._records = records
        self._named: dict[ScopeKind, set[str]] = {kind: set() for kind in ScopeKind}
        for scope in scopes:
            self._named[scope.kind].add(scope.id)

    def rows(self) -> list[Row]:
        """Every row there is of them, oldest first; eight queries at most."""
        named = self._named
        subscriptions = self._named_subscriptions()
        standing = {row.key: row.facts for row in subscriptions}  # the latest row of each comes last
        middle = self._by_key({
            ScopeKind.INVOICE_SECTION: _said(standing.values(), "section_id"),
            ScopeKind.CUSTOMER: _said(standing.values(), "customer_id"),
            ScopeKind.ENROLLMENT_ACCOUNT: _said(standing.values(), "enrollment_account_id"),
            ScopeKind.DEPARTMENT: set(),
        })  # fmt: skip
        accounts = named[ScopeKind.BILLING_ACCOUNT]
        enrollments = accounts | _said(_facts(middle), "account_id")
        profiles = self._profiles(_said(_facts(middle), "profile_id"), accounts)
        parts = self._parts(_keys(profiles), enrollments)
        members = self._members(_keys(parts) | accounts, subscriptions)
        above = accounts | _said(_facts(members), "account_id") | _said(_facts([*profiles, *parts]), "account_id")
        holders = above | _keys(profiles) | _keys(members)
        return sorted([*profiles, *parts, *members, *self._rest(above, holders)], key=lambda row: row.valid_from)

    def _named_subscriptions(self) -> list[Row]:
        """Those named, and those in management groups below a named one."""
        wanted = Q(key__in=self._named[ScopeKind.SUBSCRIPTION])
        if groups := self._named[ScopeKind.MANAGEMENT_GROUP]:
            wanted |= Q(facts__management_group_id__in=sorted(self._with_groups_below(groups)))
        elif not self._named[ScopeKind.SUBSCRIPTION]:
            return []
        return self._subscriptions(wanted)

    def _with_groups_below(self, groups: Collection[str]) -> set[str]:
        parent_of = {row.key: row.parent for row in self._rows(Q(kind=ScopeKind.MANAGEMENT_GROUP.value))}
        found = set(groups)
        while more := {key for key, parent in parent_of.items() if parent in found} - found:
            found |= more
        return found

    def _by_key(self, keys: dict[ScopeKind, set[str]]) -> list[Row]:
        wanted = {kind: found | self._named[kind] for kind, found in keys.items()}
        either = [Q(kind=kind.value, key__in=found) for kind, found in wanted.items() if found]
        return self._rows(*either)

    def _profiles(self, keys: set[str], accounts: set[str]) -> list[Row]:
        keys |= self._named[ScopeKind.BILLING_PROFILE]
        kind = ScopeKind.BILLING_PROFILE.value
        return self._rows(Q(kind=kind, key__in=keys), Q(kind=kind, parent__in=accounts)) if keys or accounts else []

    def _parts(self, profiles: set[str], enrollments: set[str]) -> list[Row]:
        """Sections and customers of profiles; departments and enrollment accounts of enrollments."""
        either = []
        if profiles:
            either.append(Q(kind__in=[ScopeKind.INVOICE_SECTION, ScopeKind.CUSTOMER], parent__in=profiles))
        if enrollments:
            either.append(Q(kind__in=[ScopeKind.DEPARTMENT, ScopeKind.ENROLLMENT_ACCOUNT], parent__in=enrollments))
        found = self._rows(*either)
        departments = {row.key for row in found if row.kind == ScopeKind.DEPARTMENT.value}
        if departments:
            found += self._rows(Q(kind=ScopeKind.ENROLLMENT_ACCOUNT.value, parent__in=departments))
        return found

    def _members(self, parents: set[str], named: list[Row]) -> list[Row]:
        """All versions of the subscriptions that stand or stood under these, and of those that were named."""
        if not parents:
            return named
        found = self._subscriptions(Q(parent__in=parents))
        known = {row.key for row in found}
        return [*found, *(row for row in named if row.key not in known)]

    def _subscriptions(self, wanted: Q) -> list[Row]:
        """Every version of a subscription one version of which is wanted."""
        of_kind = self._records.filter(kind=ScopeKind.SUBSCRIPTION.value)
        return list(in_order(of_kind.filter(key__in=of_kind.filter(wanted).values("key"))))

    def _rest(self, accounts: set[str], holders: set[str]) -> list[Row]:
        """Accounts, and what belongs to the whole office: seller, management groups, rates; and lots of these."""
        lots = Q(kind=CREDIT_LOT) if len(holders) > _MANY_LOTS else Q(kind=CREDIT_LOT, parent__in=holders)
        office = Q(kind__in=[SELLER, ScopeKind.MANAGEMENT_GROUP.value, EXCHANGE_RATE])
        return self._rows(Q(kind=ScopeKind.BILLING_ACCOUNT.value, key__in=accounts), office, lots)

    def _rows(self, *either: Q) -> list[Row]:
        """What one of the conditions wants; nothing for none."""
        if not either:
            return []
        wanted = either[0]
        for condition in either[1:]:
            wanted |= condition
        return list(in_order(self._records.filter(wanted)))


def whole_of(records: QuerySet[AgreementRecord], part: Scope) -> Scope:
    """The billing profile or enrollment that this subscription, section … stands in now; the part if in neither.

    Around that stands all that stands around the part, and nothing else. Two queries at most.
    """
    facts: Facts = _latest(records, part.kind, part.id)
    for name, kind in _STANDS_IN.items():
        if part.kind is ScopeKind.SUBSCRIPTION and facts.get(name):
            facts = _latest(records, kind, facts[name])
            break
    else:
        if part.kind is ScopeKind.SUBSCRIPTION:
            return part
    if facts.get("profile_id"):
        return Scope(ScopeKind.BILLING_PROFILE, facts["profile_id"])
    return Scope(ScopeKind.BILLING_ACCOUNT, facts["account_id"]) if facts.get("account_id") else part


_STANDS_IN = {
    "section_id": ScopeKind.INVOICE_SECTION,
    "customer_id": ScopeKind.CUSTOMER,
    "enrollment_account_id": ScopeKind.ENROLLMENT_ACCOUNT,
}


def _latest(records: QuerySet[AgreementRecord], kind: ScopeKind, key: str) -> Facts:
    found = records.filter(kind=kind.value, key=key).order_by("-valid_from").values_list("facts", flat=True).first()
    return found or {}


def _keys(rows: Iterable[Row]) -> set[str]:
    return {row.key for row in rows}


def _facts(rows: Iterable[Row]) -> Iterator[Facts]:
    return (row.facts for row in rows)


def _said(facts: Iterable[Facts], name: str) -> set[str]:
    """All values of a field; older facts lack fields that were added later."""
    return {one.get(name, "") for one in facts} - {""}
