"""Numbers of invoices."""

from datetime import date

import pytest

from kvitto.invoicing.numbering import UnableToNumber, check_issue_date, document_number


def test_a_number_names_series_year_and_count() -> None:
    """The seventeenth invoice of 2024 in series K is K-2024-000017."""
    assert document_number("K", date(2024, 3, 5), 17) == "K-2024-000017"


def test_a_number_past_six_digits_is_not_cut() -> None:
    """The millionth is longer, and still its own."""
    assert document_number("K", date(2024, 3, 5), 1_000_000) == "K-2024-1000000"


def test_the_same_day_may_be_issued_again() -> None:
    """Dates in a series may stand still."""
    check_issue_date("K-2024", date(2024, 3, 5), date(2024, 3, 5))


def test_dates_never_decrease_in_a_series() -> None:
    """A clock before the latest invoice is refused with the sentence that says what to do."""
    with pytest.raises(UnableToNumber) as refused:
        check_issue_date("K-2024", date(2024, 3, 5), date(2024, 3, 4))
    assert str(refused.value.phrase) == (
        "No invoice was issued: the office's date is 4 March 2024, but series K-2024 already has an invoice of"
        " 5 March 2024. Set the clock right and close again."
    )
