"""An issued invoice as its page shows it: the canonical facts, every amount with its currency. Nothing is computed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kvitto.documents import words
from kvitto.invoicing.invoice import Invoice, Line, Section, TaxGroup
from kvitto.language import Phrase, format_percent
from kvitto.money import Money


@dataclass(frozen=True)
class SheetLine:
    """A line; `details` are its region, where its tier begins, and its service period if not the invoice's own."""

    name: str
    details: tuple[object, ...]
    subscription: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Money


@dataclass(frozen=True)
class SheetSection:
    """Lines under their heading."""

    name: str
    lines: tuple[SheetLine, ...]
    total_label: Phrase
    total: Money


@dataclass(frozen=True)
class SumRow:
    """One row of the totals: what it is, and its amount. `note` is a reason the law wants told."""

    name: Phrase
    amount: Money
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """The page's values; `sums` run from the charges to the last row before the amount to pay."""

    sums: tuple[SumRow, ...]
    payable: Money
    rounding: Phrase
    sections: tuple[SheetSection, ...]
    amount_head: Phrase
    change: Phrase | None
    has_many_subscriptions: bool


def sheet_of(invoice: Invoice) -> Sheet:
    """The values of this invoice's page."""
    currency, totals = invoice.currency, invoice.totals
    unrounded = Money(totals.unrounded, currency)
    sums = [SumRow(words.CHARGES, Money(totals.lines, currency))]
    sums += [
        SumRow(words.ALLOWANCES.get(allowance.reason, words.OTHER_ALLOWANCE), -Money(allowance.amount, currency))
        for allowance in invoice.allowances
    ]
    if invoice.allowances:
        sums.append(SumRow(words.TOTAL_WITHOUT_TAX, Money(totals.without_tax, currency)))
    sums += [_tax_row(group, currency) for group in invoice.tax_groups]
    return Sheet(
        sums=tuple(sums),
        payable=Money(totals.payable, currency),
        rounding=words.rounding(unrounded, Money(totals.lines, currency) - unrounded),
        sections=tuple(_section(section, invoice) for section in invoice.sections),
        amount_head=words.amount_in(currency),
        change=_change(invoice),
        has_many_subscriptions=len({line.subscription_id for line in invoice.lines}) > 1,
    )


def _change(invoice: Invoice) -> Phrase | None:
    before = invoice.previous
    if not before:
        return None
    payable, previous = Money(invoice.totals.payable, invoice.currency), Money(before.payable, invoice.currency)
    return words.change(payable - previous, previous, before.period, before.number)


def _tax_row(group: TaxGroup, currency: str) -> SumRow:
    name = words.tax(format_percent(group.rate), Money(group.taxable, currency))
    note = str(words.TAX_NOTES.get(group.category, "")) if not group.tax else ""
    reason = "" if group.reason and group.reason in note else group.reason
    return SumRow(name, Money(group.tax, currency), f"{note} {reason}".strip())


def _section(section: Section, invoice: Invoice) -> SheetSection:
    lines = tuple(_line(line, invoice) for line in section.lines)
    return SheetSection(section.name, lines, words.total_of(section.name), Money(section.total, invoice.currency))


def _line(line: Line, invoice: Invoice) -> SheetLine:
    details = (
        line.region,
        words.tier_from(line.tier_from) if line.tier_from else "",
        line.service_period if line.service_period != invoice.period else "",
    )
    return SheetLine(
        name=line.meter_name or line.meter,
        details=tuple(detail for detail in details if detail),
        subscription=line.subscription_name,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=Money(line.amount, invoice.currency),
    )
