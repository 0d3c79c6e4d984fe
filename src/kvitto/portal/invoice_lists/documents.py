"""What a table of invoices and credit notes shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.language import Language, Phrase
from kvitto.portal.invoice_lists.asked import KIND_NAMES
from kvitto.portal.invoice_lists.files import Files, files_of, kept_beside, period_address, usage_address
from kvitto.runs.invoice_pages import ROWS_OF_A_PAGE, DocumentPage, DocumentRow


@dataclass(frozen=True)
class ListedDocument:
    """A document with its files. `period`: the page of its billing period's daily usage; empty where there is none."""

    row: DocumentRow
    files: Files
    kind: Phrase | None
    period: str


def shown_documents(found: DocumentPage, languages: Sequence[Language]) -> dict[str, Any]:
    """The rows and what stands around them, as the template wants it."""
    kept = kept_beside(row.invoice for row in found.rows)
    rows = [_listed(row, files_of_row(row, kept, languages)) for row in found.rows]
    return {
        "rows": rows,
        "page": Paginator(range(found.count), ROWS_OF_A_PAGE).get_page(found.number),
        "totals": found.totals,
        "is_choosable": any(one.files.number for one in rows),
        "has_usage": all(one.row.has_usage for one in rows if one.files.number),
    }


def files_of_row(row: DocumentRow, kept: Any, languages: Sequence[Language]) -> Files:
    """The files of one document, as far as the reader may have them."""
    invoice = row.invoice
    usage = usage_address(invoice.scope, invoice.period.start, invoice.kind, invoice) if row.has_usage else ""
    return files_of(invoice, kept, usage=usage, languages=languages, is_closed=row.closed is not None)


def _listed(row: DocumentRow, files: Files) -> ListedDocument:
    invoice = row.invoice
    is_usual = invoice.kind is InvoiceKind.SERVICES
    address = period_address(invoice.scope, invoice.period.start) if is_usual and row.has_usage else ""
    return ListedDocument(row, files, None if is_usual else KIND_NAMES[invoice.kind], address)
