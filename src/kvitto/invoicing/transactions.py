"""The transactions of an invoice, a credit note or the draft of an invoice to come: one for each line (invoices.md §5).

The reference names the columns, not every value. Chosen: the date is the last day that a line is for; the amount is the
line's, without tax and before credit; usage is "usage", everything else is bought ("purchase"), and given back when its
line is below zero ("cancel"). What a credit note gives back is a "refund", below zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.invoice import DocumentType, Invoice, Line
from kvitto.language import Phrase, phrase
from kvitto.money import Money

_USAGE = frozenset((ChargeKind.USAGE, ChargeKind.SEPARATE))
PENDING = "Pending"  # in the place of an invoice's number, on the wire


class TransactionType(StrEnum):
    """What happened."""

    PURCHASE = "purchase"
    USAGE = "usage"
    CANCEL = "cancel"
    REFUND = "refund"

    @property
    def said(self) -> Phrase:
        """In words."""
        return _WORDS[self]


_WORDS: Mapping[TransactionType, Phrase] = {
    TransactionType.PURCHASE: phrase("Purchase"),
    TransactionType.USAGE: phrase("Usage"),
    TransactionType.CANCEL: phrase("Cancellation"),
    TransactionType.REFUND: phrase("Refund"),
}


@dataclass(frozen=True)
class Transaction:
    """One line of the list. `invoice`: the number of the invoice or credit note, empty while it is pending.

    `product_family`: the service category; `product`: what is sold. `section`: the invoice section, of a partner's
    invoice the customer.
    """

    on_day: date
    invoice: str
    type: TransactionType
    product_family: str
    product: str
    amount: Money
    section_id: str
    section: str
    profile_id: str
    profile: str
    subscription_id: str
    subscription: str

    @property
    def is_pending(self) -> bool:
        """True while it has no invoice."""
        return not self.invoice


def transactions_of(document: Invoice) -> Iterator[Transaction]:
    """Its transactions, the latest first; a draft's are pending."""
    sections = {line.number: (section.id, section.name) for section in document.sections for line in section.lines}
    for line in sorted(document.lines, key=lambda line: (-line.service_period.end.toordinal(), line.number)):
        section = (line.customer_id, line.customer_name) if line.customer_id else sections[line.number]
        yield Transaction(
            line.service_period.last_day, document.number, _type_of(document, line), line.category,
            line.meter_name or line.meter, _amount_of(document, line), *section, document.profile_id,
            document.profile_name, line.subscription_id, line.subscription_name,
        )  # fmt: skip


def _amount_of(document: Invoice, line: Line) -> Money:
    amount = Money(line.amount, document.currency).rounded(document.seller.address.country)
    return -amount if document.document_type is DocumentType.CREDIT_NOTE else amount


def _type_of(document: Invoice, line: Line) -> TransactionType:
    if document.document_type is DocumentType.CREDIT_NOTE:
        return TransactionType.REFUND
    if line.charge_kind in _USAGE:
        return TransactionType.USAGE
    return TransactionType.CANCEL if line.amount < 0 else TransactionType.PURCHASE
