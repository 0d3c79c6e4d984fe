"""Page 1's summary in ready words and numbers: from the charges to the amount to pay, and what the law wants said.

A pay-as-you-go invoice uses the words of its published form (invoices.md §6): usage charges, discounts, adjustments,
subtotal, grand total, and before them what became of the period before. The others say charges, credit by its source,
total without and with tax.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from kvitto.agreements.credit_lots import LotSource
from kvitto.agreements.hierarchy import AgreementType
from kvitto.documents import words
from kvitto.documents.glyphs import breakable, shown
from kvitto.documents.sheet_lines import section_name, with_minus
from kvitto.invoicing.invoice import Allowance, DocumentType, Invoice, Prepayment, TaxGroup
from kvitto.language import current_language, format_amount, format_percent
from kvitto.money import EXACT, Money, exact_sum

MOST_PARTS_ON_PAGE_ONE = 8
_MOST_ROWS_ON_PAGE_ONE = 15  # of all tables, so that page 1 stays one page
_OUTSIDE_TAX = "O"
_DISCOUNTS = frozenset((LotSource.SERVICE_CREDIT.value, LotSource.PROMOTIONAL.value))


@dataclass(frozen=True)
class SummaryRow:
    """A row of the summary; `kind` is "sum" or "total" where a rule stands above it.

    `group`: of a tax row, the tax group it is about.
    """

    label: object
    amount: Decimal
    kind: str = ""
    group: TaxGroup | None = None


def summary_of(invoice: Invoice) -> dict[str, Any]:
    """The tables of page 1, and the notes below them."""
    return {
        "balance": _balance(invoice),
        "summary": {"heading": str(words.SUMMARY), "rows": _shown(summary_rows(invoice), invoice)},
        "notes": notes_of(invoice),
    }


def amount_label(invoice: Invoice) -> str:
    """What the one number of the document is called."""
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    return str(words.AMOUNT_GIVEN_BACK if is_credit_note else words.AMOUNT_TO_PAY)


def deduction_name(deduction: Allowance | Prepayment) -> object:
    """What a deduction or prepaid amount is called, with the purchase order of its credit."""
    code = deduction.reason if isinstance(deduction, Allowance) else deduction.source
    name = words.ALLOWANCES.get(code, words.OTHER_ALLOWANCE)
    return words.with_order(name, shown(deduction.purchase_order)) if deduction.purchase_order else name


def tax_groups_shown(invoice: Invoice) -> list[TaxGroup]:
    """The tax groups that have a row: what is outside the scope of tax has none."""
    return [group for group in invoice.tax_groups if group.category != _OUTSIDE_TAX or group.tax]


def tax_note(group: TaxGroup) -> str:
    """The legal reason for a group without tax; a reason that only repeats the note is said once."""
    if group.tax:
        return ""
    note = words.TAX_NOTES.get(group.category)
    is_said = note is not None and group.reason.casefold() in note.text.casefold()
    return sentences([str(note or ""), "" if is_said else shown(group.reason)])


def accounting_tax_note(invoice: Invoice) -> object:
    """The tax in the seller's accounting currency, with its rate, source and date; None if there is none."""
    tax = invoice.accounting_tax
    if tax is None:
        return None
    rate = tax.rate
    # the rate may be quoted either way round; the tax is in the currency that is not the invoice's
    currency = rate.quote if rate.base == invoice.currency else rate.base
    one, worth = Money(Decimal(1), rate.base), Money(rate.rate, rate.quote)
    return words.accounting_tax(Money(tax.tax, currency), one, worth, shown(rate.source), rate.quoted_on)


def sentences(texts: Iterable[str]) -> str:
    """The texts one after another; Chinese sentences have no blank between them."""
    between = "" if current_language().locale.script == "Hant" else " "
    return between.join(text for text in texts if text)


