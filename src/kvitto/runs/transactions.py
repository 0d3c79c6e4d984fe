"""All transactions of a billing profile or account under a customer or partner agreement (invoices.md §5).

    transactions(office, person, scope, wanted, page) -> TransactionPage

What is pending comes first, then what is invoiced, newest documents first. Pending usage is not in the list: it grows
with every hour, and is told per subscription instead (`pending_usage`; invoices.md §1). A page says where the next one
begins. One document is read at a time, and some profiles' open periods, so that memory is bounded by the largest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Q, QuerySet

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.transactions import PENDING, Transaction, TransactionType, transactions_of
from kvitto.language import phrase
from kvitto.money import Money, total
from kvitto.records import gate
from kvitto.records.agreements import tree_around
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import load
from kvitto.records.models import InvoiceRecord, Person
from kvitto.records.retention import buried_periods
from kvitto.runs.listed_periods import unbilled_periods
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.remembered_drafts import drafts_of
from kvitto.runs.scope_versions import ScopeVersions

__all__ = ["PENDING", "PendingUsage", "TransactionPage", "UnableToListTransactions", "Wanted", "transactions"]

ROWS_OF_A_PAGE = 50
_PROFILES_AT_ONCE = 20
_LISTED = frozenset((AgreementType.MCA, AgreementType.MPA))


class UnableToListTransactions(UnableTo):
    """Only billing profiles, and accounts that have such, list their transactions."""


@dataclass(frozen=True)
class Wanted:
    """What the list is asked for; empty is everything.

    `invoice`: the number of an invoice or credit note, or `PENDING`. `section`: the id of an invoice section, of a
    partner's list of a customer. `type`: what happened. `first_day` and `last_day`: both count.
    """

    invoice: str = ""
    section: str = ""
    type: TransactionType | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def is_filtered(self) -> bool:
        """True if something is left out."""
        return self != Wanted()

    def holds(self, row: Transaction) -> bool:
        """True of what is wanted, whatever its document is."""
        return (
            (not self.section or row.section_id == self.section)
            and self.type in {None, row.type}
            and (self.first_day is None or self.first_day <= row.on_day)
            and (self.last_day is None or row.on_day <= self.last_day)
        )


@dataclass(frozen=True)
class PendingUsage:
    """What a subscription used that has no invoice yet: an estimate, without tax and before credit."""

    subscription_id: str
    subscription: str
    profile_id: str
    amount: Money


@dataclass(frozen=True)
class TransactionPage:
    """Some rows; `next_page` is what to ask for the following ones by, empty after the last.

    `pending_usage` is there on the first page only, by profile and subscription.
    """

    rows: tuple[Transaction, ...]
    next_page: str = ""
    pending_usage: tuple[PendingUsage, ...] = ()


def transactions(
    office: Office, person: Person | None, scope: Scope, wanted: Wanted = Wanted(), page: str = ""
) -> TransactionPage:
    """A page of the transactions of a billing profile, or of all profiles of a billing account, as this person.

    `person` None is the operator. `page`: the `next_page` of the page before; empty, or nothing that was ever given,
    for the first. Raises `gate.NotFound`, `gate.Refused`, or `UnableToListTransactions` for what has no such list.
    """
    if person:
        gate.require(person, scope, Action.SEE_INVOICES)
    found = _List(office, scope, _profiles(scope), wanted)
    rows = list(islice(found.rows(_Place.named(page)), ROWS_OF_A_PAGE + 1))
    shown = tuple(row for _, row in rows[:ROWS_OF_A_PAGE])
    next_page = rows[ROWS_OF_A_PAGE][0].name if len(rows) > ROWS_OF_A_PAGE else ""
    return TransactionPage(shown, next_page, () if page else found.pending_usage())


def all_transactions(
    office: Office, person: Person | None, scope: Scope, wanted: Wanted = Wanted()
) -> Iterator[Transaction]:
    """Every transaction one after the other, for a file; raises as `transactions` does, before the first."""
    if person:
        gate.require(person, scope, Action.SEE_INVOICES)
    rows = _List(office, scope, _profiles(scope), wanted).rows(_Place())
    return (row for _, row in rows)


@dataclass(frozen=True)
class _Place:
    """Where a row stands: in the pending ones of a profile, or in a document; counted from 0."""

    is_pending: bool = True
    key: str = ""
    offset: int = 0

    @property
    def name(self) -> str:
        """As a page is asked for."""
        return f"{'p' if self.is_pending else 'd'}:{self.offset}:{self.key}"

    @classmethod
    def named(cls, name: str) -> _Place:
        """The place of that name, or the first one."""
        kind, _, rest = name.partition(":")
        offset, _, key = rest.partition(":")
        is_one = kind in {"p", "d"} and offset.isascii() and offset.isdigit() and key.isprintable()
        return cls(kind == "p", key, int(offset[:9])) if is_one else cls()


@dataclass(frozen=True)
class _List:
    """The transactions of some profiles; `profiles` in order of id."""

    office: Office
    scope: Scope
    profiles: Sequence[InvoiceScope]
    wanted: Wanted

    def rows(self, start: _Place) -> Iterator[tuple[_Place, Transaction]]:
        """The wanted rows with their places, from the start on."""
        if start.is_pending and self.wanted.invoice in {"", PENDING}:
            yield from self._pending_rows(start)
            start = _Place(is_pending=False)
        if self.wanted.invoice != PENDING:
            yield from self._billed_rows(_Place(is_pending=False) if start.is_pending else start)

    def pending_usage(self) -> tuple[PendingUsage, ...]:
        """Usage without an invoice, summed by subscription."""
        if self.wanted.invoice not in {"", PENDING}:
            return ()
        found: dict[tuple[str, str], list[Transaction]] = defaultdict(list)
        for _, drafts in self._drafts(self.profiles):
            for row in self._of(drafts):
                if row.type is TransactionType.USAGE:
                    found[row.profile_id, row.subscription_id].append(row)
        return tuple(
            PendingUsage(key, rows[-1].subscription, profile, total((r.amount for r in rows), rows[0].amount.currency))
            for (profile, key), rows in sorted(found.items(), key=lambda one: one[0])
        )

    def _pending_rows(self, start: _Place) -> Iterator[tuple[_Place, Transaction]]:
        """What was bought and has no invoice."""
        rest = [scope for scope in self.profiles if scope.scope.id >= start.key]
        for scope, drafts in self._drafts(rest):
            bought = [row for row in self._of(drafts) if row.type is not TransactionType.USAGE]
            first = start.offset if scope.scope.id == start.key else 0
            for number, row in enumerate(bought[first:], start=first):
                yield _Place(is_pending=True, key=scope.scope.id, offset=number), row

    def _billed_rows(self, start: _Place) -> Iterator[tuple[_Place, Transaction]]:
        for number in self._documents(start.key):
            first = start.offset if number == start.key else 0
            for offset, row in enumerate(transactions_of(load(number))):
                if offset >= first and self._is_wanted(row):
                    yield _Place(is_pending=False, key=number, offset=offset), row

    def _documents(self, start: str) -> Iterator[str]:
        """The numbers of the documents from this one on, newest first."""
        records = self._records()
        if self.wanted.invoice:
            records = records.filter(number=self.wanted.invoice)
        first = records.filter(number=start).values_list("issue_date", "number").first() if start else None
        if first:
            day, number = first
            records = records.filter(Q(issue_date__lt=day) | Q(issue_date=day, number__lte=number))
        return records.order_by("-issue_date", "-number").values_list("number", flat=True).iterator(chunk_size=100)

    def _records(self) -> QuerySet[InvoiceRecord]:
        profiles = InvoiceRecord.objects.filter(scope_kind=ScopeKind.BILLING_PROFILE)
        if self.scope.kind is ScopeKind.BILLING_PROFILE:
            return profiles.filter(scope_key=self.scope.id)
        return profiles.filter(account_key=self.scope.id)

    def _of(self, drafts: Iterable[Invoice]) -> Iterator[Transaction]:
        return (row for one in drafts for row in transactions_of(one) if self._is_wanted(row))

    def _is_wanted(self, row: Transaction) -> bool:
        return self.wanted.holds(row)

    def _drafts(self, profiles: Sequence[InvoiceScope]) -> Iterator[tuple[InvoiceScope, Sequence[Invoice]]]:
        """Each profile with the drafts of its unbilled periods, the latest first; some profiles are rated together."""
        for first in range(0, len(profiles), _PROFILES_AT_ONCE):
            yield from _drafts(self.office, profiles[first : first + _PROFILES_AT_ONCE])


def _drafts(office: Office, profiles: Sequence[InvoiceScope]) -> Iterator[tuple[InvoiceScope, Sequence[Invoice]]]:
    as_of, scopes = current_as_of(), [scope.scope for scope in profiles]
    versions = ScopeVersions(as_of.revision, scopes)
    issued = defaultdict(list, {scope: list(periods) for scope, periods in buried_periods(scopes).items()})
    for one in invoices_in_force(scopes):
        issued[one.scope].append(one.period)
    asked = [
        (then, period)
        for scope in profiles
        for period in unbilled_periods(scope, office.today(), InvoiceKind.SERVICES, issued[scope.scope])[::-1]
        if (then := versions.for_period(scope, period))
    ]
    drafts = drafts_of(office, asked, as_of)
    return ((scope, drafts.get(scope.scope, ())) for scope in profiles)


def _profiles(scope: Scope) -> list[InvoiceScope]:
    tree = tree_around([scope])
    account = tree.account_of(scope)
    is_listed = scope.kind in {ScopeKind.BILLING_PROFILE, ScopeKind.BILLING_ACCOUNT}
    if account is None:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=scope.id))
    if not is_listed or account.agreement not in _LISTED:
        raise UnableToListTransactions(
            phrase("{id} lists no transactions: name a billing profile, or an account that has some.", id=scope.id)
        )
    found = [one for one in tree.invoice_scopes() if one.profile and one.account.id == account.id]
    wanted = [one for one in found if scope in {one.scope, Scope(ScopeKind.BILLING_ACCOUNT, one.account.id)}]
    return sorted(wanted, key=lambda one: one.scope.id)
