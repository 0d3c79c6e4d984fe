"""What can be downloaded beside a row of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.documents.kinds import DocumentKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.language import Language, Phrase
from kvitto.portal.address_parts import PLURALS
from kvitto.portal.invoice_family import DOCUMENT_TITLES
from kvitto.records.invoices import IssuedInvoice
from kvitto.runs.make_documents import KeptDocument, kept_documents_of

_SHEETS = frozenset((DocumentKind.INVOICE_PDF, DocumentKind.CREDIT_NOTE_PDF))


@dataclass(frozen=True)
class Files:
    """The files of a row: the PDF of `number` with its `others` and copies in `languages`, and the usage behind it.

    An empty number or address: there is no such file, or it is closed. `closed`: the number of an invoice whose PDF is
    closed to the reader, who may ask for a copy.
    """

    number: str = ""
    is_credit_note: bool = False
    others: tuple[tuple[Phrase, str], ...] = ()
    languages: Sequence[Language] = ()
    usage: str = ""
    closed: str = ""


def files_of(
    invoice: IssuedInvoice | None,
    kept: Mapping[str, Sequence[KeptDocument]],
    *,
    usage: str = "",
    languages: Sequence[Language] = (),
    is_closed: bool = False,
) -> Files:
    """The files of an invoice or credit note, or of a period without one."""
    if invoice is None:
        return Files(usage=usage)
    if is_closed:
        return Files(usage=usage, closed=invoice.number)
    others = (one for one in kept.get(invoice.number, ()) if one.kind not in _SHEETS or one.part > 1)
    return Files(
        number=invoice.number,
        is_credit_note=invoice.document_type is DocumentType.CREDIT_NOTE,
        others=tuple(
            (DOCUMENT_TITLES[one.kind], reverse("invoice_document", args=[invoice.number, one.name])) for one in others
        ),
        languages=languages,
        usage=usage,
    )


def kept_beside(invoices: Iterable[IssuedInvoice | None]) -> Mapping[str, Sequence[KeptDocument]]:
    """The documents that were made of these invoices, by number; one query."""
    return kept_documents_of(one.number for one in invoices if one)


def period_address(scope: Scope, first_day: date) -> str:
    """The page of a period's daily usage."""
    return f"/{PLURALS[scope.kind]}/{scope.id}/periods/{first_day.isoformat()}/"


def usage_address(scope: Scope, first_day: date, kind: InvoiceKind, invoice: IssuedInvoice | None) -> str:
    """The usage file of a period's invoice of a kind; empty where none stands behind it alone.

    That of a large period leads to the page on which it is prepared. A support plan has no usage, and of a credit note
    its own page tells.
    """
    if invoice and invoice.document_type is DocumentType.CREDIT_NOTE:
        return ""
    match kind:
        case InvoiceKind.SERVICES if invoice is None or invoice.edition == 1:
            return reverse(f"{scope.kind}_csv", args=[scope.id, first_day])
        case InvoiceKind.MARKETPLACE | InvoiceKind.SERVICES if invoice:
            return reverse("invoice_usage", args=[invoice.number])
        case _:
            return ""
