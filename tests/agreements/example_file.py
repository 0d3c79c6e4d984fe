"""The examples of docs/agreements.md, for tests to read and to spoil."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "agreements.md"
_BLOCKS = [block.split("```")[0] for block in PAGE.read_text(encoding="utf-8").split("```toml\n")[1:]]
EXAMPLE = _BLOCKS[0]
HEAD = EXAMPLE[: EXAMPLE.index("[[mosp_accounts]]")]  # the seller and the people
ENTERPRISE, PARTNER, CREDIT = (HEAD + block for block in (_BLOCKS[1], _BLOCKS[2], _BLOCKS[4]))
SELLER = _BLOCKS[3] + HEAD[HEAD.index("[[people]]") :]
ALL = EXAMPLE + _BLOCKS[1] + _BLOCKS[2] + _BLOCKS[4]


def example(*changes: tuple[str, str]) -> str:
    """The example with some of its text replaced; every text must be there."""
    return changed(EXAMPLE, *changes)


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A text with some of it replaced; every part must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def written(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "agreements.toml"
    path.write_text(text, encoding="utf-8")
    return path
