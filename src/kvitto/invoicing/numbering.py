"""Invoice numbers: the seller's series, the year of the issue date, and a number without gaps: K-2024-000017."""

from __future__ import annotations

from datetime import date

from kvitto.errors import UnableTo
from kvitto.language import phrase

_LEAST_DIGITS = 6


class UnableToNumber(UnableTo):
    """The office's clock stands before an invoice that was already issued in the series."""


def series_name(letters: str, issue_date: date) -> str:
    """The series that an invoice of this day belongs to: "K-2024"."""
    return f"{letters}-{issue_date.year}"


def invoice_number(series: str, number: int) -> str:
    """The full number of the n-th invoice in the series."""
    return f"{series}-{number:0{_LEAST_DIGITS}d}"


def check_issue_date(series: str, latest_issue_date: date, issue_date: date) -> None:
    """Raise `UnableToNumber` if the day lies before the latest one in the series: dates never decrease in it."""
    if issue_date < latest_issue_date:
        raise UnableToNumber(
            phrase(
                "No invoice was issued: the office's date is {issue_date}, but series {series} already has an invoice"
                " of {latest_issue_date}. Set the clock right and close again.",
                issue_date=issue_date,
                series=series,
                latest_issue_date=latest_issue_date,
            )
        )
