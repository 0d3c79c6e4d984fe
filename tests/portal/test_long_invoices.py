"""A very long invoice in pages: every line stands on one of them, and a section's total after its last line."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kvitto.language import phrase
from kvitto.money import Money
from kvitto.portal.invoice_sheet import Sheet, SheetSection, lines_between


def _sheet(sizes: list[int]) -> Sheet:
    """As far as pages look at it; a line is its position."""
    sections, before = [], 0
    for number, size in enumerate(sizes):
        lines: Any = tuple(range(before, before + size))
        sections.append(SheetSection(str(number), lines, phrase("Total"), Money(Decimal(0), "EUR"), None))
        before += size
    return cast("Sheet", SimpleNamespace(sections=tuple(sections)))


@given(sizes=some.lists(some.integers(0, 12), max_size=8), rows=some.integers(1, 10))
def test_all_pages_together_are_the_invoice(sizes: list[int], rows: int) -> None:
    """No line twice, none left out, in their order; each section ends once."""
    sheet, count = _sheet(sizes), sum(sizes)
    pages = [lines_between(sheet, first, min(count, first + rows)) for first in range(0, count, rows)]
    found: list[Any] = [line for page in pages for section in page for line in section.lines]
    assert found == list(range(count))
    if count:
        assert [section.name for page in pages for section in page if section.ends] == [
            str(n) for n in range(len(sizes))
        ]


@pytest.mark.parametrize("rows", [3, 500])
def test_a_page_has_no_more_lines_than_it_may(rows: int) -> None:
    """However the sections are cut."""
    sheet = _sheet([1, 700, 0, 4])
    page = lines_between(sheet, 0, rows)
    assert sum(len(section.lines) for section in page) == rows
    assert [section.ends for section in page] == [True, False]
