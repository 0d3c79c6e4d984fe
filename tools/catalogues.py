"""The catalogues of translations: what is written in them, and what is made from them.

    python tools/catalogues.py update     find every sentence in the code and pages, and put it into each catalogue
    python tools/catalogues.py compile    make the .mo files that the program reads, where a .po is newer
    python tools/catalogues.py check      fail if a catalogue misses a sentence or a translation

A catalogue is `src/kvitto/locale/<language>/LC_MESSAGES/django.po`. English is in the code itself.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "kvitto"
CATALOGUES = PACKAGE / "locale"
LANGUAGES = {"sv": "Swedish", "lv": "Latvian", "nl": "Dutch", "zh_Hant": "Traditional Chinese"}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "phrase": None,
    "phrases": (1, 2),
    "translated": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "_": None,
}
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|%[sd]")
# the parts of click that speak to a person at the terminal
CLICK_FILES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
# the header lines that mean something to a reader
HEADER = (b"Project-Id-Version", b"Language:", b"Plural-Forms", b"MIME-Version", b"Content-")
FAULTS_SHOWN = 40


def main(chore: str) -> None:
    """Do one chore; leave with a list of faults if the catalogues are not as they must be."""
    if chore == "compile":
        compile_all()
    elif chore == "update":
        update_all()
    elif chore == "check":
        found = faults()
        if found:
            shown = [
                *found[:FAULTS_SHOWN],
                *([f"… and {len(found) - FAULTS_SHOWN} more"] * (len(found) > FAULTS_SHOWN)),
            ]
            sys.exit("\n".join([*shown, "“make messages” brings the catalogues up to date; then translate."]))
    else:
        sys.exit(__doc__)


def sentences() -> Catalog:
    """Every sentence of the code, the pages and the command line's library, with the files it stands in."""
    found = Catalog(fuzzy=False)
    for path, source, method in sources():
        for _line, message, _comments, context in extract(method, io.BytesIO(source), keywords=KEYWORDS):
            found.add(message, locations=[(path, 0)], context=context)
    return found


def sources() -> Iterator[tuple[str, bytes, str]]:
    """The name, the text and the kind of every file that may hold sentences, in a steady order."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_bytes(), "python"
    if not settings.configured:
        settings.configure()
        django.setup()
    for path in sorted((*PACKAGE.rglob("templates/**/*.html"), *PACKAGE.rglob("templates/**/*.txt"))):
        name = path.relative_to(PACKAGE).as_posix()
        yield name, templatize(path.read_text("utf-8"), origin=name).encode(), "python"
    for name in CLICK_FILES:
        yield f"click/{name}.py", (Path(click.__file__).parent / f"{name}.py").read_bytes(), "python"


def catalogue_file(language: str) -> Path:
    """Where a language's catalogue is kept."""
    return CATALOGUES / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    """A language's catalogue as it is kept, or an empty one."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def update_all() -> None:
    """Put every sentence into each catalogue, keep its translations, and drop what no longer exists."""
    wanted = sentences()
    for language, name in LANGUAGES.items():
        catalogue = read_catalogue(language)
        catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.header_comment = f"# Kvitto in {name}."
        catalogue.project, catalogue.version = "Kvitto", ""
        catalogue_file(language).parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        write_po(written, catalogue, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
        replace(catalogue_file(language), without_dates(written.getvalue()))
        missing = sum(1 for message in catalogue if message.id and not is_translated(message, catalogue.num_plurals))
        print(f"{name}: {len(catalogue)} sentences, {missing} to translate")


def without_dates(content: bytes) -> bytes:
    """The catalogue without the lines of its header that change with every run or say nothing."""
    header, blank, rest = content.partition(b"\n\n")
    kept = [line for line in header.split(b"\n") if not line.startswith(b'"') or line[1:].startswith(HEADER)]
    return b"\n".join(kept) + blank + rest


def compile_all() -> None:
    """Make each .mo file that is older than its .po file."""
    for language in LANGUAGES:
        source = catalogue_file(language)
        compiled = source.with_suffix(".mo")
        if not source.exists() or (compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns):
            continue
        written = io.BytesIO()
        write_mo(written, read_catalogue(language))
        replace(compiled, written.getvalue())


def replace(path: Path, content: bytes) -> None:
    """Write the whole file or nothing, whoever reads it meanwhile."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(path)


def faults() -> list[str]:
    """What is wrong in the catalogues, one sentence each: a sentence missing or left over, untranslated or unsure."""
    wanted = {message.id for message in sentences() if message.id}
    found = []
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        kept = {message.id for message in catalogue if message.id}
        found += [f"{language}: missing: {text}" for text in sorted(map(str, wanted - kept))]
        found += [f"{language}: no longer in the code: {text}" for text in sorted(map(str, kept - wanted))]
        for message in catalogue:
            if message.id:
                found += [f"{language}: {fault}: {message.id}" for fault in message_faults(message, catalogue)]
    return found


def message_faults(message: Message, catalogue: Catalog) -> Iterator[str]:
    """What is wrong with one translation."""
    if not is_translated(message, catalogue.num_plurals):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked as unsure"
    singular, *plural = texts(message.id)
    for form, text in enumerate(texts(message.string)):
        # Only where there are two forms is the first one for the number 1 alone: Latvian's is also for 21, 31 …
        original = singular if not plural or (form == 0 and catalogue.num_plurals == len(message.id)) else plural[0]
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(original)):
            yield f"placeholders differ in “{text}”"
        if text[:1].isspace() != singular[:1].isspace() or text[-1:].isspace() != singular[-1:].isspace():
            yield f"blanks at the ends differ in “{text}”"


def is_translated(message: Message, plurals: int) -> bool:
    """True if every form the language needs is there."""
    forms = texts(message.string)
    return all(forms) and len(forms) == (plurals if message.pluralizable else 1)


def texts(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """One text or several forms, as a list; a single empty text for nothing."""
    return list(value) if isinstance(value, tuple | list) else [value or ""]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
