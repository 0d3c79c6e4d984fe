"""The usage behind a document that corrects a closed period: what its usage came to then, less what it came to before.

A correction tells what came late as one line for each price. Which usage that was is found by rating the period twice:
with the usage that the document knows, and with that which an earlier document of the period knew. A line's charges are
told only where their differences come to the line's own amount, to the last digit; a line that nothing explains so, as
where less was left to give back than was too much, is left without any.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.documents.usage_files.columns import LineKey, key_of
from kvitto.invoicing.adding_up import exact_amounts
from kvitto.invoicing.corrections import LATE_USAGE, turned
from kvitto.invoicing.invoice import AsOf, DocumentType, Invoice, Line
from kvitto.money import EXACT, exact_sum
from kvitto.rating.charge import Charge
from kvitto.rating.engine import RatedUsage
from kvitto.records.corrections import CorrectingDocument, correcting_documents
from kvitto.records.corrections import key_of as period_of
from kvitto.records.invoices import issued_called, load
from kvitto.runs.closing.late_rating import PricesThen, scopes_then
from kvitto.runs.closing.late_usage import LatePeriod
from kvitto.runs.office import Office
from kvitto.runs.own_charges import may_be_charged
from kvitto.runs.rate_period import rate_scopes
from kvitto.runs.rated_periods import RatedPeriod, rated_periods

_NOTHING = Decimal(0)
_Identity = tuple[str, object, str, str, int, Decimal, object, str, Decimal]


@dataclass(frozen=True)
class CorrectionUsage:
    """A correcting document with the charges of those of its lines that they explain.

    `invoice` is the document; of a credit note its lines and charges are turned, so that what is given back is
    negative. `explained`: by the keys of their lines, the usage that was known before.
    """

    invoice: Invoice
    scope: InvoiceScope
    explained: Mapping[LineKey, int]
    _after: RatedUsage | None
    _before: Mapping[int, RatedUsage]

    def charges(self) -> Iterator[Charge]:
        """The differences, in the order of the charges' fields; what did not change is left out."""
        if self._after is None:
            return
        signed: list[Iterator[tuple[_Identity, int, int, Charge]]] = [_signed(self._after, 1, 0)]
        signed += [_signed(rated, -1, sequence) for sequence, rated in self._before.items()]
        for _, same in groupby(heapq.merge(*signed, key=itemgetter(0)), key=itemgetter(0)):
            parts = list(same)
            wanted = self.explained.get(key_of(parts[0][3]))
            own = [(sign, charge) for _, sign, sequence, charge in parts if sign > 0 or sequence == wanted]
            quantity = exact_sum(charge.quantity * sign for sign, charge in own)
            amount = exact_sum(charge.amount * sign for sign, charge in own)
            if wanted is not None and (quantity or amount):
                yield replace(own[0][1], quantity=quantity, amount=amount)


def corrects_only(invoice: Invoice) -> bool:
    """True of a document that was issued for nothing else than usage that came late."""
    return invoice.refers_to is not None and invoice.refers_to.cause == LATE_USAGE


@contextmanager
def correction_usage(office: Office, number: str) -> Iterator[CorrectionUsage]:
    """The usage behind this document, which `corrects_only`, open as long as the block runs.

    Raises `NotIssued`, `Altered` or `UnableToRate`.
    """
    document = load(number)
    original = next(line.corrects.invoice_number for line in document.lines if line.corrects)
    period = LatePeriod(issued_called(original), 0, _earlier(original, number))
    then = _Then(office, period, document.as_of)
    invoice = _told(document)
    wanted = _amounts(invoice)
    with ExitStack() as opened:
        after = then.rate(opened, document.as_of.usage_sequence)
        explained: dict[LineKey, int] = {}
        before: dict[int, RatedUsage] = {}
        for sequence in _known_before(period, document.as_of):
            if explained.keys() == wanted.keys():
                break
            earlier = then.rate(opened, sequence)
            found = _explained(wanted, then.amounts(invoice, after), then.amounts(invoice, earlier), explained)
            explained |= dict.fromkeys(found, sequence)
            if found and earlier.usage:
                before[sequence] = earlier.usage
        yield CorrectionUsage(_as_priced(invoice, after.period), then.scope, explained, after.usage, before)


