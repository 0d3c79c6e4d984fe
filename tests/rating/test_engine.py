"""What the engine answers, and what it refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kvitto.periods import Period
from kvitto.rating import reference
from kvitto.rating.charge import ChargeTotal, Unpriced
from kvitto.rating.engine import meters_used, rate
from kvitto.rating.limits import UnableToRate
from tests.rating.cast import FEBRUARY, MARCH, graduated, member, per_unit, rated, reference_rows, used, write_usage

_DAY = date(2024, 2, 10)


def test_only_days_of_the_members_periods_count(tmp_path: Path) -> None:
    """The first day is in, the day after the last is not, and nobody else's usage is looked at."""
    rows = [
        used("1", date(2024, 1, 31), hour=23),
        used("2", date(2024, 2, 1)),
        used("4", date(2024, 2, 29), hour=23),
        used("8", date(2024, 3, 1)),
        used("16", _DAY, subscription="somebody else"),
    ]
    with rated(tmp_path, rows, [member()], [per_unit("1")]) as result:
        (line,) = result.lines()

    assert (line.quantity, line.first_day, line.last_day) == (Decimal(6), date(2024, 2, 1), date(2024, 2, 29))


def test_a_pool_fills_its_tiers_together_in_the_order_of_days(tmp_path: Path) -> None:
    """Day first, then subscription, then resource; another pool begins at nothing."""
    rows = [
        used("8", date(2024, 2, 3), subscription="anna"),
        used("8", date(2024, 2, 2), subscription="bert"),
        used("8", date(2024, 2, 2), subscription="cilla"),
    ]
    members = [member("anna", pool="profile"), member("bert", pool="profile"), member("cilla")]
    with rated(tmp_path, rows, members, [graduated(("0", "1"), ("10", "0.1"))]) as result:
        charges = [(charge.pool, charge.subscription, charge.tier_from, charge.quantity) for charge in result.charges()]

    assert charges == [
        ("cilla", "cilla", Decimal(0), Decimal(8)),
        ("profile", "anna", Decimal(0), Decimal(2)),
        ("profile", "anna", Decimal(10), Decimal(6)),
        ("profile", "bert", Decimal(0), Decimal(8)),
    ]


def test_each_period_of_a_subscription_begins_its_tiers_anew(tmp_path: Path) -> None:
    """Position is counted per period, although the usage lies in one store."""
    rows = [used("8", date(2024, 2, 29)), used("8", date(2024, 3, 1))]
    with rated(tmp_path, rows, [member(), member(period=MARCH)], [graduated(("0", "1"), ("10", "0.1"))]) as result:
        found = [(line.period_start, line.tier_from, line.quantity) for line in result.lines()]

    assert found == [(FEBRUARY.start, Decimal(0), Decimal(8)), (MARCH.start, Decimal(0), Decimal(8))]


def test_a_new_price_does_not_reset_the_position(tmp_path: Path) -> None:
    """What was used under the old price, of whatever model, still counts."""
    old = per_unit("5", id=1, valid_to=_DAY)
    new = graduated(("0", "1"), ("10", "0.1"), id=2, valid_from=_DAY)
    rows = [used("8", date(2024, 2, 9)), used("8", _DAY)]
    with rated(tmp_path, rows, [member()], [old, new]) as result:
        found = [(line.price_id, line.tier_from, line.amount) for line in result.lines()]

    assert found == [(1, Decimal(0), Decimal(40)), (2, Decimal(0), Decimal(2)), (2, Decimal(10), Decimal("0.6"))]


def test_usage_without_a_price_is_told_not_skipped(tmp_path: Path) -> None:
    """No price, a withdrawn one, or another unit: counted by meter, unit and day, with the cause."""
    prices = [per_unit("1", id=1, valid_to=_DAY), per_unit("0", id=2, valid_from=_DAY, withdrawn=True)]
    rows = [
        used("1", date(2024, 2, 9)),
        used("1", date(2024, 2, 9), unit="hour"),
        used("1", _DAY),
        used("0", _DAY, resource="vm-2"),
        used("1", _DAY, meter="disk"),
    ]
    with rated(tmp_path, rows, [member()], prices) as result:
        unpriced, lines = result.unpriced(), result.lines()

    assert [line.quantity for line in lines] == [1]
    assert unpriced == [
        Unpriced("anna", FEBRUARY.start, "anna", "cpu", "hour", date(2024, 2, 9), "unit", 1),
        Unpriced("anna", FEBRUARY.start, "anna", "cpu", "second", _DAY, "no-price", 2),
        Unpriced("anna", FEBRUARY.start, "anna", "disk", "second", _DAY, "no-price", 1),
    ]
    assert unpriced == reference.rate(reference_rows(rows), [member()], prices).unpriced


def test_zero_usage_has_a_charge_of_zero(tmp_path: Path) -> None:
    """Zero usage and missing usage do not look alike."""
    with rated(tmp_path, [used("0")], [member()], [graduated(("0", "1"), ("10", "2"))]) as result:
        assert [(charge.quantity, charge.amount) for charge in result.charges()] == [(Decimal(0), Decimal(0))]


def test_zero_usage_on_a_bound_stands_in_the_upper_tier(tmp_path: Path) -> None:
    """As the reference says: on a bound the next tier begins."""
    rows = [used("10"), used("0", _DAY)]
    prices = [graduated(("0", "1"), ("10", "2"))]
    with rated(tmp_path, rows, [member()], prices) as result:
        charges = list(result.charges())

    assert [(charge.tier_from, charge.day) for charge in charges] == [
        (Decimal(0), FEBRUARY.start),
        (Decimal(10), _DAY),
    ]
    assert charges == reference.rate(reference_rows(rows), [member()], prices).charges


