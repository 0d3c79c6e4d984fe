"""The lines of an invoice as ready words and numbers: by section, then by group.

A group is a service category; of a partner's invoice, whose sections are products, it is a customer. On the invoice of
an enrollment what costs nothing stands last, in a section of its own (agreements.md §6.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from kvitto.agreements.hierarchy import AgreementType
from kvitto.documents import words
from kvitto.documents.glyphs import breakable, shown
from kvitto.documents.line_sums import credit_by_line
from kvitto.invoicing.invoice import Invoice, Line, Section
from kvitto.language import (
    current_language,
    format_amount,
    format_money,
    format_number,
    format_percent,
    format_period,
    unit_name,
)
from kvitto.money import EXACT, Money, exact_sum, plain

NEAR_DECIMALS = 4


@dataclass(frozen=True)
class Placed:
    """A line where it is printed; equal `section` and `group` numbers stand together."""

    section: int
    group: int
    section_name: str
    group_name: str
    line: Line


def placed_lines(invoice: Invoice) -> list[Placed]:
    """All lines in the order they are printed, with the names of their section and group in the current language."""
    is_enrollment = invoice.agreement == AgreementType.EA
    parts = [(section_name(section, invoice), section.lines) for section in invoice.sections]
    if is_enrollment:
        free = tuple(line for line in invoice.lines if not line.amount)
        parts = [(name, tuple(line for line in lines if line.amount)) for name, lines in parts]
        parts.append((str(words.WITHOUT_CHARGE), free))
    placed: list[Placed] = []
    group_number = 0
    for number, (name, lines) in enumerate(parts):
        groups: dict[str, list[Line]] = {}
        for line in lines:
            groups.setdefault(_group_name(line, invoice), []).append(line)
        for group_name, members in groups.items():
            placed += [Placed(number, group_number, name, group_name, line) for line in members]
            group_number += 1
    return placed


def section_name(section: Section, invoice: Invoice) -> str:
    """The section's name; the parts of an enrollment's invoice are called in the current language."""
    if invoice.agreement == AgreementType.EA and section.id in words.ENROLLMENT_SECTIONS:
        return str(words.ENROLLMENT_SECTIONS[section.id])
    return shown(section.name) or str(words.OTHER_SERVICES)


def _group_name(line: Line, invoice: Invoice) -> str:
    name = line.customer_name if invoice.agreement == AgreementType.MPA and line.customer_name else line.category
    return shown(name) or str(words.OTHER_SERVICES)


def sections_of(invoice: Invoice, printed: slice = slice(None)) -> dict[str, Any]:
    """The column heads and the sections, in the current language; of the printed lines, these only.

    A number is [text, its far decimals, [near, far decimals that others have and it has not], 1 if it has no decimal
    sign but others have], so that a column can align at the sign and let the far decimals stand back. A section or a
    group whose lines go on after these has no total.
    """
    lines = invoice.lines
    quantity_decimals = max((_decimals(line.quantity) for line in lines), default=0)
    price_decimals = max((_decimals(line.unit_price) for line in lines), default=0)
    widths = (quantity_decimals, price_decimals)
    exchange = invoice.exchange
    columns = _more_columns(invoice)
    return {
        "heads": {
            "number": str(words.LINE_NUMBER),
            "service": str(words.SERVICE),
            "quantity": str(words.QUANTITY),
            "unit": str(words.UNIT),
            "unit_price": str(words.unit_price_in(exchange.base) if exchange else words.UNIT_PRICE),
            "amount": str(words.amount_in(invoice.currency)),
        },
        "more": [{"head": column.head, "widest": column.widest(lines)} for column in columns],
        "decimal_sign": _decimal_sign(),
        "extent": _extent(invoice, widths),
        "sections": _sections(invoice, printed, widths, columns),
    }


@dataclass(frozen=True)
class _Column:
    """A column after the amounts: its head, what stands in it for one line, and below several."""

    head: str
    of_line: Callable[[Line], str]
    of_total: Callable[[Sequence[Line]], str]

    def widest(self, lines: Sequence[Line]) -> str:
        return max((*map(self.of_line, lines), self.of_total(lines)), key=len)


def _more_columns(invoice: Invoice) -> list[_Column]:
    """Credit, where a line has some; the tax rate, where lines know theirs and the agreement's invoice shows it."""
    credits_ = credit_by_line(invoice)

    def credit(lines: Sequence[Line]) -> str:
        amount = exact_sum(credits_.get(line.number, Decimal(0)) for line in lines)
        return with_minus(format_amount(Money(EXACT.minus(amount), invoice.currency))) if amount else ""

    columns = []
    if credits_:
        head = words.PREPAYMENT_USED if invoice.agreement == AgreementType.EA else words.CREDIT
        columns.append(_Column(str(head), lambda line: credit([line]), credit))
    knows_rates = any(line.tax_category not in {"", "O"} for line in invoice.lines)
    if knows_rates and (invoice.agreement != AgreementType.MOSP or len(invoice.tax_groups) > 1):
        columns.append(_Column(str(words.TAX_RATE), lambda line: format_percent(line.tax_rate), lambda _lines: ""))
    return columns


def with_minus(number: str) -> str:
    """The number with the sign that is as wide as a digit, where the language writes a hyphen."""
    return number.replace("-", "\N{MINUS SIGN}")


