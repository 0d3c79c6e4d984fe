"""The published codes of adjustments to credit."""

from __future__ import annotations

from kvitto.agreements.adjustment_codes import ADJUSTMENT_CODES


def test_the_codes_are_the_published_ones() -> None:
    """Each with words of its own."""
    published = [
        *(f"F{number}" for number in (2, 3)),
        *(f"O{number}" for number in range(1, 22)),
        *(f"P{number}" for number in (1, 2)),
        *(f"T{number}" for number in range(1, 6)),
        *(f"U{number}" for number in range(1, 5)),
    ]
    assert list(ADJUSTMENT_CODES) == published
    assert len({str(words) for words in ADJUSTMENT_CODES.values()}) == len(published)
