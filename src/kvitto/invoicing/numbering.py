"""Invoice numbers: the seller's series, the year of the issue date, and a number without gaps: K-2024-000017."""

from __future__ import annotations

from datetime import date

from kvitto.errors import UnableTo
from kvitto.language import phrase

NUMBER_FORM = "{series}-{year}-{number:06}"


class UnableToNumber(UnableTo):
    """The office's clock stands before an invoice that was already issued in the series."""


def series_name(letters: str, issue_date: date, number_form: str = NUMBER_FORM) -> str:
    """The series that a document of this day belongs to: "K-2024", or "K" if the form counts on over the years."""
    return f"{letters}-{issue_date.year}" if "{year" in number_form else letters


def document_number(letters: str, issue_date: date, number: int, number_form: str = NUMBER_FORM) -> str:
    """The full number of the n-th document in its series."""
    return number_form.format(series=letters, year=issue_date.year, number=number)


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
