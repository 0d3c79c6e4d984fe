"""Text as the fonts can show it: what they cannot show is replaced by a visible box, so that no name stops a sheet."""

from __future__ import annotations

import unicodedata

from kvitto.documents.fonts import characters_shown

BOX = "\N{WHITE SQUARE}"
BREAK = "\N{ZERO WIDTH SPACE}"

# Joiners, variation selectors and soft hyphens only modify their neighbours; without them nothing visible is lost.
_SILENT = frozenset(
    (0x00AD, 0x034F, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
_LONGEST_WORD = 26
_BREAKS_AFTER = frozenset("-_/.:,;@+&=")


def shown(text: str) -> str:
    """The text on one line, composed (NFC), with `BOX` for each character that no font of ours has.

    Control characters and those that turn the direction of writing become boxes too; line breaks and tabs become
    blanks.
    """
    blank = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(_character(character) for character in blank if ord(character) not in _SILENT)


def shown_lines(text: str) -> list[str]:
    """Each line of the text as `shown`, without the empty ones."""
    return [line for line in map(shown, text.splitlines()) if line]


def breakable(text: str) -> str:
    """The text with places to break inside words that are too long for a column; such a break shows nothing."""
    return " ".join(_with_breaks(word) if len(word) > _LONGEST_WORD else word for word in text.split(" "))


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn"} or ord(character) not in characters_shown():
        return BOX
    return character


def _with_breaks(word: str) -> str:
    pieces, length = [], 0
    for character in word:
        pieces.append(character)
        length += 1
        if length >= _LONGEST_WORD or (character in _BREAKS_AFTER and length > 1):
            pieces.append(BREAK)
            length = 0
    return "".join(pieces).removesuffix(BREAK)
