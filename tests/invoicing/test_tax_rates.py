"""Rates of tax by country, class and day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kvitto.invoicing.tax_rates import ZERO, UnknownTaxRate, changes_within, rate_on, rates
from kvitto.money import RATE
from kvitto.periods import Period


@pytest.mark.parametrize(
    ("country", "tax_class", "day", "rate"),
    [
        ("SE", "", date(2024, 2, 29), "25"),
        ("SE", "reduced", date(2024, 2, 29), "12"),
        ("SE", "books", date(2024, 2, 29), "6"),
        ("SE", "food", date(2026, 3, 31), "12"),
        ("SE", "food", date(2026, 4, 1), "6"),
        ("SE", "food", date(2027, 12, 31), "6"),
        ("SE", "food", date(2028, 1, 1), "12"),
        ("LV", "", date(2024, 2, 29), "21"),
        ("LV", "reduced", date(2024, 2, 29), "12"),
        ("LV", "books", date(2024, 2, 29), "5"),
        ("NL", "", date(2024, 2, 29), "21"),
        ("NL", "reduced", date(2018, 12, 31), "6"),
        ("NL", "reduced", date(2019, 1, 1), "9"),
        ("TW", "", date(2024, 2, 29), "5"),
        ("FI", "", date(2024, 9, 1), "25.5"),
        ("EE", "", date(2023, 12, 31), "20"),
        ("SE", ZERO, date(2024, 2, 29), "0"),
    ],
)
def test_the_rate_is_that_of_the_day(country: str, tax_class: str, day: date, rate: str) -> None:
    """Sweden's food goes from 12 to 6 percent with April 2026; a rate holds until the next one."""
    assert rate_on(country, tax_class, day) == Decimal(rate)


@pytest.mark.parametrize(
    ("country", "tax_class", "day", "said"),
    [
        ("AQ", "", date(2024, 1, 1), "No tax rate is known for country AQ, tax class “standard”, on 1 January 2024."),
        ("US", "", date(2024, 1, 1), "Sales tax of US depends on the place"),
        ("US", ZERO, date(2024, 1, 1), "Sales tax of US depends on the place"),
        ("SE", "yachts", date(2024, 1, 1), "tax class “yachts”"),
        ("LV", "books", date(2021, 12, 31), "on 31 December 2021."),
    ],
)
def test_an_unknown_rate_is_no_rate(country: str, tax_class: str, day: date, said: str) -> None:
    """Neither zero nor the standard rate stands in for it."""
    with pytest.raises(UnknownTaxRate) as refused:
        rate_on(country, tax_class, day)
    assert said in str(refused.value)


def test_a_change_is_found_inside_a_period_only() -> None:
    """Not on its first day, which is wholly under the new rate, nor for a class that stays."""
    across = Period(date(2026, 3, 10), date(2026, 4, 10))
    assert changes_within("SE", {"", "food"}, across) == (date(2026, 4, 1),)
    assert changes_within("SE", {"", "books"}, across) == ()
    assert changes_within("SE", {"food"}, Period(date(2026, 4, 1), date(2026, 5, 1))) == ()
    assert changes_within("SE", {"food"}, Period(date(2026, 1, 1), date(2029, 1, 1))) == (
        date(2026, 4, 1), date(2028, 1, 1),
    )  # fmt: skip


def test_every_rate_has_a_law_and_fits_an_invoice() -> None:
    """The table has no doubled day, no rate without a source, and none with more digits than an invoice holds."""
    for key, known in rates().items():
        days = [one.valid_from for one in known]
        assert days == sorted(set(days)), key
        for one in known:
            assert one.source, key
            assert RATE.holds(one.rate), key
            assert 0 < one.rate < 30, key
