"""The common part of everything that gives an invoice back: who issues it, when, and under which number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from kvitto.agreements.hierarchy import Seller
from kvitto.errors import UnableTo
from kvitto.invoicing.credit_left import Left, left_of
from kvitto.invoicing.invoice import DocumentType, Invoice
from kvitto.invoicing.status import Standing, day_in
from kvitto.language import phrase
from kvitto.records import agreements
from kvitto.records.invoices import IssuedInvoice, issued_called, load
from kvitto.records.issuing import issue
from kvitto.records.links import (
    AlreadyUsed,
    LinkKind,
    credit_notes_of,
    given_back_as,
    link,
    linked,
    locked,
    next_edition,
    scope_of,
)
from kvitto.records.models import InvoiceRecord
from kvitto.records.payments import standing_of
from kvitto.records.settlement import give_back, locked_lots
from kvitto.runs.office import Office


class UnableToChange(UnableTo):
    """This cannot be done with the document, because of what it is or what became of it."""


@dataclass(frozen=True)
class Held:
    """An invoice whose life nobody else changes until the transaction ends, with all that was recorded of it."""

    record: InvoiceRecord
    invoice: Invoice
    credit_notes: list[Invoice]
    standing: Standing
    seller: Seller
    now: datetime

    @property
    def today(self) -> date:
        """The day of the seller's calendar; what legal dates follow."""
        return day_in(self.seller.time_zone, self.now)

    @property
    def left(self) -> Left:
        """What its credit notes left of it."""
        return left_of(self.invoice, self.credit_notes)


def held(office: Office, number: str) -> Held:
    """Hold the invoice, inside a transaction. Raises `NotIssued`, `Altered`, and `UnableToChange` for a credit note."""
    record = locked(number)
    if record.document_type == DocumentType.CREDIT_NOTE:
        raise UnableToChange(
            phrase(
                "{number} is a credit note. Say the number of the invoice it belongs to: {invoice}.",
                number=number,
                invoice=record.refers_to,
            )
        )
    locked_lots(scope_of(record))  # before the series of numbers, as everybody does
    seller = agreements.seller()
    assert seller  # noqa: S101 - nothing is issued before a seller was named
    standing = standing_of(issued_called(number))
    return Held(record, load(number), credit_notes_of(number), standing, seller, office.now())


def legal_today(office: Office) -> date:
    """The day in the seller's time zone; the UTC day before there is a seller."""
    seller = agreements.seller()
    return day_in(seller.time_zone if seller else "UTC", office.now())


def refuse_void(one: Held) -> None:
    """Raise `UnableToChange` if the invoice is void: a sentence says which document to turn to."""
    if not one.standing.is_void:
        return
    replaced_by = linked(one.record.number, LinkKind.REBILL)
    if replaced_by:
        raise UnableToChange(
            phrase(
                "Invoice {number} is void; {replacement} replaced it. Use that number.",
                number=one.record.number,
                replacement=replaced_by,
            )
        )
    raise UnableToChange(
        phrase(
            "Invoice {number} is void and was not replaced: there is nothing left of it. Rebill it first, or use the"
            " number of another invoice.",
            number=one.record.number,
        )
    )


def issue_credit_note(one: Held, drafted: Invoice, kind: LinkKind, reference: str | None = None) -> IssuedInvoice:
    """Give the drafted credit note a number, link it to its invoice and give back what lots had paid of it.

    To be called in the transaction that holds the invoice. Raises `AlreadyUsed` if the reference was used for it.
    """
    if reference and given_back_as(one.record.number, reference):
        raise AlreadyUsed(
            phrase(
                "The reference {reference} already stands for a credit note of invoice {number}. Say another one.",
                reference=reference, number=one.record.number,
            )
        )  # fmt: skip
    edition = next_edition(one.record, DocumentType.CREDIT_NOTE)
    letters = one.seller.credit_note_series or one.seller.series
    drafted = replace(drafted, edition=edition)
    issued = issue(drafted, scope_of(one.record), letters, one.now, one.seller.number_form).invoice
    link(one.record.number, issued.number, kind, one.now, reference)
    give_back(issued.number, drafted, one.now)
    return issued
