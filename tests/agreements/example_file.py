"""The example of docs/agreements.md, for tests to read and to spoil."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "agreements.md"
EXAMPLE = PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]


def example(*changes: tuple[str, str]) -> str:
    """The example with some of its text replaced; every text must be there."""
    text = EXAMPLE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def written(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "agreements.toml"
    path.write_text(text, encoding="utf-8")
    return path
