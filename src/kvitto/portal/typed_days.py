"""A day that somebody typed into a field: year first, in any of the usual ways, and never guessed.

Why no field of the browser's own: docs/decisions/typed-days.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings

_LONGEST = 20
_WRITTEN = re.compile(r"([0-9]{4})([-./ ]?)([0-9]{1,2})\2([0-9]{1,2})")


@dataclass(frozen=True)
class TypedDay:
    """What stands in the field, and the day that it means. `example` is shown where it is empty."""

    text: str
    day: date | None
    example: date

    @property
    def is_wrong(self) -> bool:
        """Something was typed that is no day."""
        return bool(self.text) and self.day is None


def typed_day(text: str) -> TypedDay:
    """2024-03-20, as well with dots, slashes, spaces or nothing between."""
    text = text.strip()[:_LONGEST].replace("\0", "")
    day = _day(text)
    return TypedDay(day.isoformat() if day else text, day, settings.OFFICE.today())


def _day(text: str) -> date | None:
    found = _WRITTEN.fullmatch(text)
    if not found or (not found[2] and len(text) != len("20240320")):
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None
