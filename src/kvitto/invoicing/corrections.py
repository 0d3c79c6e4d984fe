"""Correcting a closed period for usage that came late: what it comes to now, less all that was billed for it.

The period is rated again in itself, with its own prices, tiers, buyer, tax and exchange rate, and compared with all
that was billed: its invoice in force, lines on later invoices that correct it, less credit notes that gave back of
these because of late usage. Credit notes for another reason are not looked at: what was granted stays granted. Lines
are compared as they are rounded, so that all documents of a period come to what one invoice over all of its usage would
have: each line is rounded (a partner's is cut) once over the whole, not once for each document.

The net of each tax group decides: one that grew is billed, one that shrank is given back. Credit:

- The monthly credit and the spending limit are those that the period had. What they still pay of a line, and what they
  paid and do not any more, is taken off its amount, because a later invoice has a credit of its own; such a line tells
  no quantity. It stays in the tax group in which it was used.
- Lots pay like money. A line that is billed late is paid from what is left now of the lots that lived on its days. What
  is given back goes first to what was to be paid in money, then to the lots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope
from kvitto.invoicing.credit_left import TaxKey, key_on
from kvitto.invoicing.invoice import CorrectedPeriod, Invoice, Line, Section
from kvitto.invoicing.settlement import settle
from kvitto.money import EXACT, Money, allocate, currency_decimals, exact_sum, round_half_away

LATE_USAGE = "late-usage"
_NOTHING = Decimal(0)
_Key = tuple[str, str, int, Decimal, TaxKey]  # subscription, meter, price version, tier, tax group


@dataclass(frozen=True)
class BilledDocument:
    """An invoice with its credit notes, in the order they were issued."""

    invoice: Invoice
    credit_notes: tuple[Invoice, ...] = ()


@dataclass(frozen=True)
class BilledPeriod:
    """All that was billed for a period: its invoice in force, and others that correct it, oldest first; none void."""

    original: BilledDocument
    later: tuple[BilledDocument, ...] = ()

    @property
    def documents(self) -> tuple[BilledDocument, ...]:
        """All of them, in the order in which something is given back: the original, then the latest first."""
        return (self.original, *reversed(self.later))


@dataclass(frozen=True)
class Correction:
    """What is still to be billed for a period, under its headings, and what is to be given back of it.

    Both hold lines with positive sums in each of their tax groups, that name the invoice they correct.
    """

    to_bill: tuple[Section, ...] = ()
    to_give_back: tuple[Line, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.to_bill or self.to_give_back)

    @property
    def charged(self) -> Decimal:
        """The amount to bill, without tax."""
        return exact_sum(section.total for section in self.to_bill)


def correction_of(scope: InvoiceScope, rerated: Invoice, billed: BilledPeriod) -> Correction:
    """The correction of a period.

    `scope` is what the original was made for, as it was then. `rerated`: the draft of its invoice over all usage,
    settled without lots.
    """
    original = billed.original.invoice
    before, after = _billed(billed), _Sums(original)
    for line in rerated.lines:
        after.add(line, rerated)
    changes = _changes(scope, before, after)
    paid = _credit_by_subscription(scope, rerated.lines, rerated)
    paid_before = _credit_by_subscription(scope, own_lines(original), original)
    folds = {
        key: minus(
            exact_sum(change.amount for change in changes if change.line.subscription_id == key),
            (after.of(key), -before.of(key), -paid.get(key, _NOTHING), paid_before.get(key, _NOTHING)),
        )
        for key in {line.subscription_id for line in (*after.lines(), *before.lines())}
    }
    _fold_all(changes, folds, scope)
    reference = CorrectedPeriod(original.number, original.period, LATE_USAGE)
    lines = [replace(change.told(), corrects=reference) for change in changes if change.net]
    net: dict[TaxKey, Decimal] = defaultdict(Decimal)
    for line in lines:
        net[line.tax_category, line.tax_rate] += line.amount
    grown = [line for line in lines if net[line.tax_category, line.tax_rate] > 0]
    shrunk = [line for line in lines if net[line.tax_category, line.tax_rate] < 0]
    return Correction(_under_headings(grown, (*rerated.sections, *original.sections)), tuple(map(turned, shrunk)))


def own_lines(original: Invoice) -> list[Line]:
    """The lines of an invoice that bill its own period."""
    return [line for line in original.lines if not line.corrects]


def lines_for(document: Invoice, original: Invoice) -> list[Line]:
    """The lines of another invoice, or of a credit note, that correct the period of the original."""
    return [line for line in document.lines if _corrects(line, original)]


def turned(line: Line) -> Line:
    """The line with its sign changed; its price stays positive (BR-27)."""
    return replace(
        line,
        quantity=EXACT.minus(line.quantity),
        amount=EXACT.minus(line.amount),
        amount_unrounded=EXACT.minus(line.amount_unrounded),
        priced_amount=None if line.priced_amount is None else EXACT.minus(line.priced_amount),
    )


def minus(amount: Decimal, others: Iterable[Decimal]) -> Decimal:
    """The amount less all others, exactly."""
    return EXACT.subtract(amount, exact_sum(others))


def _corrects(line: Line, original: Invoice) -> bool:
    corrects = line.corrects
    return corrects is not None and corrects.cause == LATE_USAGE and corrects.period.start == original.period.start


@dataclass
class _Sum:
    """What was billed under one key, or is to be now; `line` is the latest line that told of it."""

    line: Line
    quantity: Decimal = _NOTHING
    amount: Decimal = _NOTHING
    unrounded: Decimal = _NOTHING
    priced: Decimal = _NOTHING


class _Sums:
    """Sums of lines of one period by key."""

    def __init__(self, original: Invoice) -> None:
        self._original = original
        self.by_key: dict[_Key, _Sum] = {}

    def add(self, line: Line, document: Invoice) -> None:
        """Add a line of this document."""
        category, rate = key_on(document, line)
        line = replace(line, tax_category=category, tax_rate=rate)
        key = (line.subscription_id, line.meter, line.price_id, line.tier_from, (category, rate))
        found = self.by_key.setdefault(key, _Sum(line))
        found.quantity = EXACT.add(found.quantity, line.quantity)
        found.amount = EXACT.add(found.amount, line.amount)
        found.unrounded = EXACT.add(found.unrounded, line.amount_unrounded)
        found.priced = EXACT.add(found.priced, line.priced_amount or _NOTHING)

    def of(self, subscription: str) -> Decimal:
        """The amount of one subscription."""
        return exact_sum(one.amount for key, one in self.by_key.items() if key[0] == subscription)

    def lines(self) -> list[Line]:
        """A line of each key."""
        return [one.line for one in self.by_key.values()]


@dataclass
class _Change:
    """How one line changed; `amount` before and `net` after what the period's credit pays of it."""

    line: Line
    quantity: Decimal
    amount: Decimal
    unrounded: Decimal
    priced: Decimal
    net: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.net = self.amount

    def told(self) -> Line:
        """The line on a document."""
        priced = None if self.line.priced_amount is None else self.priced
        line = replace(
            self.line, number=0, amount=self.net, amount_unrounded=self.unrounded, quantity=self.quantity,
            priced_amount=priced, credit=_NOTHING,
        )  # fmt: skip
        if self.net == self.amount and self.quantity:
            return line
        return replace(line, quantity=Decimal(1).copy_sign(self.net), unit="", unit_price=abs(self.net))


