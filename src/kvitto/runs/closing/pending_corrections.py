"""Corrections that are worked out and wait to be issued, and what became of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.corrections import BilledPeriod, Correction
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.tax import RATED, ZERO_RATED
from kvitto.records.corrections import PeriodKey, key_of, state_of
from kvitto.records.links import locked
from kvitto.runs.closing.late_usage import LatePeriod
from kvitto.runs.rated_periods import RatedPeriod

_TAXED = frozenset((RATED, ZERO_RATED))


@dataclass
class Pending:
    """A correction, from what it was worked out, and what became of it.

    `scope` and `rated` are what the original was made for, as it was then. `state` is that of the period's documents
    before they were read. `billed_on` is the invoice it stands on, `beyond` what could not be given back, without tax.
    """

    late: LatePeriod
    scope: InvoiceScope
    rated: RatedPeriod
    billed: BilledPeriod
    correction: Correction
    state: frozenset[tuple[str, str, str]]
    billed_on: str = ""
    credit_notes: tuple[str, ...] = ()
    given_back: Decimal = Decimal(0)
    beyond: Decimal = Decimal(0)
    was_changed: bool = False

    @property
    def original(self) -> Invoice:
        """The invoice in force of the corrected period."""
        return self.billed.original.invoice

    @property
    def key(self) -> PeriodKey:
        """The corrected period."""
        return key_of(self.late.invoice)

    @property
    def is_waiting(self) -> bool:
        """True if something is still to be billed."""
        return bool(self.correction.to_bill) and not (self.billed_on or self.was_changed)

    def may_stand_on(self, scope: InvoiceScope) -> bool:
        """True if an invoice of this scope is the same payer's, and can tell the correction's tax beside its own."""
        own = {line.tax_category for section in self.correction.to_bill for line in section.lines}
        theirs = scope.account.tax.category
        return (
            scope.account.id == self.original.account_id
            and scope.currency == self.original.currency
            and scope.seller.id == self.original.seller_id
            and not self.original.accounting_tax
            and (own == {theirs} or own | {theirs} <= _TAXED)
        )

    def hold(self) -> bool:
        """Hold the period's documents until the caller's transaction ends; False if they are no longer the same."""
        locked(self.original.number)
        self.was_changed = state_of(self.key) != self.state
        return not self.was_changed


@dataclass
class PendingCorrections:
    """All corrections of one close."""

    all: Sequence[Pending] = ()
    _by_scope: dict[tuple[Scope, InvoiceKind], list[Pending]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_scope = defaultdict(list)
        for one in sorted(self.all, key=lambda one: one.late.invoice.period):
            self._by_scope[one.key.scope, one.key.kind].append(one)

    def of_next(self, one: RatedPeriod) -> list[Pending]:
        """What waits for the invoice of this period, oldest period first, still unheld."""
        waiting = self._by_scope.get((one.scope.scope, one.kind), ())
        return [each for each in waiting if each.is_waiting and each.may_stand_on(one.scope)]

    def held(self, batch: Iterable[RatedPeriod]) -> dict[Scope, list[Pending]]:
        """What waits for the invoices of these periods, by scope, held until the caller's transaction ends."""
        ordered = sorted(batch, key=lambda one: one.scope.scope.id) if self.all else []
        return {one.scope.scope: [each for each in self.of_next(one) if each.hold()] for one in ordered}