def _extent(invoice: Invoice, widths: tuple[int, int]) -> dict[str, Any]:
    """What is widest in each column; of numbers, how many characters near the decimal sign and how many far from it."""
    lines = invoice.lines
    amounts = (invoice.totals.lines, *(line.amount for line in lines))
    return {
        "number": str(max((line.number for line in lines), default=0)),
        "quantity": _widest_number([line.quantity for line in lines], widths[0]),
        "units": sorted({shown(unit_name(line.unit)) for line in lines}, key=len)[-20:],
        "unit_price": _widest_number([line.unit_price for line in lines], widths[1]),
        "amount": max((format_amount(Money(amount, invoice.currency)) for amount in amounts), key=len),
        "under": max((_priced(line, invoice) for line in lines), key=len, default=""),
    }


def _widest_number(values: Sequence[Decimal], decimals: int) -> list[int]:
    whole = max((len(format_number(Decimal(int(value)))) for value in values), default=0)
    near = min(decimals, NEAR_DECIMALS)
    return [whole + near + int(bool(decimals)), max(0, decimals - NEAR_DECIMALS)]


def _sections(
    invoice: Invoice, printed: slice, widths: tuple[int, int], columns: Sequence[_Column]
) -> list[dict[str, Any]]:
    everything = placed_lines(invoice)
    following = dict(enumerate(everything[1:]))
    numbered = list(enumerate(everything))[printed]
    by_section = {section: list(found) for section, found in groupby(everything, key=lambda one: one.section)}
    sections = []
    for section, found in groupby(numbered, key=lambda one: one[1].section):
        placed = list(found)
        last = placed[-1][0]
        is_whole = last not in following or following[last].section != section
        whole = by_section[section]
        sections.append(
            {
                "name": breakable(whole[0].section_name),
                **_total(whole[0].section_name if is_whole else "", whole, invoice, columns),
                "groups": _groups(placed, whole, invoice, widths, columns),
            }
        )
    return sections


def _groups(
    placed: Sequence[tuple[int, Placed]],
    section: Sequence[Placed],
    invoice: Invoice,
    widths: tuple[int, int],
    columns: Sequence[_Column],
) -> list[dict[str, Any]]:
    by_group = {group: list(found) for group, found in groupby(section, key=lambda one: one.group)}
    names = {one.line.subscription_name for one in section}
    is_named = invoice.agreement != AgreementType.MOSP and (len(names) > 1 or names != {section[0].section_name})
    groups = []
    for group, found in groupby(placed, key=lambda one: one[1].group):
        here = [one for _number, one in found]
        whole = by_group[group]
        has_total = len(by_group) > 1 and here[-1] is whole[-1]
        lines = [_line(one.line, invoice, widths, columns, subscription=is_named) for one in here]
        name = here[0].group_name
        groups.append({"name": name, **_total(name if has_total else "", whole, invoice, columns), "lines": lines})
    return groups


def _total(name: str, placed: Sequence[Placed], invoice: Invoice, columns: Sequence[_Column]) -> dict[str, Any]:
    """The words of a total row; without a name there is none."""
    if not name:
        return {"total_label": "", "total": "", "total_more": []}
    lines = [one.line for one in placed]
    amount = Money(exact_sum(line.amount for line in lines), invoice.currency)
    return {
        "total_label": str(words.total_of(name)),
        "total": with_minus(format_amount(amount)),
        "total_more": [column.of_total(lines) for column in columns],
    }


def _line(
    line: Line, invoice: Invoice, widths: tuple[int, int], columns: Sequence[_Column], *, subscription: bool
) -> dict[str, Any]:
    unit = shown(unit_name(line.unit))
    corrects = line.corrects
    is_other_period = line.service_period != invoice.period and corrects is None
    details = (
        shown(line.region),
        shown(line.subscription_name) if subscription else "",
        str(words.tier_from(line.tier_from)) if line.tier_from else "",
        format_period(line.service_period) if is_other_period else "",
        str(words.correction_of(corrects.period, shown(corrects.invoice_number), corrects.cause)) if corrects else "",
    )
    return {
        "number": str(line.number),
        "service": breakable(shown(line.meter_name or line.meter)),
        "details": [breakable(detail) for detail in details if detail],
        "quantity": _aligned(line.quantity, widths[0]),
        "unit": breakable(unit),
        "unit_price": _aligned(line.unit_price, widths[1]),
        "amount": with_minus(format_amount(Money(line.amount, invoice.currency))),
        "under": _priced(line, invoice),
        "more": [column.of_line(line) for column in columns],
    }


def _priced(line: Line, invoice: Invoice) -> str:
    """The amount in the currency of the prices, where the invoice is in another."""
    if line.priced_amount is None or invoice.exchange is None:
        return ""
    return with_minus(format_money(Money(line.priced_amount, invoice.exchange.base)))


def _aligned(value: Decimal, decimals: int) -> list[Any]:
    text, own = format_number(value), _decimals(value)
    far = max(0, own - NEAR_DECIMALS)
    near_missing = min(decimals, NEAR_DECIMALS) - (own - far)
    far_missing = max(0, decimals - NEAR_DECIMALS) - far
    return [
        text[: len(text) - far],
        text[len(text) - far :],
        [near_missing, far_missing],
        int(bool(decimals) and not own),
    ]


def _decimals(value: Decimal) -> int:
    _whole, _point, decimals = plain(value).partition(".")
    return len(decimals)


def _decimal_sign() -> str:
    return str(current_language().locale.number_symbols["latn"]["decimal"])
