"""How long issued documents are kept: each country of the table, and any other."""

from __future__ import annotations

from datetime import date

import pytest

from kvitto.invoicing.retention import rule_of


@pytest.mark.parametrize(
    ("country", "deletable_from"),
    [
        ("SE", date(2032, 1, 1)),
        ("LV", date(2030, 1, 1)),
        ("NL", date(2032, 1, 1)),
        ("TW", date(2035, 1, 1)),
        ("US", date(2032, 1, 1)),
        ("FR", date(2035, 1, 1)),
    ],
)
def test_years_count_from_the_end_of_the_year_of_issue(country: str, deletable_from: date) -> None:
    """Issued in March 2024: 7 years in Sweden end with the year 2031."""
    assert rule_of(country).deletable_from(date(2024, 3, 5), date(2024, 2, 29)) == deletable_from


def test_a_period_that_ends_in_a_later_year_counts() -> None:
    """An enrollment is invoiced in advance."""
    assert rule_of("LV").deletable_from(date(2024, 12, 30), date(2025, 3, 31)) == date(2031, 1, 1)
