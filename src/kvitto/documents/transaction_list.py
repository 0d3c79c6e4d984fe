"""The list of all transactions as a CSV file: the columns of invoices.md §5, a row for each. Names are not translated.

It has the form of the usage file: RFC 4180, UTF-8 with its mark, MM/DD/YYYY. What waits for its invoice says “Pending”.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from kvitto.documents.usage_files.columns import harmless, written_day
from kvitto.invoicing.transactions import PENDING, Transaction
from kvitto.money import plain

COLUMNS = (
    "Date", "Invoice ID", "Transaction Type", "Product Family", "Product SKU", "Amount", "Currency", "Invoice Section",
    "Billing Profile", "Subscription ID",
)  # fmt: skip
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def transaction_list_csv(rows: Iterable[Transaction]) -> Iterator[bytes]:
    """The file, row by row as the transactions come."""
    yield (_BYTE_ORDER_MARK + _line(COLUMNS)).encode()
    for row in rows:
        yield _line(_cells(row)).encode("utf-8", errors="replace")


def _cells(row: Transaction) -> tuple[str, ...]:
    return (
        written_day(row.on_day),
        harmless(row.invoice or PENDING),
        row.type.value,
        harmless(row.product_family),
        harmless(row.product),
        plain(row.amount.amount),
        row.amount.currency,
        harmless(row.section),
        harmless(row.profile),
        harmless(row.subscription_id),
    )


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
