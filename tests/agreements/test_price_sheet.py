"""Which price is in force when."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kvitto.agreements.price_sheet import Price, PriceModel, Tier, in_force, price_on

_OLD = Price(
    id=1,
    price_sheet="list",
    meter="cpu",
    currency="EUR",
    model=PriceModel.PER_UNIT,
    tiers=(Tier(Decimal(0), Decimal(1)),),
    usage_unit="second",
    price_unit="hour",
    numerator=1,
    denominator=3600,
    valid_from=date(2024, 1, 1),
)
_NEW = replace(_OLD, id=2, valid_from=date(2024, 2, 1))
_ENDED = replace(_OLD, id=3, valid_from=date(2024, 3, 1), tiers=(), withdrawn=True)


def test_a_price_holds_until_the_next_begins() -> None:
    """In whatever order they come; the last holds until further notice."""
    assert in_force([_ENDED, _OLD, _NEW]) == [
        replace(_OLD, valid_to=date(2024, 2, 1)),
        replace(_NEW, valid_to=date(2024, 3, 1)),
        _ENDED,
    ]


def test_an_earlier_end_of_its_own_stays() -> None:
    """A gap between two prices is a gap."""
    ended = replace(_OLD, valid_to=date(2024, 1, 15))

    assert in_force([ended, _NEW])[0] == ended


def test_other_meters_and_currencies_end_nothing() -> None:
    """Only a price of the same sheet, meter and currency comes after another."""
    others = [replace(_NEW, meter="disk"), replace(_NEW, currency="SEK"), replace(_NEW, price_sheet="partner")]

    assert all(price.valid_to is None for price in in_force([_OLD, *others]))


def test_the_price_on_a_day() -> None:
    """The first day is in, the last is not, and a withdrawn price is none."""
    prices = in_force([_OLD, _NEW, _ENDED])

    def found(day: date, meter: str = "cpu") -> int | None:
        price = price_on(prices, "list", meter, "EUR", day)
        return price.id if price else None

    assert [found(date(2023, 12, 31)), found(date(2024, 1, 1)), found(date(2024, 1, 31))] == [None, 1, 1]
    assert [found(date(2024, 2, 1)), found(date(2024, 2, 29)), found(date(2024, 3, 1))] == [2, 2, None]
    assert found(date(2024, 2, 1), "disk") is None
