"""What credit pays of an invoice: what is deducted before tax, and what is paid after it.

Before tax, in this order: the monthly credit of each offer, never for another subscription; the lots that are a
discount; and, where a spending limit is on, everything that the credit left (`invoicing.spending_limit`). After tax:
the lots that are a payment. Commitment usage of an enrollment is of the first kind: extended amount − commitment usage
= net amount, and tax is on the net amount only (agreements.md §6.3).

Credit pays for eligible charges alone (`ChargeKind.is_credit_eligible`, agreements.md §10). What one credit pays is
shared out over the lines by largest remainder, so that allowances, tax groups and lines agree to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitto.agreements.credit_lots import LotTreatment
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer
from kvitto.invoicing.invoice import Allowance, Invoice, Line, Prepayment, TaxGroup
from kvitto.invoicing.settlement_lots import LotState, share_in_life, usable
from kvitto.invoicing.spending_limit import has_spending_limit
from kvitto.money import Money, allocate, exact_sum, total, zero

MONTHLY_CREDIT = "monthly-credit"
SPENDING_LIMIT = "spending-limit"

__all__ = ["MONTHLY_CREDIT", "SPENDING_LIMIT", "LotState", "Settlement", "covered_by_credit", "settle", "taken_of"]

_Group = tuple[str, Decimal]  # tax category and rate


@dataclass(frozen=True)
class Settlement:
    """What credit pays before tax.

    `lines` are those that were given, in their order, each with its credit. `allowances` are in the order in which the
    credits were used, each inside one tax group. Σ allowances = Σ credit of the lines.
    """

    scope: InvoiceScope
    lines: tuple[Line, ...]
    allowances: tuple[Allowance, ...]
    lots: tuple[LotState, ...]

    def prepayments(self, tax_groups: Iterable[TaxGroup]) -> tuple[Prepayment, ...]:
        """What lots pay after tax, in the order in which they are used; never more than is to pay for eligible lines.

        `tax_groups` are those of the lines less the allowances. Tax of a group that is eligible in part counts in
        proportion, rounded once.
        """
        groups = {(group.category, group.rate): group for group in tax_groups}
        open_ = self._with_tax([_net(line) for line in self.lines], groups)
        open_ = min(open_, total((self._money(one.taxable + one.tax) for one in groups.values()), open_.currency))
        made = []
        for state in usable(self.lots, self.scope.scope, LotTreatment.PAYMENT):
            within = [
                share_in_life(state.lot, line.service_period, self._money(_net(line)), _country(self.scope)).amount
                for line in self.lines
            ]
            paid = min(state.left, open_, self._with_tax(within, groups))
            if paid.amount > 0:
                lot = state.lot
                made.append(Prepayment(lot.id, lot.source.value, paid.amount, lot.purchase_order))
                open_ -= paid
        return tuple(made)

    def _with_tax(self, amounts: Sequence[Decimal], groups: Mapping[_Group, TaxGroup]) -> Money:
        """The part of the groups, with its tax, that these amounts of the lines make up."""
        nets: dict[_Group, list[Decimal]] = defaultdict(list)
        for line, amount in zip(self.lines, amounts, strict=True):
            nets[_group(line)].append(amount)
        parts = []
        for key, each in nets.items():
            group = groups[key]
            net = min(exact_sum(each), group.taxable)  # a line below zero lowers what is to pay of its group
            if net > 0:
                tax = allocate(self._money(group.tax), [net, group.taxable - net], _country(self.scope))[0]
                parts.append(self._money(net) + tax)
        return total(parts, self.scope.currency)

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, self.scope.currency)


def settle(
    scope: InvoiceScope,
    lines: Sequence[Line],
    lots: Iterable[LotState] = (),
    kind: InvoiceKind = InvoiceKind.SERVICES,
) -> Settlement:
    """What credit pays of these lines of one invoice before tax; its `prepayments` are what it pays after tax.

    The lines must have their tax group, and `credit` is set anew. `lots`: the state of any lots; those of other scopes
    and empty ones are left alone. A monthly credit pays on the invoice of services only, for there is one credit a
    month and each kind of invoice has its own, and never for a correction of an earlier period, whose credit is gone; a
    spending limit stops services only.
    Raises `CurrencyMismatch` if a credit is in another currency.
    """
    states = tuple(lots)
    run = _Run(scope, lines)
    if kind is InvoiceKind.SERVICES:
        run.use_monthly_credits()
    for state in usable(states, scope.scope, LotTreatment.DISCOUNT):
        run.use_lot(state)
    if kind is InvoiceKind.SERVICES:
        run.stop_at_spending_limits()
    credited = tuple(
        replace(line, credit=credit.amount) for line, credit in zip(lines, run.credits_in_order(), strict=True)
    )
    return Settlement(scope, credited, tuple(run.allowances), states)


def covered_by_credit(scope: InvoiceScope, draft: Invoice, lots: Iterable[LotState] = ()) -> bool:
    """True if there is credit, and it pays for everything on the draft; charges equal to it do not exceed it.

    `draft` must have been settled with these lots. Without charges, it is true where there is any credit to hold
    against them: an offer's, or a lot of the scope, also an empty one. Source: invoices.md §9, N5, N14, N16.
    """
    has_credit = (
        bool(draft.allowances or draft.prepayments)
        or any(one.offer.monthly_credit is not None for one in scope.subscriptions)
        or any(state.lot.scope == scope.scope for state in lots)
    )
    return has_credit and draft.totals.payable <= 0


def taken_of(invoice: Invoice) -> dict[str, Money]:
    """What the invoice takes of each lot, by the lot's id: its allowances and prepayments."""
    taken: dict[str, Money] = {}
    for one in (*invoice.allowances, *invoice.prepayments):
        if one.lot_id:
            taken[one.lot_id] = taken.get(one.lot_id, zero(invoice.currency)) + Money(one.amount, invoice.currency)
    return taken


