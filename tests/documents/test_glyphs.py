"""What becomes of characters that the fonts cannot show."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.documents.fonts import FONT_FILES, characters_shown
from kvitto.documents.glyphs import BOX, BREAK, breakable, shown, shown_lines

any_text = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mälardalen & Zürich", "Mälardalen & Zürich"),
        ("晨星數據 にほんご 한국어", "晨星數據 にほんご 한국어"),
        ("cafe\u0301", "café"),
        ("cloud 😀", f"cloud {BOX}"),
        ("مرحبا", BOX * 5),
        ("bell\x07", f"bell{BOX}"),
        ("\u202eevil", f"{BOX}evil"),
        ("\ud83d", BOX),
        ("soft\u00adhyphen\u200bspace\ufe0f", "softhyphenspace"),
        (" two \t lines\r\nand\u00a0more ", "two lines and more"),
        ("", ""),
    ],
)
def test_text_as_it_is_shown(text: str, expected: str) -> None:
    """What the fonts have stays; what they have not is a box; blanks are one blank; what is silent goes."""
    assert shown(text) == expected


@given(any_text)
def test_whatever_comes_in_can_be_shown_and_written(text: str) -> None:
    """Every character of the result has a glyph, and the result is one line that JSON and UTF-8 can hold."""
    result = shown(text)
    assert {ord(character) for character in result} <= characters_shown()
    assert result == " ".join(result.split())
    assert json.loads(json.dumps(result).encode()) == result
    assert shown(result) == result


@given(st.text("ab-/. 晨", max_size=120))
def test_breaks_show_nothing(text: str) -> None:
    """Places to break change nothing but where a line may end, and no piece is longer than a column."""
    assert breakable(text).replace(BREAK, "") == text
    assert all(len(piece) <= 26 for word in breakable(text).split(" ") for piece in word.split(BREAK))


def test_short_words_have_no_breaks() -> None:
    """An ordinary name is copied from the sheet as it is."""
    assert breakable("postgresql-lab/westeurope Standard_D8s_v5") == "postgresql-lab/westeurope Standard_D8s_v5"


def test_lines_of_an_address_stay_lines() -> None:
    """Text of several lines keeps them, without the empty ones."""
    assert shown_lines("Herengracht 401\r\n\n t.a.v. 😀 ") == ["Herengracht 401", f"t.a.v. {BOX}"]


def test_fonts_are_our_own_and_cover_the_five_languages() -> None:
    """The font files come with the program and have what the five languages need, but no emoji."""
    assert all(path.is_file() for path in FONT_FILES)
    assert set(map(ord, "åäöÅÄÖ āčēģīķļņšūž ëïéèÿ ĳ €“”–—−· 帳單繁體中文，。：「」")) <= characters_shown()
    assert ord("😀") not in characters_shown()