def parts_of(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """What the charges are made of: sections if there are several, else service categories."""
    if len(invoice.sections) > 1:
        return [(section_name(section, invoice), section.total) for section in invoice.sections]
    amounts: dict[str, list[Decimal]] = {}
    for line in invoice.lines:
        amounts.setdefault(shown(line.category) or str(words.OTHER_SERVICES), []).append(line.amount)
    return [(name, exact_sum(parts)) for name, parts in amounts.items()]


def balance_rows(invoice: Invoice) -> list[SummaryRow]:
    """What became of the period before, where the facts say it; see `words.BALANCE_IS_APART`."""
    balance = invoice.balance
    if balance is None:
        return []
    return [
        SummaryRow(words.PREVIOUS_BALANCE, balance.previous),
        SummaryRow(words.PAYMENTS, EXACT.minus(balance.settled)),
        SummaryRow(words.OUTSTANDING_BALANCE, balance.outstanding, "sum"),
    ]


def _balance(invoice: Invoice) -> dict[str, Any]:
    rows = balance_rows(invoice)
    if not rows:
        return {}
    note = str(words.BALANCE_IS_APART) if rows[-1].amount else ""
    return {"heading": str(words.PREVIOUS_CHARGES), "rows": _shown(rows, invoice), "note": note}


def summary_rows(invoice: Invoice, *, by_part: bool = True) -> list[SummaryRow]:
    """The rows from the charges, by part if they are few, to the amount to pay, or that is given back."""
    totals, currency = invoice.totals, invoice.currency
    is_mosp = invoice.agreement == AgreementType.MOSP
    rows = _charges(invoice, by_part=by_part)
    rows += [
        SummaryRow(_allowance_label(allowance, invoice), EXACT.minus(allowance.amount))
        for allowance in _by_use(invoice)
    ]
    groups = tax_groups_shown(invoice)
    if groups:
        rows.append(
            SummaryRow(words.SUBTOTAL_WITHOUT_TAX if is_mosp else words.TOTAL_WITHOUT_TAX, totals.without_tax, "sum")
        )
        rows += [
            SummaryRow(words.tax(format_percent(group.rate), Money(group.taxable, currency)), group.tax, group=group)
            for group in groups
        ]
    # where nothing stands between the two, the total with tax is the amount to pay, and one row says both
    if totals.with_tax != totals.payable or (is_mosp and groups):
        rows.append(SummaryRow(words.GRAND_TOTAL_WITH_TAX if is_mosp else words.TOTAL_WITH_TAX, totals.with_tax, "sum"))
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    paid_how = words.given_back_to if is_credit_note else words.paid_from
    rows += [SummaryRow(paid_how(deduction_name(paid)), EXACT.minus(paid.amount)) for paid in invoice.prepayments]
    if totals.rounding:
        rows.append(SummaryRow(words.ROUNDING_OF_PAYABLE, totals.rounding))
    return [*rows, SummaryRow(amount_label(invoice), totals.payable, "total")]


def _charges(invoice: Invoice, *, by_part: bool) -> list[SummaryRow]:
    parts = parts_of(invoice)
    label = words.USAGE_CHARGES if _is_usage(invoice) else words.CHARGES
    if not by_part:
        return [SummaryRow(label, invoice.totals.lines)]
    others = 4 + len(invoice.allowances) + len(invoice.tax_groups) + len(invoice.prepayments)
    others += (5 if invoice.balance else 0) + (4 if invoice.ship_to or invoice.end_customer else 0)
    if not 0 < len(parts) <= min(MOST_PARTS_ON_PAGE_ONE, max(3, _MOST_ROWS_ON_PAGE_ONE - others)):
        sections = len(invoice.sections) if invoice.agreement != AgreementType.MOSP else 0
        return [SummaryRow(words.charges_of_sections(sections) if sections > 1 else label, invoice.totals.lines)]
    rows = [SummaryRow(breakable(name), amount) for name, amount in parts]
    return [*rows, SummaryRow(label, invoice.totals.lines, "sum")] if invoice.allowances and len(rows) > 1 else rows


def _is_usage(invoice: Invoice) -> bool:
    return invoice.agreement == AgreementType.MOSP and invoice.kind not in words.KINDS


def _by_use(invoice: Invoice) -> list[Allowance]:
    """Discounts before adjustments, each in the order they were taken; one credit in several tax groups is one row."""
    together: dict[tuple[str, str, str], Allowance] = {}
    for one in invoice.allowances:
        key = (one.reason, one.lot_id, one.purchase_order)
        before = together.get(key)
        together[key] = replace(one, amount=EXACT.add(before.amount, one.amount)) if before else one
    return sorted(together.values(), key=lambda allowance: allowance.reason not in _DISCOUNTS)


def _allowance_label(allowance: Allowance, invoice: Invoice) -> object:
    name = deduction_name(allowance)
    if invoice.agreement != AgreementType.MOSP:
        return name
    return words.discount(name) if allowance.reason in _DISCOUNTS else words.adjustment(name)


def notes_of(invoice: Invoice) -> list[str]:
    """The sentences below the summary: legal reasons for groups without tax, and the tax in another currency."""
    notes = [] if invoice.lines else [str(words.NO_USAGE)]
    untaxed = [(group, tax_note(group)) for group in invoice.tax_groups]
    said = [(group, note) for group, note in untaxed if note]
    for group, note in said:
        taxable = Money(group.taxable, invoice.currency)
        is_one_of_several = len(invoice.tax_groups) > 1
        rate = format_percent(group.rate)
        notes.append(str(words.note_on(rate, taxable, note)) if is_one_of_several else note)
    notes.append(str(accounting_tax_note(invoice) or ""))
    return [note for note in dict.fromkeys(notes) if note]


def _shown(rows: Iterable[SummaryRow], invoice: Invoice) -> list[list[str]]:
    currency = invoice.currency
    return [[str(row.label), with_minus(format_amount(Money(row.amount, currency))), row.kind] for row in rows]