class _Run:
    """The lines while one credit after another pays for them.

    They are kept in an order of their content, so that a remainder goes to the same line however they are given.
    """

    def __init__(self, scope: InvoiceScope, lines: Sequence[Line]) -> None:
        self.scope = scope
        self.allowances: list[Allowance] = []
        self._given = sorted(range(len(lines)), key=lambda index: _content(lines[index]))
        self._lines = [lines[index] for index in self._given]
        self._open = [Money(line.amount, scope.currency) for line in self._lines]
        self._credits = [zero(scope.currency) for _ in self._lines]

    def credits_in_order(self) -> list[Money]:
        """The credit of each line, in the order in which the lines were given."""
        return [credit for _, credit in sorted(zip(self._given, self._credits, strict=True), key=lambda one: one[0])]

    def use_monthly_credits(self) -> None:
        """Each offer's credit pays for its own subscription; the invoice tells their sum in each tax group."""
        before = list(self._credits)
        for subscription in self.scope.subscriptions:
            if subscription.offer.monthly_credit is not None:
                self._pay(subscription.offer.monthly_credit, self._open_of(subscription.id, with_corrections=False))
        self._allow(before, Allowance(MONTHLY_CREDIT, Decimal(0)))

    def use_lot(self, state: LotState) -> None:
        """The lot pays for what was used inside its life."""
        lot, before = state.lot, list(self._credits)
        country = _country(self.scope)
        self._pay(
            state.left,
            [
                share_in_life(lot, line.service_period, still, country)
                for line, still in zip(self._lines, self._eligible(), strict=True)
            ],
        )
        self._allow(before, Allowance(lot.source.value, Decimal(0), lot_id=lot.id, purchase_order=lot.purchase_order))

    def stop_at_spending_limits(self) -> None:
        """What the credit left of a subscription with a spending limit is not billed."""
        before = list(self._credits)
        for subscription in self.scope.subscriptions:
            if has_spending_limit(self.scope.agreement, subscription):
                still = self._open_of(subscription.id)
                self._pay(self._sum(still), still)
        self._allow(before, Allowance(SPENDING_LIMIT, Decimal(0)))

    def _open_of(self, subscription_id: str, *, with_corrections: bool = True) -> list[Money]:
        nothing = zero(self.scope.currency)
        return [
            still if line.subscription_id == subscription_id and (with_corrections or not line.corrects) else nothing
            for line, still in zip(self._lines, self._eligible(), strict=True)
        ]

    def _eligible(self) -> list[Money]:
        """What of each line is still to pay, as far as credit may; a line below zero lowers the rest."""
        nothing = zero(self.scope.currency)
        return [
            still if line.charge_kind.is_credit_eligible else nothing
            for line, still in zip(self._lines, self._open, strict=True)
        ]

    def _pay(self, credit: Money, payable: Sequence[Money]) -> None:
        """Pay with the credit as much as is payable, shared out over the lines in proportion to that."""
        caps = self._caps(payable)
        paid = min(credit, *(self._sum(each) for each in (caps, payable, self._open)))
        if paid.amount <= 0:
            return
        for index, share in enumerate(allocate(paid, [cap.amount for cap in caps], _country(self.scope))):
            self._open[index] -= share
            self._credits[index] += share

    def _caps(self, payable: Sequence[Money]) -> list[Money]:
        """The most that each line can be paid, so that no tax group is paid below zero."""
        by_group: dict[_Group, list[int]] = defaultdict(list)
        for index, line in enumerate(self._lines):
            by_group[_group(line)].append(index)
        caps = [max(each, zero(self.scope.currency)) for each in payable]
        for indexes in by_group.values():
            most = min(self._sum(each[index] for index in indexes) for each in (payable, self._open))
            if most < self._sum(caps[index] for index in indexes):
                weights = [caps[index].amount for index in indexes]
                shares = allocate(max(most, zero(self.scope.currency)), weights, _country(self.scope))
                for index, share in zip(indexes, shares, strict=True):
                    caps[index] = share
        return caps

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return total(amounts, self.scope.currency)

    def _allow(self, before: Sequence[Money], allowance: Allowance) -> None:
        """Write what was paid since as one allowance in each tax group; none of zero."""
        groups: dict[_Group, list[Decimal]] = defaultdict(list)
        for line, then, now in zip(self._lines, before, self._credits, strict=True):
            groups[_group(line)].append((now - then).amount)
        for (category, rate), amounts in sorted(groups.items()):
            if amount := exact_sum(amounts):
                self.allowances.append(replace(allowance, amount=amount, tax_category=category, tax_rate=rate))


