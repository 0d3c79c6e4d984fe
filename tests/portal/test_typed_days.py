"""A day that was typed: year first in any usual way, and nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from kvitto.portal.typed_days import typed_day
from kvitto.runs.office import Office

DAY = date(2024, 3, 5)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["2024-03-05", "2024-3-5", " 2024/03/05 ", "2024.3.5", "2024 03 05", "20240305"])
def test_year_first_in_any_way(office: Office, text: str) -> None:
    """It stands in the field as addresses write it."""
    found = typed_day(text)
    assert (found.day, found.text, found.is_wrong) == (DAY, "2024-03-05", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["05/03/2024", "2024-02-30", "2024-03", "2024135", "2024-03/05", "yesterday", "\x00", "9" * 99]
)
def test_nothing_is_guessed(office: Office, text: str) -> None:
    """What may mean two days, or none, is wrong, and stays in the field; an empty field is not."""
    assert typed_day(text).day is None
    assert typed_day(text).is_wrong is (text != "\x00")
    assert not typed_day("  ").is_wrong
