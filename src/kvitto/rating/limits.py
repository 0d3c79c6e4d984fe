"""What cannot be rated because a number would lose a digit."""

from __future__ import annotations

from decimal import Decimal

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.money import Width


class UnableToRate(UnableTo):
    """Usage that cannot be rated as it is; nothing was rated."""


def too_large() -> UnableToRate:
    """A sum, a converted quantity or an amount has more digits than its width holds."""
    return UnableToRate(
        phrase(
            "Some usage is too large to be rated exactly: a daily sum, a converted quantity or an amount has more "
            "digits than Kvitto keeps. Look for a wrong quantity, unit or price among the usage of the period."
        )
    )


def held(value: Decimal, width: Width) -> Decimal:
    """The value itself, if the width holds every digit of it; else `UnableToRate`."""
    if not width.holds(value):
        raise too_large()
    return value
