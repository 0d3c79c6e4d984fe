"""The flat usage file, row by row, so that its size does not matter: RFC 4180, UTF-8, numbers with every digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator

from kvitto.documents.usage_files.columns import COLUMNS, cells_of, key_of
from kvitto.invoicing.invoice import Invoice
from kvitto.rating.charge import Charge

_CHUNK = 64 * 1024


def write_csv(
    invoice: Invoice, charges: Iterable[Charge], *, subscriptions: Collection[str] | None = None, bom: bool = True
) -> Iterator[bytes]:
    """The file in pieces: one row per charge, in the order given; then what rounding added to each line.

    `invoice` is the issued invoice of the charges, or the draft of one that is still to come: a draft has no rounding
    rows, invoice number and line numbers. With `subscriptions` (ids), the rows of these only. `bom` tells
    spreadsheets that the text is UTF-8. Σ Cost is the sum of the invoice's lines (its amounts, if issued; the
    unrounded ones, if not). KeyError if a charge belongs to no line of the invoice.
    """
    text = io.StringIO()
    if bom:
        text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(invoice, charges, subscriptions):
        writer.writerow(row)
        if text.tell() >= _CHUNK:
            yield _taken(text)
    yield _taken(text)


def _rows(
    invoice: Invoice, charges: Iterable[Charge], subscriptions: Collection[str] | None
) -> Iterator[tuple[str, ...]]:
    cells = cells_of(invoice)
    for charge in charges:
        if subscriptions is None or charge.subscription in subscriptions:
            yield cells[key_of(charge)].usage(charge)
    if invoice.number:
        for line in invoice.lines:
            if subscriptions is None or line.subscription_id in subscriptions:
                yield cells[key_of(line)].rounding(invoice.period.last_day)


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue().encode("utf-8", errors="replace")
    text.seek(0)
    text.truncate()
    return written
