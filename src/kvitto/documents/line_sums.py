"""What a line, and a part of an invoice, comes to: charges, credit, its share of the tax, and the total of these.

Tax is computed once for each tax group (EN 16931 BR-CO-17). Where a document shows tax by line or by part, a line's
tax is its share of its group's tax, by its net amount and by largest remainder: shares add up to the tax of the
invoice exactly, and may differ from net × rate by one unit of the last decimal. A line that gives something back has
no share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    taxes = _taxes(invoice)
    return {line.number: Sums(line.amount, line.credit, taxes.get(line.number, Decimal(0))) for line in invoice.lines}


def sum_of(lines: Iterable[Line], by_line: Mapping[int, Sums]) -> Sums:
    """The sums of some lines together."""
    found = [by_line[line.number] for line in lines]
    return Sums(
        exact_sum(one.charges for one in found),
        exact_sum(one.credit for one in found),
        exact_sum(one.tax for one in found),
    )


def _taxes(invoice: Invoice) -> dict[int, Decimal]:
    taxes: dict[int, Decimal] = {}
    for group in invoice.tax_groups:
        lines = [line for line in invoice.lines if _is_in(line, group.category, group.rate)]
        if not lines or not group.tax:
            continue
        weights = [max(EXACT.subtract(line.amount, line.credit), Decimal(0)) for line in lines]
        shares = allocate(Money(group.tax, invoice.currency), weights, invoice.seller.address.country)
        taxes |= {line.number: share.amount for line, share in zip(lines, shares, strict=True)}
    return taxes


def _is_in(line: Line, category: str, rate: Decimal) -> bool:
    """True if the line belongs to the tax group; in form 1 an invoice had one group, and its lines name none."""
    return not line.tax_category or (line.tax_category, line.tax_rate) == (category, rate)
