"""What credit pays of an invoice: what is deducted before tax, and what is paid after it.

Before tax, in this order: the monthly credit of each offer, never for another subscription; the lots that are a
discount; and, where a spending limit is on, everything that the credit left (`invoicing.spending_limit`). After tax:
the lots that are a payment. Prepayment of an enrollment is of the first kind: extended amount − prepayment used
= net amount, and tax is on the net amount only (agreements.md §6.3).

Credit pays for eligible charges alone (`ChargeKind.is_credit_eligible`, agreements.md §10). What one credit pays is
shared out over the lines by largest remainder, so that allowances, tax groups and lines agree to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitto.agreements.credit_lots import CreditLot, LotTreatment
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import Allowance, Invoice, Line, Prepayment, TaxGroup
from kvitto.invoicing.settlement_lots import LotState, lives_through, usable
from kvitto.invoicing.settlement_pieces import Group, Payable, PaysFor, Piece, pieces_of
from kvitto.invoicing.spending_limit import has_spending_limit
from kvitto.money import Money, allocate, exact_sum, total, zero

MONTHLY_CREDIT = "monthly-credit"
SPENDING_LIMIT = "spending-limit"
_NONE = Decimal(0)

__all__ = ["MONTHLY_CREDIT", "SPENDING_LIMIT", "LotState", "Settlement", "covered_by_credit", "settle", "taken_of"]


@dataclass(frozen=True)
class Settlement:
    """What credit pays before tax.

    `lines` are those that were given, in their order, each with its credit. `allowances` are in the order in which the
    credits were used, each inside one tax group. Σ allowances = Σ credit of the lines.
    """

    scope: InvoiceScope
    lines: tuple[Line, ...]
    allowances: tuple[Allowance, ...]
    pieces: tuple[Piece, ...]
    lots: tuple[LotState, ...]

    def prepayments(self, tax_groups: Iterable[TaxGroup]) -> tuple[Prepayment, ...]:
        """What lots pay after tax, in the order in which they are used; never more than is to pay for eligible lines.

        `tax_groups` are those of the lines less the allowances. Of a group that is eligible in part, the tax counts in
        proportion.
        """
        payments = usable(self.lots, self.scope.scope, LotTreatment.PAYMENT)
        if not payments:
            return ()
        groups = tuple(tax_groups)
        payable = Payable(self.scope, _with_tax(self.scope, self.pieces, groups))
        to_pay = total((self._money(one.taxable + one.tax) for one in groups), self.scope.currency)
        made = []
        for state in payments:
            lot = state.lot
            paid = payable.pay(min(state.left, to_pay), _within(lot))
            if paid:
                made.append(Prepayment(lot.id, lot.source.value, paid.amount, lot.purchase_order))
                to_pay -= paid
        return tuple(made)

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
    month and each kind of invoice has its own; a spending limit stops services only. Neither looks at corrections of an
    earlier period, which had its own (`invoicing.corrections`).
    Raises `CurrencyMismatch` if a credit is in another currency.
    """
    states = tuple(lots)
    if not _may_be_credited(scope, states):
        return Settlement(scope, _with_credit(lines, {}), (), (), states)
    payable = Payable(scope, pieces_of(scope, lines, states))
    allowances: list[Allowance] = []
    if kind is InvoiceKind.SERVICES:
        allowances += _monthly_credits(scope, payable)
    for state in usable(states, scope.scope, LotTreatment.DISCOUNT):
        allowances += _lot(state, payable)
    if kind is InvoiceKind.SERVICES:
        allowances += _beyond_spending_limits(scope, payable)
    credited = _with_credit(lines, payable.credit_by_line())
    return Settlement(scope, credited, tuple(allowances), tuple(payable.pieces), states)


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
    used: list[Allowance | Prepayment] = [*invoice.allowances, *invoice.prepayments]
    for one in used:
        if one.lot_id:
            taken[one.lot_id] = taken.get(one.lot_id, zero(invoice.currency)) + Money(one.amount, invoice.currency)
    return taken


def _may_be_credited(scope: InvoiceScope, states: Iterable[LotState]) -> bool:
    """False where nothing could pay, as for most who pay as they go: then no piece has to be looked at."""
    return any(state.lot.scope == scope.scope for state in states) or any(
        one.offer.monthly_credit is not None or has_spending_limit(scope.agreement, one) for one in scope.subscriptions
    )


def _with_credit(lines: Iterable[Line], credit: Mapping[int, Money]) -> tuple[Line, ...]:
    """The lines, each with its credit; those that are not named have none."""
    amounts = {index: each.amount for index, each in credit.items()}
    return tuple(
        line if line.credit == amounts.get(index, _NONE) else replace(line, credit=amounts.get(index, _NONE))
        for index, line in enumerate(lines)
    )


def _monthly_credits(scope: InvoiceScope, payable: Payable) -> list[Allowance]:
    """Each offer's credit pays for its own subscription; the invoice tells their sum in each tax group."""
    before = payable.credit_by_group()
    for one in scope.subscriptions:
        if one.offer.monthly_credit is not None:
            payable.pay(one.offer.monthly_credit, _of_this_period(one.id))
    return _since(before, payable, Allowance(MONTHLY_CREDIT, Decimal(0)))


def _lot(state: LotState, payable: Payable) -> list[Allowance]:
    """The lot pays for what was used inside its life."""
    lot, before = state.lot, payable.credit_by_group()
    payable.pay(state.left, _within(lot))
    return _since(
        before, payable, Allowance(lot.source.value, Decimal(0), lot_id=lot.id, purchase_order=lot.purchase_order)
    )


def _beyond_spending_limits(scope: InvoiceScope, payable: Payable) -> list[Allowance]:
    """What the credit left of a subscription with a spending limit is not billed."""
    before = payable.credit_by_group()
    for one in scope.subscriptions:
        if has_spending_limit(scope.agreement, one):
            payable.pay(None, _of_this_period(one.id))
    return _since(before, payable, Allowance(SPENDING_LIMIT, Decimal(0)))


def _within(lot: CreditLot) -> PaysFor:
    return lambda piece: lives_through(lot, piece.days)


def _of_this_period(subscription_id: str) -> PaysFor:
    return lambda piece: piece.line.subscription_id == subscription_id and not piece.line.corrects


def _since(before: Mapping[Group, Money], payable: Payable, allowance: Allowance) -> list[Allowance]:
    """What was paid since, as one allowance in each tax group; none of zero."""
    made = []
    for group, credit in sorted(payable.credit_by_group().items(), key=lambda one: one[0]):
        more = credit - before[group]
        if more:
            category, rate = group
            made.append(replace(allowance, amount=more.amount, tax_category=category, tax_rate=rate))
    return made


def _with_tax(scope: InvoiceScope, pieces: Sequence[Piece], groups: Iterable[TaxGroup]) -> list[Piece]:
    """The pieces that credit may pay for, with what is to pay of each after tax; none of a group that is below zero."""
    country = scope.seller.party.address.country
    found = []
    for group in groups:
        own = [one for one in pieces if one.group == (group.category, group.rate) and one.line_is_eligible]
        net = min(exact_sum(one.open.amount for one in own), group.taxable)
        if net > 0:
            tax = allocate(Money(group.tax, scope.currency), [net, group.taxable - net], country)[0]
            gross = Money(net, scope.currency) + tax
            shares = allocate(gross, [max(one.open.amount, Decimal(0)) for one in own], country)
            found += [replace(one, amount=share, credit=share - share) for one, share in zip(own, shares, strict=True)]
    return found
