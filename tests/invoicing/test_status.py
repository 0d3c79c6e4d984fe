"""Due and past due."""

from datetime import UTC, date, datetime

import pytest

from kvitto.invoicing.status import Status, day_in, status_of

DUE_DATE = date(2024, 4, 4)


@pytest.mark.parametrize(
    ("today", "status"),
    [(date(2024, 3, 5), Status.DUE), (DUE_DATE, Status.DUE), (date(2024, 4, 5), Status.PAST_DUE)],
)
def test_an_invoice_is_due_until_its_due_date_has_passed(today: date, status: Status) -> None:
    """The due date itself still counts."""
    assert status_of(DUE_DATE, today) is status


def test_an_invoice_over_nothing_is_never_late() -> None:
    """There is nothing to pay on it."""
    assert status_of(DUE_DATE, date(2025, 1, 1), nothing_to_pay=True) is Status.PAID


def test_the_sellers_time_zone_decides_the_day() -> None:
    """Half past ten in the evening, UTC, is the next day in Stockholm already."""
    moment = datetime(2024, 4, 4, 22, 30, tzinfo=UTC)
    assert day_in("Europe/Stockholm", moment) == date(2024, 4, 5)
    assert day_in("UTC", moment) == date(2024, 4, 4)
    assert day_in("America/New_York", datetime(2024, 4, 5, 1, tzinfo=UTC)) == date(2024, 4, 4)


def test_statuses_have_the_published_names_and_words_for_people() -> None:
    """`OverDue` on the wire is “Past due” on the page."""
    assert [(status.value, str(status.said)) for status in Status] == [
        ("Due", "Due"), ("OverDue", "Past due"), ("Paid", "Paid"),
    ]  # fmt: skip
