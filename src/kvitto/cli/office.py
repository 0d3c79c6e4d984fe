"""What every command shares: opening the office, speaking the caller's language, and saying what went wrong."""

from __future__ import annotations

import functools
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import django

from kvitto.config.startup import check_ready, database_answers
from kvitto.errors import UnableTo
from kvitto.language import LANGUAGES, best_language, said, speaking, translated
from kvitto.runs.office import Office

DEFAULT_HOME = "kvitto-home"


def wanted_language() -> str:
    """The code of the language to speak: KVITTO_LANGUAGE, else the terminal's locale, else English."""
    chosen = os.environ.get("KVITTO_LANGUAGE", "")
    if chosen in LANGUAGES:
        return chosen
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return best_language([os.environ[name] for name in names if os.environ.get(name)])


def open_office(home: Path) -> Office:
    """Read the home's settings and start Django with them; `UnableTo` with the reason if that cannot be done."""
    os.environ["KVITTO_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvitto.config.settings")
    django.setup()
    from django.conf import settings

    office: Office = settings.OFFICE
    return office


def home_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--home DIR` (or KVITTO_HOME)."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="KVITTO_HOME",
        default=DEFAULT_HOME,
        show_default=True,
        help=translated("The office's home folder."),
    )(function)


def for_people(function: Callable[..., Any]) -> Callable[..., Any]:
    """Say an `UnableTo` on standard error and leave with status 1; faults pass through with their traceback."""

    @functools.wraps(function)
    def guarded(*args: Any, **options: Any) -> Any:
        with speaking(wanted_language()):
            try:
                return function(*args, **options)
            except UnableTo as error:
                click.echo(str(error.phrase), err=True)
                sys.exit(1)

    return guarded


def office_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command's body that takes the opened, checked `Office` first; adds `--home` and says errors for people."""

    @functools.wraps(function)
    def with_office(*args: Any, home: Path, **options: Any) -> Any:
        office = open_office(home.expanduser().resolve())
        check_ready(office)
        with database_answers(), audit_head_kept(office):
            return function(office, *args, **options)

    return home_option(for_people(with_office))


@contextmanager
def audit_head_kept(office: Office) -> Iterator[None]:
    """Inside, a command works; however it leaves, the head of the audit trail is written down in the home after it."""
    from kvitto.runs.audit_head import keep_head

    try:
        yield
    except (UnableTo, SystemExit):
        keep_head(office)
        raise
    keep_head(office)


def print_json(value: object) -> None:
    """Machine-readable output: indented JSON, every script as it is."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(heads: Sequence[object], rows: Sequence[Sequence[object]], *, numbers: Sequence[int] = ()) -> None:
    """A plain table; the columns whose positions are in `numbers` stand right-aligned."""
    cells = [[said(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        padded = [
            (" " * (width - _width(cell)) + cell) if column in numbers else cell + " " * (width - _width(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(padded).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