def _billed(billed: BilledPeriod) -> _Sums:
    original = billed.original.invoice
    sums = _Sums(original)
    for line in own_lines(original):
        sums.add(line, original)
    for document in billed.later:
        for line in lines_for(document.invoice, original):
            sums.add(line, document.invoice)
    for document in billed.documents:
        for note in document.credit_notes:
            for line in lines_for(note, original):
                sums.add(turned(line), note)
    return sums


def _changes(scope: InvoiceScope, before: _Sums, after: _Sums) -> list[_Change]:
    """Of what is rounded, the difference of what is rounded over the whole: no cent is lost between two documents."""
    decimals = currency_decimals(scope.currency, scope.seller.party.address.country)
    is_cut = scope.agreement is AgreementType.MPA
    found = []
    for key in (*after.by_key, *(key for key in before.by_key if key not in after.by_key)):
        line = (after.by_key.get(key) or before.by_key[key]).line
        new, old = after.by_key.get(key, _Sum(line)), before.by_key.get(key, _Sum(line))
        gross_before = old.amount if is_cut else round_half_away(old.unrounded, decimals)
        change = _Change(
            line,
            EXACT.subtract(new.quantity, old.quantity),
            EXACT.subtract(new.amount, gross_before),
            EXACT.subtract(new.unrounded, old.unrounded),
            EXACT.subtract(new.priced, old.priced),
        )
        if change.amount:
            found.append(change)
    return found


def _credit_by_subscription(scope: InvoiceScope, lines: Sequence[Line], invoice: Invoice) -> dict[str, Decimal]:
    """What the monthly credit and the spending limit pay of a period's lines."""
    grouped = [
        replace(line, tax_category=category, tax_rate=rate)
        for line in lines
        for category, rate in [key_on(invoice, line)]
    ]
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in settle(scope, grouped, (), invoice.kind).lines:
        found[line.subscription_id] = EXACT.add(found[line.subscription_id], line.credit)
    return found


def _fold_all(changes: Sequence[_Change], folds: Mapping[str, Decimal], scope: InvoiceScope) -> None:
    """Take these amounts off the changes of each subscription; what they cannot bear, together, off any."""
    left = _NOTHING
    for subscription, amount in sorted(folds.items()):
        own = [one for one in changes if one.line.subscription_id == subscription]
        eligible = [one for one in own if one.line.charge_kind.is_credit_eligible]
        left = EXACT.add(left, _fold(own, _fold(eligible, amount, scope), scope))
    left = _fold(changes, left, scope)
    if left and changes:
        largest = max(changes, key=lambda one: abs(one.net))
        largest.net = EXACT.subtract(largest.net, left)


def _fold(changes: Sequence[_Change], amount: Decimal, scope: InvoiceScope) -> Decimal:
    """Take the amount off the changes of its sign, in proportion and never over zero; what is left of it."""
    able = [one for one in changes if one.net and (one.net > 0) is (amount > 0)]
    part = min(abs(amount), exact_sum(abs(one.net) for one in able)).copy_sign(amount)
    if not part:
        return amount
    weights, country = [abs(one.net) for one in able], scope.seller.party.address.country
    for one, share in zip(able, allocate(Money(part, scope.currency), weights, country), strict=True):
        one.net = EXACT.subtract(one.net, share.amount)
    return EXACT.subtract(amount, part)


def _under_headings(lines: Collection[Line], sections: Iterable[Section]) -> tuple[Section, ...]:
    names: Mapping[str, str] = {section.id: section.name for section in reversed(tuple(sections))}
    made = []
    for section_id in dict.fromkeys(line.section_id for line in lines):
        own = tuple(line for line in lines if line.section_id == section_id)
        made.append(Section(section_id, names[section_id], own, exact_sum(line.amount for line in own)))
    return tuple(made)
