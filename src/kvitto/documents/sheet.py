"""An invoice as ready words and numbers in one language, in the order and grouping of the printed sheet.

The result is plain data for the template: it holds texts only, and numbers that say how they align. Nothing is
computed here but what a reader would otherwise work out: the change since the invoice before, sums of a category, the
effect of rounding. A credit note is the same sheet with a title of its own: its amounts are positive, and given back.
Estimated savings are not shown: the facts of an invoice do not hold list prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kvitto.agreements.hierarchy import Party, PaysBy
from kvitto.documents import words
from kvitto.documents.glyphs import BOX, breakable, shown, shown_lines
from kvitto.documents.kinds import Voided
from kvitto.documents.sheet_lines import sections_of
from kvitto.documents.sheet_summary import amount_label, sentences, summary_of
from kvitto.documents.sheet_tables import ending_of, totals_by_family, totals_by_section
from kvitto.invoicing.invoice import CreditedInvoice, DocumentType, Invoice
from kvitto.language import (
    LANGUAGES,
    Language,
    country_name,
    format_amount,
    format_date,
    format_period,
    language_name,
    speaking,
)
from kvitto.money import EXACT, Money

Sheet = dict[str, Any]

_ADDRESS_AT_THE_RIGHT = frozenset(("SE",))  # where window envelopes have their window at the right
_LETTER_PAPER = frozenset(("CA", "US"))


@dataclass(frozen=True)
class Part:
    """One of several documents that a long invoice is kept as: it holds the printed lines from `start` to `stop`."""

    number: int = 1
    of: int = 1
    start: int = 0
    stop: int | None = None

    @property
    def lines(self) -> slice:
        """Which of the printed lines it holds."""
        return slice(self.start, self.stop)

    @property
    def is_first(self) -> bool:
        """True for the one with page 1."""
        return self.number == 1

    @property
    def is_last(self) -> bool:
        """True for the one with what stands after the lines."""
        return self.number == self.of


WHOLE = Part()


def sheet_of(
    invoice: Invoice, language: Language, *, copy: bool, voided: Voided | None = None, part: Part = WHOLE
) -> Sheet:
    """Everything the template shows of the invoice, in this language.

    `copy` marks it as a copy, and `voided` a copy of what was undone; `part` is the document of several.
    """
    with speaking(language.code):
        sheet = {
            **_page(invoice, language, part),
            **_head(invoice, marks=_marks(invoice, language, copy=copy, voided=voided, part=part)),
            **_amount(invoice, is_void=voided is not None),
            **summary_of(invoice),
            **sections_of(invoice, part.lines),
            "has_page_one": part.is_first,
            "tables": totals_by_section(invoice) if part.is_first else [],
            "ending": ending_of(invoice) if part.is_last else [],
        }
        sheet["small_print"] = _small_print(invoice, boxes=_has_boxes(sheet))
        return sheet


def summary_sheet_of(invoice: Invoice, language: Language) -> Sheet:
    """The short document of an enrollment (invoices.md §8): the same page 1, then totals by product family."""
    sheet = sheet_of(invoice, language, copy=False, part=Part(stop=0))
    with speaking(language.code):
        return {
            **sheet,
            "title": f"{words.INVOICE_SUMMARY} {shown(invoice.number)}",
            "marks": [[str(words.INVOICE_SUMMARY), ""], *sheet["marks"]],
            "tables": totals_by_family(invoice),
            "ending": [],
        }


def _page(invoice: Invoice, language: Language, part: Part) -> Sheet:
    country = invoice.bill_to.address.country
    number = f"{shown(invoice.number)}-{part.number}" if part.of > 1 else shown(invoice.number)
    return {
        "language": language.locale.language,
        "region": language.locale.territory or "",
        "bold": language.locale.script != "Hant",  # the font for Han characters has one weight
        "paper": "us-letter" if country in _LETTER_PAPER else "a4",
        "window": "right" if country in _ADDRESS_AT_THE_RIGHT else "left",
        "name": _name(invoice),
        "number": number,
        "title": f"{_name(invoice)} {number}",
        "author": shown(invoice.seller.name),
        "page_of": _page_parts(),
    }


def _name(invoice: Invoice) -> str:
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    return str(words.CREDIT_NOTE if is_credit_note else words.INVOICE)


def _page_parts() -> list[str]:
    """The words of "Page x of y" with "#page" and "#pages" where the template counts."""
    said = str(words.page_of("\0#page\0", "\0#pages\0"))
    return [part for part in said.split("\0") if part]


def _marks(invoice: Invoice, language: Language, *, copy: bool, voided: Voided | None, part: Part) -> list[list[str]]:
    """What stands under the title: pairs of what stands out, and what explains it."""
    marks = []
    if invoice.kind in words.KINDS:
        marks.append([str(words.KINDS[invoice.kind]), ""])
    if part.of > 1:
        marks.append([str(words.part_of(part.number, part.of)), ""])
    if copy:
        original = language_name(LANGUAGES[invoice.language], language)
        marks.append([str(words.COPY), str(words.language_of_original(original))])
    if voided:
        marks.append([str(words.VOID), str(words.void_notice(shown(voided.credit_note), shown(voided.replaced_by)))])
    return marks


def _head(invoice: Invoice, *, marks: list[list[str]]) -> Sheet:
    return {
        "marks": marks,
        "seller": {"name": shown(invoice.seller.name), "lines": _address(invoice.seller)},
        "return_address": " · ".join([shown(invoice.seller.name), *_address(invoice.seller)]),
        "bill_to_label": str(words.BILL_TO),
        "bill_to": [breakable(shown(invoice.bill_to.name)), *_address(invoice.bill_to)],
        "facts": [[str(label), breakable(shown(str(value)))] for label, value in facts_of(invoice) if value],
        "parties": _parties(invoice),
    }


def facts_of(invoice: Invoice) -> list[tuple[object, object]]:
    """Dates, terms and names of the head, as pairs of label and value; those without a value have no row."""
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    terms = words.days_from_invoice_date(invoice.payment_terms_days)
    return [
        (words.CREDIT_NOTE_DATE if is_credit_note else words.INVOICE_DATE, format_date(invoice.issue_date)),
        *reference_of(invoice.refers_to, is_credit_note=is_credit_note),
        (words.BILLING_PERIOD, format_period(invoice.period)),
        (words.DUE_DATE, "" if is_credit_note else format_date(invoice.due_date)),
        (words.PAYMENT_TERMS, "" if is_credit_note else terms),
        (words.PAYMENT_METHOD, "" if is_credit_note else words.PAYMENT_METHODS.get(invoice.pays_by, invoice.pays_by)),
        (words.PURCHASE_ORDER, invoice.purchase_order),
        (words.ENROLLMENT_NUMBER, invoice.enrollment_number),
        (words.SUBSCRIPTION, invoice.subscription_name),
        (words.OFFER, words.OFFERS.get(invoice.offer, invoice.offer)),
        (words.BILLING_ACCOUNT, invoice.account_name),
        (words.ACCOUNT_ADMINISTRATOR, invoice.account_administrator),
        (words.BILLING_PROFILE, invoice.profile_name),
        (words.BUYER_VAT_NUMBER, invoice.bill_to.vat_number or invoice.sold_to.vat_number),
    ]


def reference_of(other: CreditedInvoice | None, *, is_credit_note: bool) -> list[tuple[object, object]]:
    """The invoice that this document gives back, replaces or corrects."""
    if other is None:
        return []
    named = words.number_and_date(shown(other.number), other.issue_date)
    if is_credit_note:
        return [(words.CREDITED_INVOICE, named)]
    is_replaced = other.cause in {"void", "rebill"}
    return [(words.REPLACED_INVOICE if is_replaced else words.CORRECTED_INVOICE, named)]


def _parties(invoice: Invoice) -> list[Sheet]:
    """Who is named beside the one the invoice is addressed to, as far as it is somebody or somewhere else."""
    others = [
        (words.SOLD_TO, invoice.sold_to if invoice.sold_to != invoice.bill_to else None),
        (words.SHIP_TO, invoice.ship_to),
        (words.END_CUSTOMER, invoice.end_customer),
    ]
    return [
        {"label": str(label), "lines": [breakable(shown(party.name)), *_address(party)]}
        for label, party in others
        if party
    ]


def _address(party: Party) -> list[str]:
    address = party.address
    lines = [
        *shown_lines(address.street),
        shown(f"{address.postal_code} {address.city}"),
        country_name(address.country),
    ]
    return [line for line in lines if line]


def _numbers(party: Party) -> list[str]:
    numbers = ((words.COMPANY_NUMBER, party.company_number), (words.VAT_NUMBER, party.vat_number))
    return [f"{label} {shown(number)}" for label, number in numbers if number]


def _amount(invoice: Invoice, *, is_void: bool) -> Sheet:
    """The one number of the document, until when and how it is paid or given back."""
    payable = Money(invoice.totals.payable, invoice.currency)
    shared = {
        "amount_label": amount_label(invoice),
        "amount": format_amount(payable),
        "currency": invoice.currency,
    }
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        other = invoice.refers_to
        return {
            **shared,
            "due": "",
            "change": str(words.CREDIT_CAUSES.get(other.cause, "")) if other else "",
            "pay_heading": str(words.HOW_GIVEN_BACK),
            "pay": [[str(words.given_back(shown(other.number)))]] if other else [],
        }
    is_due = payable.amount > 0 and not is_void
    return {
        **shared,
        "change": str(change_of(invoice) or ""),
        "due": str(words.pay_by(invoice.due_date) if is_due else words.NOTHING_TO_PAY),
        "pay_heading": str(words.HOW_TO_PAY),
        "pay": _how_to_pay(invoice) if is_due else [],
    }


def _how_to_pay(invoice: Invoice) -> list[list[str]]:
    if invoice.pays_by == PaysBy.CARD:
        return [[str(words.PAID_BY_CARD)]]
    return [shown_lines(invoice.payment_instructions), [str(words.quote_number(shown(invoice.number)))]]


def change_of(invoice: Invoice) -> object:
    """What changed since the invoice before; None if there is none, and on what is no ordinary invoice."""
    before = invoice.previous
    if before is None or invoice.document_type is DocumentType.CREDIT_NOTE:
        return None
    difference = EXACT.subtract(invoice.totals.payable, before.payable)
    currency = invoice.currency
    return words.change(Money(difference, currency), Money(before.payable, currency), before.period, before.number)


def _small_print(invoice: Invoice, *, boxes: bool) -> list[list[str]]:
    currency = invoice.currency
    difference = EXACT.subtract(invoice.totals.lines, invoice.totals.unrounded)
    unrounded = Money(invoice.totals.unrounded, currency)
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    check = [str(words.CREDIT_NOTE_LINES if is_credit_note else words.DAYS_ARE_UTC)]
    if difference and not is_credit_note:
        check.append(str(words.rounding(unrounded, Money(difference, currency))))
    if boxes:
        check.append(str(words.BOXES))
    seller = invoice.seller
    whom = shown(seller.email) or shown(seller.name)
    ask = words.where_to_ask(whom, shown(invoice.number), is_credit_note=is_credit_note)
    named = [shown(seller.name), *_numbers(seller), shown(invoice.tax_registration)]
    about_seller = "\N{NO-BREAK SPACE}· ".join(part for part in named if part)
    return [[str(words.CHECK_THIS_INVOICE), sentences(check)], [str(words.QUESTIONS), str(ask), about_seller]]


def _has_boxes(value: object) -> bool:
    match value:
        case str():
            return BOX in value
        case dict():
            return any(map(_has_boxes, value.values()))
        case list() | tuple():
            return any(map(_has_boxes, value))
        case _:
            return False