@dataclass(frozen=True)
class _Rated:
    usage: RatedUsage | None
    period: RatedPeriod


class _Then:
    """A period as it is rated for its corrections: everything but the usage is as it was invoiced."""

    def __init__(self, office: Office, late: LatePeriod, as_of: AsOf) -> None:
        self._office, self._late = office, late
        self._revision = late.revisions[0]
        self._prices_of = PricesThen((*late.revisions[1:], as_of.revision))
        self.scope = scopes_then([late], self._revision)[late.invoice.number]

    def rate(self, opened: ExitStack, sequence: int) -> _Rated:
        """The period with the usage up to this sequence number."""
        as_of, kind = AsOf(sequence, self._revision), self._late.invoice.kind
        asked = [(self.scope, self._late.invoice.period)]
        usage = None
        if may_be_charged(asked, as_of, kind):
            usage = opened.enter_context(rate_scopes(self._office, asked, as_of, kind, self._prices_of))
        (period,) = rated_periods(usage, asked, as_of, kind)
        return _Rated(usage, period)

    def amounts(self, invoice: Invoice, rated: _Rated) -> Mapping[LineKey, Decimal]:
        """What the charges come to exactly, by line."""
        return exact_amounts(invoice, self.scope, rated.period.lines, rated.period.prices)


def _earlier(original: str, number: str) -> tuple[CorrectingDocument, ...]:
    """The documents that corrected the period before this one, as far as they were made for the same invoice."""
    found = correcting_documents().get(period_of(issued_called(original)), ())
    at = next((index for index, one in enumerate(found) if one.number == number), len(found))
    return tuple(one for one in found[:at] if one.invoice == original)


def _known_before(period: LatePeriod, as_of: AsOf) -> list[int]:
    """The usage that earlier documents knew, latest first."""
    known = {period.invoice.as_of.usage_sequence, *(one.as_of.usage_sequence for one in period.corrected_by)}
    return sorted((one for one in known if one < as_of.usage_sequence), reverse=True)


def _told(document: Invoice) -> Invoice:
    """The document; what a credit note gives back is negative."""
    if document.document_type is not DocumentType.CREDIT_NOTE:
        return document
    sections = tuple(
        replace(section, lines=tuple(map(turned, section.lines)), total=EXACT.minus(section.total))
        for section in document.sections
    )
    return replace(document, sections=sections)


def _amounts(invoice: Invoice) -> Mapping[LineKey, Decimal]:
    keys = dict.fromkeys(key_of(line) for line in invoice.lines)
    return {key: exact_sum(line.amount_unrounded for line in invoice.lines if key_of(line) == key) for key in keys}


def _explained(
    wanted: Mapping[LineKey, Decimal],
    after: Mapping[LineKey, Decimal],
    before: Mapping[LineKey, Decimal],
    known: Collection[LineKey],
) -> list[LineKey]:
    """The lines whose amounts are the differences of the two."""
    return [
        key
        for key, amount in wanted.items()
        if key not in known and EXACT.subtract(after.get(key, _NOTHING), before.get(key, _NOTHING)) == amount
    ]


def _as_priced(invoice: Invoice, rated: RatedPeriod) -> Invoice:
    """With unit and price on those lines that tell none, because the period's credit paid a part of them."""
    prices = {key_of(line): line for line in rated.preview.lines}

    def priced(line: Line) -> Line:
        found = prices.get(key_of(line))
        return line if line.unit or found is None else replace(line, unit=found.unit, unit_price=found.unit_price)

    sections = tuple(replace(section, lines=tuple(map(priced, section.lines))) for section in invoice.sections)
    return replace(invoice, sections=sections)


def _signed(rated: RatedUsage, sign: int, sequence: int) -> Iterator[tuple[_Identity, int, int, Charge]]:
    for one in rated.charges():
        identity = (
            one.pool, one.period_start, one.subscription, one.meter, one.price_id, one.tier_from, one.day,
            one.resource, one.unit_price,
        )  # fmt: skip
        yield identity, sign, sequence, one
