"""The documents an issued invoice has (invoices.md §3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType
from kvitto.invoicing.invoice import DocumentType, Invoice


class DocumentKind(StrEnum):
    """What a document shows; the values are the names it is kept and asked for by."""

    INVOICE_PDF = "invoice-pdf"
    CREDIT_NOTE_PDF = "credit-note-pdf"
    SUMMARY_PDF = "summary-pdf"
    TRANSACTIONS_CSV = "transactions-csv"

    @property
    def published(self) -> str:
        """The published name of the kind, on the wire."""
        return _PUBLISHED[self]

    @property
    def is_csv(self) -> bool:
        """True for a file of rows, false for a PDF."""
        return self is DocumentKind.TRANSACTIONS_CSV


_PUBLISHED = {
    DocumentKind.INVOICE_PDF: "Invoice",
    DocumentKind.CREDIT_NOTE_PDF: "CreditNote",
    DocumentKind.SUMMARY_PDF: "Summary",
    DocumentKind.TRANSACTIONS_CSV: "Transactions",
}


@dataclass(frozen=True)
class Voided:
    """Which documents undid an invoice, for the notice on its copies; either number may be empty."""

    credit_note: str
    replaced_by: str = ""


def kinds_of(invoice: Invoice) -> tuple[DocumentKind, ...]:
    """The kinds of document of this invoice or credit note, its sheet first.

    A voided invoice gets no document of its own that says so: its credit note does.
    """
    sheet = sheet_kind(invoice)
    if invoice.agreement == AgreementType.EA:
        return (sheet, DocumentKind.SUMMARY_PDF, DocumentKind.TRANSACTIONS_CSV)
    return (sheet,)


def sheet_kind(invoice: Invoice) -> DocumentKind:
    """The kind of the sheet itself: that of an invoice, or of a credit note."""
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    return DocumentKind.CREDIT_NOTE_PDF if is_credit_note else DocumentKind.INVOICE_PDF


def kept_as(kind: DocumentKind, part: int) -> str:
    """The name a part of a document is kept by: the kind for the first, with the part's number for the others."""
    return kind.value if part == 1 else f"{kind.value}-{part}"
