"""The catalogues hold every sentence of the program in every language, and the tool that checks them finds faults."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from kvitto.language import LANGUAGES, Phrase, phrases
from tools.catalogues import LANGUAGES as CATALOGUE_LANGUAGES
from tools.catalogues import faults, message_faults, read_catalogue, sentences, texts

ROOT = Path(__file__).parent.parent


def test_every_sentence_is_translated_into_every_language() -> None:
    """None missing, none left over, none unsure, the same placeholders, every plural form."""
    found = faults()
    assert not found, "\n".join(found[:50])


def test_there_is_a_catalogue_for_each_language_but_english() -> None:
    """The folders are named as the program looks for them."""
    spoken = {language.locale_name.removesuffix("_TW") for language in LANGUAGES.values()}
    assert spoken - {"en_GB"} == set(CATALOGUE_LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "There is no office in {home}. Make one with “kvitto init --home {home}”.",  # phrase(…)
        ("Nothing was changed: the file has {count} mistake.", "Nothing was changed: the file has {count} mistakes."),
        "Port of the portal.",  # translated(…)
        "Skip to the content",  # {% translate %}
        "You are signed in as %(address)s.",  # {% blocktranslate %}
        "Show this message and exit.",  # click's own
    ],
)
def test_sentences_are_found_wherever_they_stand(sentence: str | tuple[str, str]) -> None:
    """Code, pages, and the library that speaks at the command line."""
    assert sentence in {message.id for message in sentences()}


@pytest.mark.parametrize("language", CATALOGUE_LANGUAGES)
def test_translations_keep_the_marks_of_braces_whole(language: str) -> None:
    """A stray brace would break the sentence when it is said."""
    for message in read_catalogue(language):
        for text in filter(None, texts(message.string)):
            assert list(string.Formatter().parse(text)), text


@pytest.mark.parametrize(
    ("identity", "string", "flags", "fault"),
    [
        ("Total", "", (), "not translated"),
        (("{count} day", "{count} days"), ("{count} dag", ""), (), "not translated"),
        (("{count} day", "{count} days"), ("{count} dag",), (), "not translated"),
        ("Total", "Summa", ("fuzzy",), "marked as unsure"),
        ("Pay by {date}", "Betala senast {day}", (), "placeholders differ in “Betala senast {day}”"),
        ("Pay by {date}", "Betala", (), "placeholders differ in “Betala”"),
        ("From %(day)s", "Från %(dag)s", (), "placeholders differ in “Från %(dag)s”"),
        (" and", "och", (), "blanks at the ends differ in “och”"),
        ("Total", "Summa", (), None),
        (("One day", "{count} days"), ("En dag", "{count} dagar"), (), None),
    ],
)
def test_each_kind_of_fault_is_found(
    identity: str | tuple[str, str], string: str | tuple[str, ...], flags: tuple[str, ...], fault: str | None
) -> None:
    """Each row: what is asked for, what the catalogue says, and what is wrong with it."""
    catalogue = Catalog(locale="sv", fuzzy=False)
    message = catalogue.add(identity, string, flags=flags)
    assert next(message_faults(message, catalogue), None) == fault


def test_a_form_for_more_than_one_number_must_name_the_number() -> None:
    """Latvian's first form is said of 1, 21, 31 …, so it may not say “one”."""
    catalogue = Catalog(locale="lv", fuzzy=False)
    message = catalogue.add(("One day", "{count} days"), ("Viena diena", "{count} dienas", "{count} dienu"))
    assert list(message_faults(message, catalogue)) == ["placeholders differ in “Viena diena”"]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 10, 11, 21, 100, 1_000_000])
def test_a_counted_sentence_is_said_in_every_language(code: str, count: int) -> None:
    """Latvian has three forms, Chinese one; the count is always named."""
    sentence: Phrase = phrases("{count} day from the invoice date", "{count} days from the invoice date", count)
    said = sentence.said_in(LANGUAGES[code])
    assert str(count) in re.sub(r"\D", "", said)


def test_an_update_of_up_to_date_catalogues_changes_nothing(tmp_path: Path) -> None:
    """Running the tool twice gives the same bytes, so that a change shows only what changed."""
    script = (
        "import pathlib, sys, shutil; from tools import catalogues as c;"
        "target = pathlib.Path(sys.argv[1]);"
        "shutil.copytree(c.CATALOGUES, target); c.CATALOGUES = target;"
        "c.update_all(); first = [p.read_bytes() for p in sorted(target.rglob('*.po'))];"
        "c.update_all(); second = [p.read_bytes() for p in sorted(target.rglob('*.po'))];"
        "sys.exit(first != second)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "locale")], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
