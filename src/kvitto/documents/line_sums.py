"""What a line, and a part of an invoice, comes to: charges, credit, its share of the tax, and the total of these.

Tax is computed once for each tax group (EN 16931 BR-CO-17). Where a document shows tax by line or by part, a line's
tax is its share of its group's tax, by its net amount and by largest remainder: shares add up to the tax of the
invoice exactly, and may differ from net × rate by one unit of the last decimal. A line that gives something back has
no share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kvitto.invoicing.invoice import Invoice, Line
from kvitto.money import EXACT, Money, allocate, exact_sum


@dataclass(frozen=True)
class Sums:
    """Total = charges − credit + tax (invoices.md §7)."""

    charges: Decimal
    credit: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        """What is left of the charges after credit, before tax."""
        return EXACT.subtract(self.charges, self.credit)

    @property
    def total(self) -> Decimal:
        """What is to be paid for it."""
        return EXACT.add(self.net, self.tax)


def sums_by_line(invoice: Invoice) -> dict[int, Sums]:
    """The sums of each line, by its number."""
    credits_ = credit_by_line(invoice)
    taxes = _taxes(invoice, credits_)
    nothing = Decimal(0)
    return {
        line.number: Sums(line.amount, credits_.get(line.number, nothing), taxes.get(line.number, nothing))
        for line in invoice.lines
    }


def credit_by_line(invoice: Invoice) -> dict[int, Decimal]:
    """What allowances took off each line that has some, by its number; they add up to the allowances.

    Where the facts do not say it by line (a credit note over a part), each allowance is shared out over its tax group.
    Invoices of form 1 knew no credit by line, and have none.
    """
    credits_ = {line.number: line.credit for line in invoice.lines if line.credit}
    if exact_sum(credits_.values()) == invoice.totals.allowances:
        return credits_
    shared: dict[int, Decimal] = {}
    for allowance in invoice.allowances:
        lines = [
            line for line in invoice.lines
            if allowance.tax_category and _is_in(line, allowance.tax_category, allowance.tax_rate)
        ]  # fmt: skip
        for line, share in zip(lines, _shares(invoice, allowance.amount, lines), strict=True):
            if share:
                shared[line.number] = EXACT.add(shared.get(line.number, Decimal(0)), share)
    return shared


def sum_of(lines: Iterable[Line], by_line: Mapping[int, Sums]) -> Sums:
    """The sums of some lines together."""
    found = [by_line[line.number] for line in lines]
    return Sums(
        exact_sum(one.charges for one in found),
        exact_sum(one.credit for one in found),
        exact_sum(one.tax for one in found),
    )


def _taxes(invoice: Invoice, credits_: Mapping[int, Decimal]) -> dict[int, Decimal]:
    taxes: dict[int, Decimal] = {}
    for group in invoice.tax_groups:
        lines = [line for line in invoice.lines if _is_in(line, group.category, group.rate)]
        shares = _shares(invoice, group.tax, lines, credits_)
        taxes |= {line.number: share for line, share in zip(lines, shares, strict=True) if share}
    return taxes


def _shares(
    invoice: Invoice, amount: Decimal, lines: Sequence[Line], credits_: Mapping[int, Decimal] | None = None
) -> list[Decimal]:
    """The amount, shared out over the lines by what they come to less the credit."""
    if not lines:
        return []
    taken = credits_ or {}
    nets = [EXACT.subtract(line.amount, taken.get(line.number, Decimal(0))) for line in lines]
    weights = [max(net, Decimal(0)) for net in nets]
    country = invoice.seller.address.country
    return [share.amount for share in allocate(Money(amount, invoice.currency), weights, country)]


def _is_in(line: Line, category: str, rate: Decimal) -> bool:
    """True if the line belongs to the tax group; in form 1 an invoice had one group, and its lines name none."""
    return not line.tax_category or (line.tax_category, line.tax_rate) == (category, rate)
