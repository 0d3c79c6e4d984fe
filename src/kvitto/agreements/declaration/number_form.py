"""How a seller's invoice numbers are written: a form such as `{series}-{year}-{number:06}`."""

from __future__ import annotations

import re
from string import Formatter

from kvitto.agreements.declaration.toml_table import is_id
from kvitto.language import Phrase, phrase

LONGEST_NUMBER = 50
_WIDTH = re.compile(r"(0[1-9][0-9]?)?")
_LARGEST = {"series": "ZZZZZ", "year": 2999, "number": 10**12 - 1}  # a trillion invoices a year are enough


def number_form_must(form: str, *, one_series: bool) -> Phrase | None:
    """What a form must be, if it is not that; None for a good one.

    Numbers stand in addresses of pages and in names of files, so they are made of letters, digits, dots, hyphens and
    underscores. `one_series`: invoices and credit notes share a series; if not, the form must tell them apart.
    """
    try:
        parts = list(Formatter().parse(form))
    except ValueError:
        return _must()
    names = [name for _, name, _, _ in parts if name is not None]
    if not set(names) <= _LARGEST.keys() or "number" not in names:
        return _must()
    for _, name, width, conversion in parts:
        if name is not None and (conversion or not _WIDTH.fullmatch(width or "") or (width and name != "number")):
            return _must()
    if not is_id(form.format(**_LARGEST)) or len(form.format(**_LARGEST)) > LONGEST_NUMBER:
        return _must()
    if "series" not in names and not one_series:
        return phrase("a form with {part}, because credit notes have a series of their own", part="{series}")
    return None


def _must() -> Phrase:
    return phrase(
        "a form such as {example}, made of {parts}, letters, digits, dots, hyphens and underscores, that holds "
        "{number} and gives at most {most} characters",
        example="{series}-{year}-{number:06}",
        parts=("{series}", "{year}", "{number}"),
        number="{number}",
        most=LONGEST_NUMBER,
    )
