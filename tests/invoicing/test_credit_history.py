"""What is told of credit: status, balances, months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kvitto.invoicing.credit_history import (
    CreditEvent,
    EventType,
    LotStatus,
    months_of,
    pending_expired,
    status_of,
    summary_of,
    with_balance,
)
from kvitto.invoicing.settlement_lots import LotState
from tests.invoicing.test_settle import lot, usd

TODAY = date(2024, 3, 10)


def event(day: date, kind: EventType, amount: str, key: str = "gift") -> CreditEvent:
    """Something that happened to a lot."""
    return CreditEvent(day, kind, key, usd(amount))


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (lot("a", "10"), LotStatus.ACTIVE),
        (lot("a", "10", expires=None), LotStatus.ACTIVE),
        (lot("a", "10", expires=date(2024, 4, 10)), LotStatus.ACTIVE),
        (lot("a", "10", expires=date(2024, 4, 9)), LotStatus.EXPIRING),
        (lot("a", "10", expires=TODAY), LotStatus.EXPIRED),
        (lot("a", "0", expires=TODAY), LotStatus.USED),
        (lot("a", "0"), LotStatus.USED),
        (lot("a", "10", starts=date(2024, 3, 11)), LotStatus.INACTIVE),
    ],
)
def test_the_status_of_a_lot(state: LotState, status: LotStatus) -> None:
    """It expires soon in its last thirty days; what is used up is not called expired."""
    assert status_of(state, TODAY) is status


def test_what_lapsed_is_expired_and_not_used_up() -> None:
    """Nothing is left of either."""
    assert status_of(lot("a", "0", expires=TODAY), TODAY, lapsed=True) is LotStatus.EXPIRED


def test_months_of_an_enrollment_add_up() -> None:
    """agreements.md §6.4: starting + new + adjustments − applied − expired = ending; the next month starts there."""
    events = with_balance(
        [
            event(date(2024, 1, 1), EventType.NEW_CREDIT, "1200"),
            event(date(2024, 3, 5), EventType.SETTLED_CHARGES, "-300"),
            event(date(2024, 2, 5), EventType.SETTLED_CHARGES, "-200"),
            event(date(2024, 2, 20), EventType.ADJUSTMENT, "50"),
            event(date(2024, 3, 6), EventType.SETTLED_CHARGES, "30"),
            event(date(2024, 3, 9), EventType.CREDIT_EXPIRED, "-700"),
            event(date(2024, 5, 1), EventType.PENDING_NEW_CREDIT, "1200"),
        ],
        "USD",
    )
    told = [
        tuple(one.amount for one in (row.starting, row.new, row.adjustments, row.applied, row.expired, row.ending))
        for row in months_of(events, "USD")
    ]
    assert told == [
        tuple(map(Decimal, row))
        for row in ((0, 1200, 0, 0, 0, 1200), (1200, 0, 50, 200, 0, 1050), (1050, 0, 0, 270, 700, 80))
    ]


def test_the_estimated_balance_counts_what_is_pending() -> None:
    """Charges to come, and what they will leave of a lot that has expired; credit that has not begun does not count."""
    lots = [
        lot("gone", "50", expires=date(2024, 3, 2)),
        lot("gift", "100"),
        lot("coming", "500", starts=date(2024, 4, 1)),
    ]
    charges = [
        event(date(2024, 2, 29), EventType.PENDING_CHARGES, "-20", "gone"),
        event(date(2024, 3, 31), EventType.PENDING_CHARGES, "-60"),
    ]
    lapsing = pending_expired(lots, charges, TODAY)
    assert [(one.lot_id, one.amount) for one in lapsing] == [("gone", usd("-30"))]
    told = summary_of(lots, [*charges, *lapsing], TODAY, "USD")
    assert (told.current, told.estimated) == (usd("150"), usd("40"))
    assert (told.pending_charges, told.pending_expired, told.expired) == (
        usd("80"),
        usd("30"),
        usd("0"),
    )
