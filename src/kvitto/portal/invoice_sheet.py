"""An issued invoice as its page shows it: the canonical facts, every amount with its currency.

Nothing is computed that the printed sheet does not compute as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any, overload

from kvitto.documents import words
from kvitto.documents.line_sums import credit_by_line
from kvitto.documents.sheet import change_of
from kvitto.documents.sheet_lines import Placed, placed_lines
from kvitto.documents.sheet_summary import SummaryRow, amount_label, balance_rows, notes_of, summary_rows, tax_note
from kvitto.documents.sheet_tables import ending_of, totals_by_section
from kvitto.invoicing.invoice import DocumentType, Invoice, Line
from kvitto.language import Phrase, current_language
from kvitto.money import EXACT, Money, exact_sum
from kvitto.records.remembered import remembered_document

_LONG = 50  # lines


@dataclass(frozen=True)
class SheetLine:
    """A line; `details` are its region, customer, where its tier begins, its service period, and what it corrects.

    `priced` is the amount in the currency of the prices, where that is another.
    """

    name: str
    details: tuple[object, ...]
    subscription: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Money
    credit: Money | None
    tax_rate: Decimal
    priced: Money | None


@dataclass(frozen=True)
class SheetSection:
    """Lines under their heading. `ends`: its last line is among them, so that its total follows."""

    name: str
    lines: Sequence[SheetLine]
    total_label: Phrase
    total: Money
    credit: Money | None
    ends: bool = True


@dataclass(frozen=True)
class SumRow:
    """One row of the totals: what it is, and its amount. `note` is a reason the law wants told."""

    name: object
    amount: Money
    note: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class Sheet:
    """The page's values; `sums` run from the charges to the last row before the amount to pay.

    `tables` and `ending` are those of the printed sheet: totals by part, publishers, exchange rate. `kind` names an
    invoice that is not one of services, and `reference` is the label of the other document this one is about.
    """

    title: Phrase
    kind: Phrase | None
    reference: Phrase | None
    is_credit_note: bool
    cause: Phrase | None
    payable_label: str
    balance: tuple[SumRow, ...]
    sums: tuple[SumRow, ...]
    notes: tuple[str, ...]
    payable: Money
    rounding: Phrase
    tables: list[dict[str, Any]]
    sections: tuple[SheetSection, ...]
    ending: list[dict[str, Any]]
    amount_head: Phrase
    price_head: Phrase
    change: object
    has_many_subscriptions: bool
    has_credit: bool
    has_tax_rates: bool


class _Lines(Sequence[SheetLine]):
    """Lines that are made when they are shown: of a hundred thousand a page shows a hundred."""

    def __init__(self, placed: Sequence[Placed], make: Callable[[Placed], SheetLine]) -> None:
        self._placed, self._make = placed, make

    def __len__(self) -> int:
        return len(self._placed)

    @overload
    def __getitem__(self, at: int) -> SheetLine: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[SheetLine, ...]: ...
    def __getitem__(self, at: int | slice) -> SheetLine | tuple[SheetLine, ...]:
        if isinstance(at, slice):
            return tuple(map(self._make, self._placed[at]))
        return self._make(self._placed[at])


def sheet_of(invoice: Invoice) -> Sheet:
    """The values of this invoice's page, in the current language."""
    currency, totals = invoice.currency, invoice.totals
    unrounded = Money(totals.unrounded, currency)
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    shown_below_tax = {tax_note(group) for group in invoice.tax_groups if group.category != "O"}
    several_groups = len(invoice.tax_groups) > 1
    notes = [note for note in notes_of(invoice) if several_groups or note not in shown_below_tax]
    cause = invoice.refers_to.cause if invoice.refers_to else ""
    credit = credit_by_line(invoice)
    return Sheet(
        title=words.CREDIT_NOTE if is_credit_note else words.INVOICE,
        kind=words.KINDS.get(invoice.kind),
        reference=_reference_label(invoice),
        is_credit_note=is_credit_note,
        cause=words.CREDIT_CAUSES.get(cause) if is_credit_note else None,
        payable_label=amount_label(invoice),
        balance=tuple(_sum_row(row, currency) for row in balance_rows(invoice)),
        sums=tuple(
            _sum_row(row, currency, with_note=not several_groups) for row in summary_rows(invoice, by_part=False)[:-1]
        ),
        notes=tuple(notes),
        payable=Money(totals.payable, currency),
        rounding=words.rounding(unrounded, Money(totals.lines, currency) - unrounded),
        tables=[_with_heads(table) for table in totals_by_section(invoice) if len(table["rows"]) > 1],
        sections=_sections(invoice, credit),
        ending=ending_of(invoice),
        amount_head=words.amount_in(currency),
        price_head=words.unit_price_in(invoice.exchange.base) if invoice.exchange else words.UNIT_PRICE,
        change=change_of(invoice),
        has_many_subscriptions=len({line.subscription_id for line in invoice.lines}) > 1,
        has_credit=bool(credit),
        has_tax_rates=several_groups and any(line.tax_category for line in invoice.lines),
    )


