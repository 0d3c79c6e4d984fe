"""Credit notes for late usage that made a closed period smaller; never more than is left of what was billed for it.

What is given back is given back of the original first, then of the invoices that corrected it, the latest first: of
each no more than it billed for the period, and no more than its credit notes left in the tax group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from kvitto.invoicing.corrections import LATE_USAGE, BilledDocument, BilledPeriod, lines_for, minus, own_lines
from kvitto.invoicing.credit_left import Left, TaxKey, key_on, left_of
from kvitto.invoicing.credit_notes import partial_credit_note
from kvitto.invoicing.invoice import Allowance, Invoice, Line
from kvitto.money import EXACT, Money, allocate, exact_sum

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class GivenBack:
    """Credit notes without a number, and what nothing is left for, without tax."""

    credit_notes: tuple[Invoice, ...]
    beyond: Decimal


@dataclass
class _Part:
    """What one document gives back."""

    lines: list[Line] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)


def give_back_lines(lines: Sequence[Line], billed: BilledPeriod, issue_date: date) -> GivenBack:
    """Give back these lines, whose amounts are positive in the sum of each tax group."""
    parts: dict[str, _Part] = defaultdict(_Part)
    beyond = _NOTHING
    for group in dict.fromkeys((line.tax_category, line.tax_rate) for line in lines):
        own = [line for line in lines if (line.tax_category, line.tax_rate) == group]
        whole = wanted = exact_sum(line.amount for line in own)
        for document in billed.documents:
            left = left_of(document.invoice, document.credit_notes)
            part = min(wanted, _at_most(document, left, group, billed))
            if part > _NOTHING:
                parts[document.invoice.number].lines += own if part == whole else _shared(own, part, document)
                parts[document.invoice.number].allowances += _of_lots(left, group, part)
                wanted = EXACT.subtract(wanted, part)
        beyond = EXACT.add(beyond, wanted)
    notes = [
        partial_credit_note(
            document.invoice,
            document.credit_notes,
            parts[document.invoice.number].lines,
            LATE_USAGE,
            issue_date,
            parts[document.invoice.number].allowances,
        )
        for document in billed.documents
        if document.invoice.number in parts
    ]
    return GivenBack(tuple(notes), beyond)


def _at_most(document: BilledDocument, left: Left, group: TaxKey, billed: BilledPeriod) -> Decimal:
    """What can be given back of the document in this tax group: what it billed for the period and what is left."""
    original = billed.original.invoice
    is_original = document is billed.original
    lines = own_lines(original) if is_original else lines_for(document.invoice, original)
    asked = exact_sum(line.amount for line in lines if key_on(document.invoice, line) == group)
    given = [(line, note) for note in document.credit_notes for line in lines_for(note, original)]
    for_period = minus(asked, (line.amount for line, note in given if key_on(note, line) == group))
    if group not in left.groups:
        return _NOTHING
    of_lots = exact_sum(one.amount for one in _lots(left, group))
    return max(_NOTHING, min(for_period, EXACT.add(left.groups[group].taxable, of_lots)))


def _lots(left: Left, group: TaxKey) -> list[Allowance]:
    return [one for one in left.allowances if one.lot_id and (one.tax_category, one.tax_rate) == group]


def _of_lots(left: Left, group: TaxKey, part: Decimal) -> list[Allowance]:
    """What of the part goes back to lots, beginning with the one that was used last."""
    rest, taken = EXACT.subtract(part, left.groups[group].taxable), []
    for one in reversed(_lots(left, group)):
        amount = min(one.amount, rest)
        if amount > _NOTHING:
            taken.append(replace(one, amount=amount))
            rest = EXACT.subtract(rest, amount)
    return taken[::-1]


def _shared(lines: Sequence[Line], part: Decimal, document: BilledDocument) -> list[Line]:
    """So much of the lines, in proportion."""
    country, currency = document.invoice.seller.address.country, document.invoice.currency
    giving = [line for line in lines if line.amount > _NOTHING]
    shares = allocate(Money(part, currency), [line.amount for line in giving], country)
    return [
        replace(
            line, quantity=Decimal(1), unit="", unit_price=share.amount, amount=share.amount, priced_amount=None,
            amount_unrounded=share.amount,
        )
        for line, share in zip(giving, shares, strict=True)
        if share
    ]  # fmt: skip
