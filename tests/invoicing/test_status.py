"""Due, past due, paid and void, and every way from one to the other (invoices.md §2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.invoicing.status import Standing, Status, day_in
from kvitto.money import Money

DUE_DATE = date(2024, 4, 4)
IN_TIME, TOO_LATE = date(2024, 3, 5), date(2024, 4, 5)


def usd(amount: str | int | Decimal) -> Money:
    """So many dollars."""
    return Money(Decimal(amount), "USD")


NEW = Standing(usd(100), DUE_DATE, credited=usd(0), paid=usd(0))
PAID = replace(NEW, paid=usd(100))


@pytest.mark.parametrize(
    ("today", "status"),
    [(IN_TIME, Status.DUE), (DUE_DATE, Status.DUE), (TOO_LATE, Status.PAST_DUE)],
)
def test_an_invoice_is_due_until_its_due_date_has_passed(today: date, status: Status) -> None:
    """The due date itself still counts."""
    assert NEW.status_on(today) is status


@pytest.mark.parametrize(
    ("before", "after", "today", "statuses"),
    [
        (NEW, PAID, IN_TIME, (Status.DUE, Status.PAID)),
        (NEW, PAID, TOO_LATE, (Status.PAST_DUE, Status.PAID)),
        (NEW, replace(NEW, has_failed=True), IN_TIME, (Status.DUE, Status.PAST_DUE)),
        (replace(NEW, has_failed=True), replace(PAID, has_failed=True), IN_TIME, (Status.PAST_DUE, Status.PAID)),
        (NEW, replace(NEW, credited=usd(100), is_void=True), IN_TIME, (Status.DUE, Status.VOID)),
        (NEW, replace(NEW, credited=usd(100), is_void=True), TOO_LATE, (Status.PAST_DUE, Status.VOID)),
        (PAID, replace(PAID, credited=usd(100), is_void=True), IN_TIME, (Status.PAID, Status.VOID)),
        (PAID, NEW, IN_TIME, (Status.PAID, Status.DUE)),  # a payment recorded by mistake was reversed
        (PAID, NEW, TOO_LATE, (Status.PAID, Status.PAST_DUE)),
    ],
)
def test_what_is_recorded_moves_an_invoice_on(
    before: Standing, after: Standing, today: date, statuses: tuple[Status, Status]
) -> None:
    """(none) → Due → Paid; Due → Past due → Paid; Due, Past due, Paid → Void."""
    assert (before.status_on(today), after.status_on(today)) == statuses


def test_a_part_is_not_all() -> None:
    """What is open stays due; paid and credited parts count together."""
    part = replace(NEW, paid=usd("99.99"))
    assert (part.status_on(IN_TIME), part.amount_due, part.on_account) == (Status.DUE, usd("0.01"), usd(0))
    assert replace(part, credited=usd("0.01")).status_on(TOO_LATE) is Status.PAID


def test_more_than_all_is_kept_on_account() -> None:
    """It is due to nobody and may be given back."""
    over = replace(NEW, paid=usd(130))
    assert (over.status_on(TOO_LATE), over.amount_due, over.on_account) == (Status.PAID, usd(0), usd(30))
    void = replace(PAID, credited=usd(100), is_void=True)
    assert (void.amount_due, void.on_account) == (usd(0), usd(100))


def test_an_invoice_over_nothing_is_never_late() -> None:
    """There is nothing to pay on it."""
    assert replace(NEW, payable=usd(0)).status_on(date(2025, 1, 1)) is Status.PAID


def test_a_credit_note_asks_for_nothing() -> None:
    """It is set off against its invoice when it is issued."""
    note = replace(NEW, is_credit_note=True)
    assert (note.status_on(TOO_LATE), note.amount_due, note.on_account) == (Status.PAID, usd(0), usd(0))


CENTS = st.decimals("0", "200", places=2)


@given(credited=CENTS, paid=CENTS, failed=st.booleans(), today=st.dates(date(2024, 3, 1), date(2024, 5, 1)))
def test_the_status_says_whether_there_is_anything_to_pay(
    *, credited: Decimal, paid: Decimal, failed: bool, today: date
) -> None:
    """Paid exactly where nothing is due; what is due and what is on account are never both there."""
    standing = replace(NEW, credited=usd(credited), paid=usd(paid), has_failed=failed)
    assert (standing.status_on(today) is Status.PAID) == (not standing.amount_due)
    assert not (standing.amount_due and standing.on_account)
    assert standing.amount_due - standing.on_account == usd(100) - usd(credited) - usd(paid)


def test_the_sellers_time_zone_decides_the_day() -> None:
    """Half past ten in the evening, UTC, is the next day in Stockholm already."""
    moment = datetime(2024, 4, 4, 22, 30, tzinfo=UTC)
    assert day_in("Europe/Stockholm", moment) == date(2024, 4, 5)
    assert day_in("UTC", moment) == date(2024, 4, 4)
    assert day_in("America/New_York", datetime(2024, 4, 5, 1, tzinfo=UTC)) == date(2024, 4, 4)


def test_statuses_have_the_published_names_and_words_for_people() -> None:
    """`OverDue` on the wire is “Past due” on the page."""
    assert [(status.value, str(status.said)) for status in Status] == [
        ("Due", "Due"), ("OverDue", "Past due"), ("Paid", "Paid"), ("Void", "Void"),
    ]  # fmt: skip