def _net(line: Line) -> Decimal:
    """What of the line payments may pay for, before its tax."""
    return max(line.amount - line.credit, Decimal(0)) if line.charge_kind.is_credit_eligible else Decimal(0)


def _group(line: Line) -> _Group:
    return (line.tax_category, line.tax_rate)


def _country(scope: InvoiceScope) -> str:
    return scope.seller.party.address.country


def _content(line: Line) -> tuple[object, ...]:
    """Everything that tells lines apart, but not where they stand."""
    return (
        line.subscription_id, line.meter, line.price_id, line.tier_from, line.service_period, line.charge_kind,
        line.tax_category, line.tax_rate, line.corrects is not None, line.customer_id, line.amount, line.region,
    )  # fmt: skip


def is_covered_by_credit(offer: Offer, charges: Money) -> bool:
    """True if the offer has a monthly credit that the rounded charges do not exceed; equal is not exceeded.

    Source: invoices.md §9, N5.
    """
    return offer.monthly_credit is not None and charges <= offer.monthly_credit


def credit_used(offer: Offer, charges: Money) -> Money:
    """The part of the monthly credit that these rounded charges use: never more than the charges, never below zero."""
    nothing = zero(charges.currency)
    if offer.monthly_credit is None or charges <= nothing:
        return nothing
    return min(offer.monthly_credit, charges)


def allowances(charges_by_offer: Iterable[tuple[Offer, Money]], currency: str) -> tuple[Allowance, ...]:
    """The allowances on document level (EN 16931 BG-20): one for all monthly credits used, or none.

    Takes each subscription's offer with the sum of its rounded lines; a credit never pays for another subscription.
    """
    used = total((credit_used(offer, charges) for offer, charges in charges_by_offer), currency)
    return (Allowance(MONTHLY_CREDIT, used.amount),) if used else ()
