"""The flat usage file, row by row, so that its size does not matter: RFC 4180, UTF-8, numbers with every digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.documents.usage_files.cells import InvoiceCells
from kvitto.documents.usage_files.columns import COLUMNS, LineKey
from kvitto.invoicing.invoice import Invoice
from kvitto.rating.charge import Charge

_CHUNK = 64 * 1024


def write_csv(  # noqa: PLR0913 - what it is about, and what of it is told
    invoice: Invoice,
    charges: Iterable[Charge],
    *,
    subscriptions: Collection[str] | None = None,
    scope: InvoiceScope | None = None,
    corrected: Collection[LineKey] = (),
    bom: bool = True,
) -> Iterator[bytes]:
    """The file in pieces: one row per charge, in the order given; then fees and corrections; then rounding by line.

    `invoice` is the issued invoice of the charges, or the draft of one that is still to come: a draft has no rounding
    rows, invoice number and line numbers. With `subscriptions` (ids), the rows of these only. `scope` is what the
    invoice is made for, as it was then: departments, enrollment accounts and customers come from it. `corrected`:
    the keys of lines that correct another period of which the charges are given. `bom` tells spreadsheets that the text
    is UTF-8. Σ Cost is the sum of the invoice's lines (its amounts, if issued; the
    unrounded ones, if not). KeyError if a charge belongs to no line of the invoice.
    """
    yield from _written(_rows(InvoiceCells(invoice, scope, corrected), invoice, charges, subscriptions), bom=bom)


def write_chosen(
    invoice: Invoice, charges: Iterable[Charge], *, scope: InvoiceScope | None = None, bom: bool = True
) -> Iterator[bytes]:
    """The rows of these charges alone, as `write_csv` writes them: no fees, corrections or rounding beside them.

    Σ Cost is the unrounded sum of the charges. KeyError if one of them belongs to no line of the invoice.
    """
    cells = InvoiceCells(invoice, scope, ())
    yield from _written((cells.of(charge).usage(charge) for charge in charges), bom=bom)


def _written(rows: Iterable[tuple[str, ...]], *, bom: bool) -> Iterator[bytes]:
    text = io.StringIO()
    if bom:
        text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(row)
        if text.tell() >= _CHUNK:
            yield _taken(text)
    yield _taken(text)


def _rows(
    cells: InvoiceCells, invoice: Invoice, charges: Iterable[Charge], subscriptions: Collection[str] | None
) -> Iterator[tuple[str, ...]]:
    for charge in charges:
        if subscriptions is None or charge.subscription in subscriptions:
            yield cells.of(charge).usage(charge)
    shown = [one for one in cells.lines if subscriptions is None or one.line.subscription_id in subscriptions]
    for line in shown:
        if not line.has_rows:
            yield line.whole()
    if invoice.number:
        for line in shown:
            yield line.rounding(invoice.period.last_day)


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue().encode("utf-8", errors="replace")
    text.seek(0)
    text.truncate()
    return written