def test_charges_of_one_pool(tmp_path: Path) -> None:
    """Another pool's charges are left out, and two walks over charges do not disturb each other."""
    rows = [used("1"), used("2", subscription="bert")]
    with rated(tmp_path, rows, [member(), member("bert")], [per_unit("1")]) as result:
        everything = result.charges()
        first = next(everything)
        assert [charge.quantity for charge in result.charges("bert")] == [2]
        assert [first.pool, *(charge.pool for charge in everything)] == ["anna", "bert"]


def test_totals_by_what_is_asked_for(tmp_path: Path) -> None:
    """Days outside are left out, and currencies stay apart."""
    rows = [used("1"), used("2", _DAY), used("4", _DAY, subscription="bert"), used("8", date(2024, 2, 29))]
    members = [member(), member("bert", currency="SEK")]
    prices = [per_unit("1"), per_unit("10", id=2, currency="SEK")]
    with rated(tmp_path, rows, members, prices) as result:
        by_currency = result.totals([], FEBRUARY.start, date(2024, 2, 29))
        by_day = result.totals(["day", "subscription"], _DAY, date(2024, 3, 1))

    assert by_currency == [
        ChargeTotal(None, None, None, None, "priced unit", "EUR", Decimal(3), Decimal(3)),
        ChargeTotal(None, None, None, None, "priced unit", "SEK", Decimal(4), Decimal(40)),
    ]
    assert [(total.day, total.subscription, total.amount) for total in by_day] == [
        (_DAY, "anna", Decimal(2)),
        (_DAY, "bert", Decimal(40)),
        (date(2024, 2, 29), "anna", Decimal(8)),
    ]


def test_charges_as_a_file(tmp_path: Path) -> None:
    """The Parquet file holds what `charges` tells."""
    rows = [used("1.5"), used("2", subscription="bert")]
    with rated(tmp_path, rows, [member(), member("bert")], [per_unit("0.1")]) as result:
        result.write_parquet(tmp_path / "charges.parquet")
        told = [vars(charge) for charge in result.charges()]

    written = pq.read_table(tmp_path / "charges.parquet").to_pylist()
    assert sorted(written, key=lambda charge: charge["pool"]) == told


def test_nothing_to_rate(tmp_path: Path) -> None:
    """No members, or no files, is no charges."""
    with rate(write_usage(tmp_path, [used("1")]), [], [per_unit("1")]) as result:
        assert (result.lines(), result.unpriced()) == ([], [])
    with rate([], [member()], [per_unit("1")]) as result:
        assert (result.lines(), list(result.charges()), result.totals([], *_span())) == ([], [], [])


def _span() -> tuple[date, date]:
    return FEBRUARY.start, FEBRUARY.end


def test_the_meters_used(tmp_path: Path) -> None:
    """Only those of the members, within their days."""
    rows = [
        used("1"),
        used("1", meter="disk", subscription="bert"),
        used("1", date(2024, 3, 5), meter="net"),
        used("1", meter="gpu"),
    ]
    files = write_usage(tmp_path, rows)

    assert meters_used(files, [member()]) == {"cpu", "gpu"}
    assert meters_used(files, []) == meters_used([], [member()]) == set()


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    """Brackets, stars and question marks in the store's path are taken as they are."""
    files = write_usage(tmp_path / "office [a-z]?", [used("1")])

    with rate(files, [member()], [per_unit("1")]) as result:
        assert [line.quantity for line in result.lines()] == [1]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """The sentence names the file and says what to do."""
    with pytest.raises(UnableToRate) as refused:
        rate([tmp_path / "bucket=000" / "gone.parquet"], [member()], [per_unit("1")])

    assert "gone.parquet" in str(refused.value)
    assert "kvitto store check" in str(refused.value)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """A file that is no Parquet is no traceback."""
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nothing of the kind PAR1")

    with pytest.raises(UnableToRate, match="cannot be read"):
        rate([tmp_path / "damaged.parquet"], [member()], [per_unit("1")])


@pytest.mark.parametrize(
    ("quantities", "unit_price"),
    [
        (["99999999999999999999999", "1"], "0"),  # the sum has 24 digits before the point
        (["100000000000000"], "1"),  # the amount has 15
    ],
)
def test_a_number_that_would_lose_a_digit_is_refused(tmp_path: Path, quantities: list[str], unit_price: str) -> None:
    """Both engines say the same sentence."""
    rows = [used(quantity, hour=hour) for hour, quantity in enumerate(quantities)]
    prices = [per_unit(unit_price)]
    with pytest.raises(UnableToRate, match="too large to be rated exactly") as by_reference:
        reference.rate(reference_rows(rows), [member()], prices)

    with pytest.raises(UnableToRate) as by_engine, rated(tmp_path, rows, [member()], prices) as result:
        result.lines()

    assert str(by_engine.value) == str(by_reference.value)


def test_a_day_that_is_given_twice_is_a_fault(tmp_path: Path) -> None:
    """Overlapping periods or prices would count usage twice; the caller has made a mistake."""
    overlapping = [member(), member(period=Period(_DAY, MARCH.end), pool="another")]
    with pytest.raises(ValueError, match="anna is given twice for 2024-02-10"):
        rated(tmp_path, [used("1")], overlapping, [per_unit("1")])

    with pytest.raises(ValueError, match="is given twice for 2024-02-10"):
        rated(tmp_path, [used("1")], [member()], [per_unit("1"), per_unit("2", id=2, valid_from=_DAY)])

    with pytest.raises(ValueError, match="two prices have the same id"):
        rated(tmp_path, [used("1")], [member()], [per_unit("1"), per_unit("1", meter="disk")])
