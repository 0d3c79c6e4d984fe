"""The declarative agreements file: what an office has agreed, as it shall be, in one TOML file.

`docs/agreements.md` lists every key. What is read is a `Declaration`; every mistake in the file is told at once.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from kvitto.agreements.declaration.declared import Declaration, DeclaredPerson, DeclaredRole
from kvitto.agreements.declaration.mistakes import Mistakes, UnableToReadAgreements
from kvitto.agreements.declaration.reader import read_tables
from kvitto.language import phrase

__all__ = ["Declaration", "DeclaredPerson", "DeclaredRole", "UnableToReadAgreements", "read_declaration"]


def read_declaration(path: Path) -> Declaration:
    """The file's agreements; `UnableToReadAgreements` with a sentence for every mistake in it."""
    mistakes = Mistakes(str(path))
    declaration = read_tables(_toml(path), mistakes)
    if mistakes.found:
        raise UnableToReadAgreements(mistakes.found)
    return declaration


def _toml(path: Path) -> dict[str, Any]:
    try:
        # Numbers with a point become exact decimals; they never pass through binary.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        sentence = phrase("{file} cannot be opened: {cause}.", file=str(path), cause=error.strerror or str(error))
    except UnicodeDecodeError as error:
        sentence = phrase("{file} is not UTF-8 text: byte {number} is wrong.", file=str(path), number=error.start + 1)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        sentence = phrase("{file} is not a TOML file: {cause}.", file=str(path), cause=str(error))
    raise UnableToReadAgreements([sentence])
