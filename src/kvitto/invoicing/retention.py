"""How long an issued invoice and its usage are kept, by the seller's country.

The years are counted from the end of the calendar year in which the invoice was issued or its period ended, whichever
is later, in every country: some laws count from an earlier day, none of these from a later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RetentionRule:
    """The seller's country (empty: any other), the years after the year's end, and where that is from."""

    country: str
    years: int
    source: str

    def __str__(self) -> str:
        return f"{self.country or '*'}: {self.years} years"

    def deletable_from(self, issue_date: date, last_day: date) -> date:
        """The first day on which an invoice of this issue date and last day of its period need not be kept."""
        return date(max(issue_date.year, last_day.year) + self.years + 1, 1, 1)


_UNLESS_STATED = RetentionRule("", 10, "the longest that a country of this table asks (invoice-standards.md §8)")
RULES: Mapping[str, RetentionRule] = {
    rule.country: rule
    for rule in (
        RetentionRule("SE", 7, "bokföringslagen (1999:1078) ch. 7 s. 2: the seventh year after the year's end"),
        RetentionRule("LV", 5, "Grāmatvedības likums: source documents 5 years"),
        RetentionRule("NL", 7, "AWR art. 52: 7 years; a seller in the one-stop shop sets 10 by its own archive"),
        RetentionRule("TW", 10, "Business Entity Accounting Act art. 38: documents 5, books 10 years; we keep both 10"),
        RetentionRule("US", 7, "3 years federal minimum, 6 to 7 usual, states differ; our choice is 7"),
    )
}


def rule_of(country: str) -> RetentionRule:
    """The rule for sellers in this country (ISO 3166-1, two letters)."""
    return RULES.get(country, _UNLESS_STATED)
