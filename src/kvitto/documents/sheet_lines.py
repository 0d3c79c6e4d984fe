"""The lines of an invoice as ready words and numbers: by section, then by service category."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from kvitto.documents import words
from kvitto.documents.glyphs import breakable, shown
from kvitto.invoicing.invoice import Invoice, Line, Section
from kvitto.language import current_language, format_amount, format_number, format_period, unit_name
from kvitto.money import Money, exact_sum, plain

NEAR_DECIMALS = 4


def sections_of(invoice: Invoice) -> dict[str, Any]:
    """The column heads and the sections, in the current language.

    A number is [text, its far decimals, [near, far decimals that others have and it has not], 1 if it has no decimal
    sign but others have], so that a column can align at the sign and let the far decimals stand back.
    """
    lines = invoice.lines
    quantity_decimals = max((_decimals(line.quantity) for line in lines), default=0)
    price_decimals = max((_decimals(line.unit_price) for line in lines), default=0)
    widths = (quantity_decimals, price_decimals)
    return {
        "heads": {
            "number": str(words.LINE_NUMBER),
            "service": str(words.SERVICE),
            "quantity": str(words.QUANTITY),
            "unit": str(words.UNIT),
            "unit_price": str(words.UNIT_PRICE),
            "amount": str(words.amount_in(invoice.currency)),
        },
        "decimal_sign": _decimal_sign(),
        "extent": _extent(invoice, widths),
        "sections": [_section(section, invoice, widths) for section in invoice.sections if section.lines],
    }


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
    }


def _widest_number(values: Sequence[Decimal], decimals: int) -> list[int]:
    whole = max((len(format_number(Decimal(int(value)))) for value in values), default=0)
    near = min(decimals, NEAR_DECIMALS)
    return [whole + near + int(bool(decimals)), max(0, decimals - NEAR_DECIMALS)]


def _section(section: Section, invoice: Invoice, widths: tuple[int, int]) -> dict[str, Any]:
    names = {line.subscription_name for line in section.lines}
    by_category: dict[str, list[Line]] = {}
    for line in section.lines:
        by_category.setdefault(line.category, []).append(line)
    groups = list(by_category.values())
    shows_subscription = bool(invoice.profile_id) and (len(names) > 1 or names != {section.name})
    return {
        "name": breakable(shown(section.name)),
        "total_label": str(words.total_of(shown(section.name))),
        "total": format_amount(Money(section.total, invoice.currency)),
        "groups": [
            _group(group, invoice, widths, subscription=shows_subscription, subtotal=len(groups) > 1)
            for group in groups
        ],
    }


def _group(
    lines: Sequence[Line], invoice: Invoice, widths: tuple[int, int], *, subscription: bool, subtotal: bool
) -> dict[str, Any]:
    name = shown(lines[0].category) or str(words.OTHER_SERVICES)
    amount = Money(exact_sum(line.amount for line in lines), invoice.currency)
    return {
        "name": name,
        "total_label": str(words.total_of(name)) if subtotal else "",
        "total": format_amount(amount) if subtotal else "",
        "lines": [_line(line, invoice, widths, subscription=subscription) for line in lines],
    }


def _line(line: Line, invoice: Invoice, widths: tuple[int, int], *, subscription: bool) -> dict[str, Any]:
    unit = shown(unit_name(line.unit))
    details = (
        shown(line.region),
        shown(line.subscription_name) if subscription else "",
        str(words.tier_from(line.tier_from)) if line.tier_from else "",
        format_period(line.service_period) if line.service_period != invoice.period else "",
    )
    return {
        "number": str(line.number),
        "service": breakable(shown(line.meter_name or line.meter)),
        "details": [breakable(detail) for detail in details if detail],
        "quantity": _aligned(line.quantity, widths[0]),
        "unit": breakable(unit),
        "unit_price": _aligned(line.unit_price, widths[1]),
        "amount": format_amount(Money(line.amount, invoice.currency)),
    }


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
