"""Texts made from the columns of a row, as mappings describe them: "{region}/{size}"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<column>[^{}]+)\}|(?P<stray>[{}])|[^{}]+")


class StrayBrace(ValueError):  # noqa: N818 - says what stands in the template
    """A template has a brace without its partner."""


@dataclass(frozen=True)
class RowText:
    """A text made from a row: `parts` are (literal text, False) or (column name, True); `remove` is taken out last."""

    parts: tuple[tuple[str, bool], ...] = ()
    remove: str = ""

    @classmethod
    def of_column(cls, column: str, remove: str = "") -> RowText:
        """The cell of one column."""
        return cls(((column, True),), remove)

    @classmethod
    def of_text(cls, text: str, remove: str = "") -> RowText:
        """The same text for every row."""
        return cls(((text, False),), remove)

    @classmethod
    def of_template(cls, template: str, remove: str = "") -> RowText:
        """Text with column names in braces, {{ and }} for braces themselves. Raises `StrayBrace`."""
        parts = []
        for piece in _PIECE.finditer(template):
            if piece["stray"]:
                raise StrayBrace(template)
            is_column = piece["column"] is not None
            parts.append((piece["column"] if is_column else piece[0].replace("{{", "{").replace("}}", "}"), is_column))
        return cls(tuple(parts), remove)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it needs, in order; a column may stand there twice."""
        return tuple(text for text, is_column in self.parts if is_column)

    def of(self, row: Mapping[str, str]) -> str:
        """The text for this row."""
        text = "".join(row[text] if is_column else text for text, is_column in self.parts)
        return text.replace(self.remove, "") if self.remove else text
