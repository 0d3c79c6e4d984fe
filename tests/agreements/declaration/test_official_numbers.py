"""Company and VAT numbers with their check digits, by country (invoice-standards.md §7)."""

from __future__ import annotations

import pytest

from kvitto.agreements.declaration.official_numbers import company_number_must, vat_number_must


@pytest.mark.parametrize(
    ("country", "right", "wrong"),
    [
        ("SE", "SE556188840401", "SE556188840402"),  # SE, 10 digits, 01
        ("SE", "SE 556188-8404 01", "SE5561888404"),
        ("LV", "LV40003521600", "LV40003521601"),  # LV, 11 digits
        ("NL", "NL004495445B01", "NL004495446B01"),  # NL, 9 digits, B, 2 digits
        ("GR", "EL094259216", "GR094259216"),  # Greece writes EL
        ("TW", "00501503", "00501504"),  # no VAT number, but the business number stands in its place
    ],
)
def test_numbers_with_check_digits(country: str, right: str, wrong: str) -> None:
    """What is right is taken as it is written; what is not is said with its country."""
    assert vat_number_must(right, country) is None
    said = vat_number_must(wrong, country)
    assert said
    assert "number" in str(said)


@pytest.mark.parametrize(
    ("country", "right", "wrong"),
    [("SE", "556188-8404", "556188-8405"), ("LV", "40003521600", "40003521609"), ("TW", "00501503", "00501504")],
)
def test_company_numbers_with_check_digits(country: str, right: str, wrong: str) -> None:
    """By the register of the country; of the Netherlands, whose numbers have none, any is taken."""
    assert company_number_must(right, country) is None
    assert company_number_must(wrong, country)
    assert company_number_must("12345678", "NL") is None
