"""Texts made from the columns of a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.row_text import RowText, StrayBrace

ROW = {"region": "eastus", "size": "Standard_D8s", "a b": "x"}


@pytest.mark.parametrize(
    ("made", "text", "columns"),
    [
        (RowText.of_column("region"), "eastus", ("region",)),
        (RowText.of_text("{region}"), "{region}", ()),
        (RowText.of_template("{region}/{size}"), "eastus/Standard_D8s", ("region", "size")),
        (RowText.of_template("{region}/{size}", remove="Standard_"), "eastus/D8s", ("region", "size")),
        (RowText.of_template("{a b}{a b}"), "xx", ("a b", "a b")),
        (RowText.of_template("{{{region}}}"), "{eastus}", ("region",)),
        (RowText(), "", ()),
    ],
)
def test_a_row_gives_its_text(made: RowText, text: str, columns: tuple[str, ...]) -> None:
    """Columns in braces, doubled braces as text, and what is to be removed taken out last."""
    assert made.of(ROW) == text
    assert made.columns == columns


@pytest.mark.parametrize("template", ["{region", "region}", "{}", "a{b{c}"])
def test_a_brace_needs_its_partner(template: str) -> None:
    """A template that was meant otherwise is not guessed at."""
    with pytest.raises(StrayBrace):
        RowText.of_template(template)


@given(st.text())
def test_any_text_can_be_written_as_a_template(text: str) -> None:
    """With its braces doubled it stands for itself."""
    assert RowText.of_template(text.replace("{", "{{").replace("}", "}}")).of({}) == text