def known_sheet(invoice: Invoice, digest: str) -> Sheet:
    """The same; that of a long invoice is made once in a process and language, from the facts of this digest."""
    count = sum(len(section.lines) for section in invoice.sections)
    if count <= _LONG:
        return sheet_of(invoice)
    return remembered_document(("sheet", digest, current_language().code), lambda: (sheet_of(invoice), count))


def lines_between(sheet: Sheet, first: int, end: int) -> tuple[SheetSection, ...]:
    """The sections with those of their lines that stand at the positions `first` up to, not including, `end`."""
    found, before = [], 0
    count = sum(len(section.lines) for section in sheet.sections)
    for section in sheet.sections:
        after = before + len(section.lines)
        lines = section.lines[max(0, first - before) : max(0, end - before)]
        if lines or (before == after and first <= before and (before < end or end >= count)):
            found.append(replace(section, lines=lines, ends=after <= end))
        before = after
    return tuple(found)


def _with_heads(table: dict[str, Any]) -> dict[str, Any]:
    """The table with the head beside each cell, as narrow screens show it."""
    rows = [*table["rows"], table["total"]]
    return {**table, "labelled": [list(zip(table["heads"], row, strict=True)) for row in rows]}


def _reference_label(invoice: Invoice) -> Phrase | None:
    other = invoice.refers_to
    if other is None:
        return None
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        return words.CREDITED_INVOICE
    return words.REPLACED_INVOICE if other.cause in {"void", "rebill"} else words.CORRECTED_INVOICE


def _sum_row(row: SummaryRow, currency: str, *, with_note: bool = True) -> SumRow:
    note = tax_note(row.group) if row.group and with_note else ""
    return SumRow(row.label, Money(row.amount, currency), note, is_sum=bool(row.kind))


def _sections(invoice: Invoice, credit: dict[int, Decimal]) -> tuple[SheetSection, ...]:
    sections = []
    for _number, found in groupby(placed_lines(invoice), key=lambda placed: placed.section):
        placed = list(found)
        name = placed[0].section_name
        total = Money(exact_sum(one.line.amount for one in placed), invoice.currency)
        given = exact_sum(EXACT.minus(credit[one.line.number]) for one in placed if credit.get(one.line.number))
        taken = Money(given, invoice.currency) if given else None
        lines = _Lines(placed, partial(_line, invoice=invoice, credit=credit))
        sections.append(SheetSection(name, lines, words.total_of(name), total, taken))
    return tuple(sections)


def _line(placed: Placed, invoice: Invoice, credit: dict[int, Decimal]) -> SheetLine:
    line = placed.line
    taken = credit.get(line.number)
    priced = line.priced_amount
    return SheetLine(
        name=line.meter_name or line.meter,
        details=tuple(detail for detail in _details(line, invoice) if detail),
        subscription=line.subscription_name,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=Money(line.amount, invoice.currency),
        credit=Money(EXACT.minus(taken), invoice.currency) if taken else None,
        tax_rate=line.tax_rate,
        priced=Money(priced, invoice.exchange.base) if priced is not None and invoice.exchange else None,
    )


def _details(line: Line, invoice: Invoice) -> tuple[object, ...]:
    corrects = line.corrects
    is_other_period = line.service_period != invoice.period and corrects is None
    return (
        line.region,
        line.customer_name,
        words.tier_from(line.tier_from) if line.tier_from else "",
        line.service_period if is_other_period else "",
        words.correction_of(corrects.period, corrects.invoice_number, corrects.cause) if corrects else "",
        line.publisher,
    )
