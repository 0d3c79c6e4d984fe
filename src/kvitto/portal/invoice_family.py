"""What belongs to an invoice beside its own page: its files, and the documents that changed it since."""

from __future__ import annotations

from kvitto.documents import words
from kvitto.documents.kinds import DocumentKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.language import Phrase, phrase
from kvitto.records import gate
from kvitto.records.links import Link, LinkKind, links_of
from kvitto.records.models import InvoiceRecord, Person

DOCUMENT_TITLES = {
    DocumentKind.INVOICE_PDF: words.INVOICE,
    DocumentKind.CREDIT_NOTE_PDF: words.CREDIT_NOTE,
    DocumentKind.SUMMARY_PDF: words.INVOICE_SUMMARY,
    DocumentKind.TRANSACTIONS_CSV: phrase("Transactions"),
}
"""What the files of an invoice are called."""

_CREDIT_NOTES, _REPLACED, _CORRECTED = phrase("Credit notes"), phrase("Replaced by"), phrase("Corrected by")
_TITLES = (_CREDIT_NOTES, _REPLACED, _CORRECTED)


def related_to(person: Person, number: str) -> list[tuple[Phrase, list[str]]]:
    """The numbers of later documents about this invoice that the person may see, under what they are to it."""
    found: dict[str, dict[str, None]] = {title.text: {} for title in _TITLES}
    for link in links_of([number]).get(number, ()):
        other = _seen(person, link.other) if link.invoice == number else None
        if other:
            found[_title(link, other).text][other.number] = None
    return [(title, list(found[title.text])) for title in _TITLES if found[title.text]]


def _title(link: Link, other: InvoiceRecord) -> Phrase:
    if other.document_type == DocumentType.CREDIT_NOTE:
        return _CREDIT_NOTES
    return _REPLACED if link.kind is LinkKind.REBILL else _CORRECTED


def _seen(person: Person, number: str) -> InvoiceRecord | None:
    """The document, or None if it is not the person's to see."""
    try:
        return gate.invoice_for(person, number, gate.Action.SEE_INVOICES)
    except (gate.NotFound, gate.Refused):
        return None
