"""An invoice as ready words and numbers in one language, in the order and grouping of the printed sheet.

The result is plain data for the template: it holds texts only, and numbers that say how they align. Nothing is
computed here but what a reader would otherwise work out: the change since the invoice before, sums of a category, the
effect of rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kvitto.agreements.hierarchy import Party
from kvitto.documents import words
from kvitto.documents.glyphs import BOX, breakable, shown, shown_lines
from kvitto.documents.sheet_lines import sections_of
from kvitto.invoicing.invoice import Invoice
from kvitto.language import (
    LANGUAGES,
    Language,
    country_name,
    current_language,
    format_amount,
    format_date,
    format_percent,
    format_period,
    language_name,
    speaking,
)
from kvitto.money import EXACT, Money, exact_sum

Sheet = dict[str, Any]

MOST_PARTS_ON_PAGE_ONE = 8
_ADDRESS_AT_THE_RIGHT = frozenset(("SE",))  # where window envelopes have their window at the right
_LETTER_PAPER = frozenset(("CA", "US"))


def sheet_of(invoice: Invoice, language: Language, *, copy: bool) -> Sheet:
    """Everything the template shows of the invoice, in this language; `copy` marks it as a copy."""
    with speaking(language.code):
        sheet = {
            **_page(invoice, language),
            **_head(invoice, language, copy=copy),
            **_amount_to_pay(invoice),
            "summary": _summary(invoice),
            "notes": _notes(invoice),
            **sections_of(invoice),
        }
        sheet["small_print"] = _small_print(invoice, boxes=_has_boxes(sheet))
        return sheet


def _page(invoice: Invoice, language: Language) -> Sheet:
    country = invoice.bill_to.address.country
    return {
        "language": language.locale.language,
        "region": language.locale.territory or "",
        "bold": language.locale.script != "Hant",  # the font for Han characters has one weight
        "paper": "us-letter" if country in _LETTER_PAPER else "a4",
        "window": "right" if country in _ADDRESS_AT_THE_RIGHT else "left",
        "title": f"{words.INVOICE} {shown(invoice.number)}",
        "author": shown(invoice.seller.name),
        "page_of": _page_parts(),
    }


def _page_parts() -> list[str]:
    """The words of "Page x of y" with "#page" and "#pages" where the template counts."""
    said = str(words.page_of("\0#page\0", "\0#pages\0"))
    return [part for part in said.split("\0") if part]


def _head(invoice: Invoice, language: Language, *, copy: bool) -> Sheet:
    original = language_name(LANGUAGES[invoice.language], language)
    return {
        "invoice": str(words.INVOICE),
        "number": shown(invoice.number),
        "copy": [str(words.COPY), str(words.language_of_original(original))] if copy else [],
        "seller": {
            "name": shown(invoice.seller.name),
            "lines": _address(invoice.seller),
        },
        "return_address": " · ".join([shown(invoice.seller.name), *_address(invoice.seller)]),
        "bill_to_label": str(words.BILL_TO),
        "bill_to": [breakable(shown(invoice.bill_to.name)), *_address(invoice.bill_to)],
        "facts": [[str(label), breakable(shown(str(value)))] for label, value in _facts(invoice) if value],
    }


def _facts(invoice: Invoice) -> list[tuple[object, object]]:
    is_sold_to_another = invoice.sold_to != invoice.bill_to
    return [
        (words.INVOICE_DATE, format_date(invoice.issue_date)),
        (words.BILLING_PERIOD, format_period(invoice.period)),
        (words.DUE_DATE, format_date(invoice.due_date)),
        (words.PAYMENT_TERMS, words.days_from_invoice_date(invoice.payment_terms_days)),
        (words.PURCHASE_ORDER, invoice.purchase_order),
        (words.SUBSCRIPTION, invoice.subscription_name),
        (words.OFFER, words.OFFERS.get(invoice.offer, invoice.offer)),
        (words.BILLING_ACCOUNT, invoice.account_name),
        (words.ACCOUNT_ADMINISTRATOR, invoice.account_administrator),
        (words.BILLING_PROFILE, invoice.profile_name),
        (words.SOLD_TO, ", ".join([invoice.sold_to.name, *_address(invoice.sold_to)]) if is_sold_to_another else ""),
        (words.BUYER_VAT_NUMBER, invoice.bill_to.vat_number or invoice.sold_to.vat_number),
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


def _amount_to_pay(invoice: Invoice) -> Sheet:
    payable = Money(invoice.totals.payable, invoice.currency)
    is_due = payable.amount > 0
    instructions = shown_lines(invoice.payment_instructions)
    return {
        "amount_label": str(words.AMOUNT_TO_PAY),
        "amount": format_amount(payable),
        "currency": invoice.currency,
        "due": str(words.pay_by(invoice.due_date) if is_due else words.NOTHING_TO_PAY),
        "change": str(_change(invoice) or ""),
        "pay_heading": str(words.HOW_TO_PAY),
        "pay": [instructions, [str(words.quote_number(shown(invoice.number)))]] if is_due else [],
    }


def _change(invoice: Invoice) -> object:
    before = invoice.previous
    if before is None:
        return None
    difference = EXACT.subtract(invoice.totals.payable, before.payable)
    currency = invoice.currency
    return words.change(Money(difference, currency), Money(before.payable, currency), before.period, before.number)


def _summary(invoice: Invoice) -> Sheet:
    totals, currency = invoice.totals, invoice.currency
    rows = _charges(invoice)
    for allowance in invoice.allowances:
        rows.append((words.ALLOWANCES.get(allowance.reason, words.OTHER_ALLOWANCE), EXACT.minus(allowance.amount), ""))
    groups = [group for group in invoice.tax_groups if group.category != "O" or group.tax]
    if groups:
        rows.append((words.TOTAL_WITHOUT_TAX, totals.without_tax, "sum"))
        rows += [
            (words.tax(format_percent(group.rate), Money(group.taxable, currency)), group.tax, "") for group in groups
        ]
    # where no tax is due, the total with tax is the total without it, and one row says both
    if totals.with_tax != totals.payable:
        rows.append((words.TOTAL_WITH_TAX, totals.with_tax, "sum"))
    rows.append((words.AMOUNT_TO_PAY, totals.payable, "total"))
    return {
        "heading": str(words.SUMMARY),
        "rows": [
            [str(label), _with_minus(format_amount(Money(amount, currency))), kind] for label, amount, kind in rows
        ],
    }


def _with_minus(number: str) -> str:
    """The number with the sign that is as wide as a digit, where the language writes a hyphen."""
    return number.replace("-", "\N{MINUS SIGN}")


def _charges(invoice: Invoice) -> list[tuple[object, Decimal, str]]:
    parts = _parts(invoice)
    if not 0 < len(parts) <= MOST_PARTS_ON_PAGE_ONE:
        sections = len(invoice.sections) if invoice.profile_id else 0
        label = words.charges_of_sections(sections) if sections > 1 else words.CHARGES
        return [(label, invoice.totals.lines, "")]
    rows: list[tuple[object, Decimal, str]] = [(breakable(shown(name)), amount, "") for name, amount in parts]
    return [*rows, (words.CHARGES, invoice.totals.lines, "sum")] if invoice.allowances and len(rows) > 1 else rows


def _parts(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """What the charges are made of: invoice sections if there are several, else service categories."""
    if len(invoice.sections) > 1:
        return [(section.name, section.total) for section in invoice.sections]
    amounts: dict[str, list[Decimal]] = {}
    for line in invoice.lines:
        amounts.setdefault(line.category or str(words.OTHER_SERVICES), []).append(line.amount)
    return [(name, exact_sum(parts)) for name, parts in amounts.items()]


def _notes(invoice: Invoice) -> list[str]:
    notes = [] if invoice.lines else [str(words.NO_USAGE)]
    for group in invoice.tax_groups:
        if group.tax:
            continue
        note = words.TAX_NOTES.get(group.category)
        is_said = note is not None and group.reason.casefold() in note.text.casefold()
        notes.append(_sentences([str(note or ""), "" if is_said else shown(group.reason)]))
    return [note for note in dict.fromkeys(notes) if note]


def _small_print(invoice: Invoice, *, boxes: bool) -> list[list[str]]:
    currency = invoice.currency
    difference = EXACT.subtract(invoice.totals.lines, invoice.totals.unrounded)
    unrounded = Money(invoice.totals.unrounded, currency)
    check = [str(words.DAYS_ARE_UTC)]
    if difference:
        check.append(str(words.rounding(unrounded, Money(difference, currency))))
    if boxes:
        check.append(str(words.BOXES))
    seller, number = invoice.seller, shown(invoice.number)
    ask = (
        words.where_to_ask(shown(seller.email), number)
        if seller.email
        else words.where_to_ask_by_post(shown(seller.name), number)
    )
    about_seller = "\N{NO-BREAK SPACE}· ".join([shown(seller.name), *_numbers(seller)])
    return [[str(words.CHECK_THIS_INVOICE), _sentences(check)], [str(words.QUESTIONS), str(ask), about_seller]]


def _sentences(texts: Iterable[str]) -> str:
    """The texts one after another; Chinese sentences have no blank between them."""
    between = "" if current_language().locale.script == "Hant" else " "
    return between.join(text for text in texts if text)


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
