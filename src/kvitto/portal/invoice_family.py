"""What belongs to an invoice beside its own page: its files, and the documents that changed it since."""

from __future__ import annotations

from kvitto.documents import words
from kvitto.documents.kinds import DocumentKind
from kvitto.language import Phrase, phrase
from kvitto.records import gate
from kvitto.records.links import Link, LinkKind, links_of
from kvitto.records.models import Person

DOCUMENT_TITLES = {
    DocumentKind.INVOICE_PDF: words.INVOICE,
    DocumentKind.CREDIT_NOTE_PDF: words.CREDIT_NOTE,
    DocumentKind.SUMMARY_PDF: words.INVOICE_SUMMARY,
    DocumentKind.TRANSACTIONS_CSV: phrase("Transactions"),
}
"""What the files of an invoice are called."""

_RELATED = (
    (phrase("Credit notes"), (LinkKind.VOID, LinkKind.CREDIT)),
    (phrase("Replaced by"), (LinkKind.REBILL,)),
    (phrase("Corrected by"), (LinkKind.CORRECTION,)),
)


def related_to(person: Person, number: str) -> list[tuple[Phrase, list[str]]]:
    """The numbers of later documents about this invoice that the person may see, under what they are to it."""
    links = [link for link in links_of([number]).get(number, ()) if link.invoice == number]
    found = [(title, _seen(person, links, kinds)) for title, kinds in _RELATED]
    return [(title, numbers) for title, numbers in found if numbers]


def _seen(person: Person, links: list[Link], kinds: tuple[LinkKind, ...]) -> list[str]:
    others = dict.fromkeys(link.other for link in links if link.kind in kinds)
    return [other for other in others if _sees(person, other)]


def _sees(person: Person, number: str) -> bool:
    try:
        gate.invoice_for(person, number, gate.Action.SEE_INVOICES)
    except (gate.NotFound, gate.Refused):
        return False
    return True
