"""The totals by part that stand before the lines, and what stands after them, in ready words and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from kvitto.agreements.hierarchy import AgreementType
from kvitto.documents import words
from kvitto.documents.glyphs import breakable, shown
from kvitto.documents.line_sums import Sums, sum_of, sums_by_line
from kvitto.documents.sheet_lines import section_name, with_minus
from kvitto.invoicing.invoice import Invoice, Line
from kvitto.language import format_amount
from kvitto.money import EXACT, Money

MOST_LINES_OF_A_PUBLISHER = 12
_PARTS = {
    AgreementType.MCA.value: (words.BY_SECTION, words.INVOICE_SECTION, words.CREDIT),
    AgreementType.EA.value: (words.BY_KIND_OF_CHARGE, words.KIND_OF_CHARGE, words.PREPAYMENT_USED),
    AgreementType.MPA.value: (words.BY_PRODUCT, words.PRODUCT, words.CREDIT),
}


def totals_by_section(invoice: Invoice) -> list[dict[str, Any]]:
    """Each section with Total = Charges − Credit + Tax; none for MOSP, and where lines do not know their tax group."""
    if invoice.agreement not in _PARTS or not any(line.tax_category for line in invoice.lines):
        return []
    heading, part, credit = _PARTS[invoice.agreement]
    parts = [(section_name(section, invoice), section.lines) for section in invoice.sections]
    return [_table(invoice, heading, part, credit, parts)]


def totals_by_family(invoice: Invoice) -> list[dict[str, Any]]:
    """Each product family of the invoice with its totals, by name: the body of an enrollment's summary."""
    families: dict[str, list[Line]] = {}
    for line in invoice.lines:
        families.setdefault(shown(line.category) or str(words.OTHER_SERVICES), []).append(line)
    parts = sorted(families.items())
    return [_table(invoice, words.BY_PRODUCT_FAMILY, words.PRODUCT_FAMILY, words.PREPAYMENT_USED, parts)]


def ending_of(invoice: Invoice) -> list[dict[str, Any]]:
    """What stands after the lines: publishers, and the exchange rate of a partner's prices."""
    blocks = []
    publishers = _publishers(invoice)
    if publishers:
        blocks.append({"heading": str(words.PUBLISHERS), "lines": publishers})
    rate = invoice.exchange
    if rate:
        one, worth = Money(Decimal(1), rate.base), Money(rate.rate, rate.quote)
        said = words.exchange_rate(one, worth, shown(rate.source), rate.quoted_on)
        blocks.append({"heading": str(words.EXCHANGE_RATE), "lines": [str(said)]})
    return blocks


def _publishers(invoice: Invoice) -> list[str]:
    numbers: dict[str, list[int]] = {}
    for line in invoice.lines:
        if line.publisher:
            numbers.setdefault(shown(line.publisher), []).append(line.number)
    return [
        str(words.sold_by(publisher, _listed(numbers[publisher]), len(numbers[publisher])))
        for publisher in sorted(numbers)
    ]


def _listed(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:MOST_LINES_OF_A_PUBLISHER]))
    more = len(numbers) - MOST_LINES_OF_A_PUBLISHER
    return str(words.more_lines(named, more)) if more > 0 else named


def _table(
    invoice: Invoice, heading: object, part: object, credit: object, parts: Iterable[tuple[str, Sequence[Line]]]
) -> dict[str, Any]:
    by_line = sums_by_line(invoice)
    rows = [(name, sum_of(lines, by_line)) for name, lines in parts]
    has_credit = any(sums.credit for _name, sums in rows)
    total = sum_of(invoice.lines, by_line)

    def numbers(sums: Sums) -> list[str]:
        amounts = (sums.charges, *([EXACT.minus(sums.credit)] if has_credit else []), sums.tax, sums.total)
        return [with_minus(format_amount(Money(amount, invoice.currency))) for amount in amounts]

    return {
        "heading": str(heading),
        "heads": [
            str(part), str(words.CHARGES), *([str(credit)] if has_credit else []), str(words.TAX), str(words.TOTAL)
        ],
        "rows": [[breakable(name), *numbers(sums)] for name, sums in rows],
        "total": [str(words.TOTAL), *numbers(total)],
    }  # fmt: skip
