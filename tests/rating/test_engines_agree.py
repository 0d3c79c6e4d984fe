"""The engine and the reference give the same charges, lines and unpriced usage, digit for digit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.price_sheet import Price, in_force
from kvitto.periods import Period
from kvitto.rating import reference
from kvitto.rating.charge import Charge, ChargeLine, Member, Unpriced
from kvitto.rating.engine import RatedUsage, rate
from kvitto.rating.limits import UnableToRate
from tests.campaign import size
from tests.rating.cast import (
    FEBRUARY,
    MARCH,
    UsageRow,
    graduated,
    member,
    per_unit,
    reference_rows,
    used,
    write_usage,
)

_FRACTIONS = [(1, 1), (1, 3600), (1, 7), (1000, 1), (3, 1000), (7, 11), (1, 10**9), (10**9, 1), (1, 730)]
_METERS = ["cpu", "disk"]
_DAYS = st.integers(-1, 60).map(lambda offset: FEBRUARY.start + timedelta(days=offset))
_MEMBERS = [
    member("anna"),
    member("anna", MARCH),
    member("bert", pool="profile"),
    member("bert", Period(MARCH.start, date(2024, 3, 11)), pool="profile"),
    member("cilla", pool="profile"),
    member("cilla", MARCH, pool="profile", currency="SEK"),
    member(
        "dan",
        Period(date(2024, 2, 5), date(2024, 2, 12)),
        pool="moved",
        counted_from=FEBRUARY.start,
        billed_from=FEBRUARY.start,
    ),
    member(
        "dan",
        Period(date(2024, 2, 20), date(2024, 3, 5)),
        pool="moved",
        counted_from=FEBRUARY.start,
        billed_from=FEBRUARY.start,
    ),
    member(
        "dan", Period(date(2024, 3, 5), MARCH.end), pool="moved", counted_from=MARCH.start, billed_from=FEBRUARY.start
    ),
]  # dan is billed together for two spans of days, which count by their months


@st.composite
def _quantities(draw: st.DrawFn) -> Decimal:
    """Numbers of many sizes: halves of the last digit kept, whole tier bounds, tiny, huge, negative."""
    mantissa = draw(
        st.one_of(
            st.integers(-(10**4), 10**4),
            st.sampled_from([0, 5, 10, 500, 1000, 1800, 3600, 36000]),
            st.integers(-(10**20), 10**20),
        )
    )
    return Decimal(mantissa).scaleb(-draw(st.sampled_from([0, 0, 1, 2, 3, 12, 13, 15])))


@st.composite
def _rows(draw: st.DrawFn) -> list[UsageRow]:
    row = st.builds(
        used,
        _quantities().map(str),
        _DAYS,
        subscription=st.sampled_from(["anna", "bert", "cilla", "dan", "nobody"]),
        resource=st.sampled_from(["vm-1", "vm-2", "Ä"]),
        meter=st.sampled_from([*_METERS, "unknown"]),
        unit=st.sampled_from(["second", "second", "second", "minute"]),
        hour=st.sampled_from([0, 12, 23]),
    )
    return draw(st.lists(row, max_size=40))


@st.composite
def _prices(draw: st.DrawFn) -> list[Price]:
    """Up to three versions of each meter's price, of any model, one of them perhaps an end."""
    prices: list[Price] = []
    for meter in _METERS:
        starts = draw(st.lists(st.integers(-40, 50), unique=True, max_size=3))
        for start in starts:
            valid_from = FEBRUARY.start + timedelta(days=start)
            fraction = draw(st.sampled_from(_FRACTIONS))
            number = len(prices) + 1
            unit_prices = [
                str(Decimal(draw(st.integers(0, 10**6))).scaleb(-draw(st.integers(0, 12)))) for _ in range(3)
            ]
            match draw(st.sampled_from(["per unit", "graduated", "graduated", "withdrawn"])):
                case "per unit":
                    prices.append(
                        per_unit(unit_prices[0], id=number, meter=meter, fraction=fraction, valid_from=valid_from)
                    )
                case "withdrawn":
                    prices.append(per_unit("0", id=number, meter=meter, valid_from=valid_from, withdrawn=True))
                case _:
                    bounds = sorted(
                        draw(st.lists(st.sampled_from([1, 5, 10, 50, 500]), unique=True, min_size=2, max_size=2))
                    )
                    tiers = zip(("0", *map(str, bounds)), unit_prices, strict=True)
                    prices.append(graduated(*tiers, id=number, meter=meter, fraction=fraction, valid_from=valid_from))
    return in_force(prices)


@contextmanager
def _rated(
    rows: list[UsageRow], members: list[Member], prices: list[Price], *, cuts: int = 1, threads: int = 2
) -> Iterator[RatedUsage]:
    with (
        tempfile.TemporaryDirectory() as folder,
        rate(write_usage(Path(folder), rows, cuts=cuts), members, prices, threads=threads) as by_engine,
    ):
        yield by_engine


_All = tuple[list[Charge], list[ChargeLine], list[Unpriced]]


def _by_engine(rows: list[UsageRow], prices: list[Price], *, cuts: int = 1, threads: int = 2) -> _All | None:
    """All that the engine finds; None if it refuses because a digit would be lost."""
    try:
        with _rated(rows, _MEMBERS, prices, cuts=cuts, threads=threads) as rated:
            return list(rated.charges()), rated.lines(), rated.unpriced()
    except UnableToRate:
        return None


def _by_reference(rows: list[UsageRow], prices: list[Price]) -> _All | None:
    """All that the reference finds; None if it refuses because a digit would be lost."""
    try:
        rated = reference.rate(reference_rows(rows), _MEMBERS, prices)
    except UnableToRate:
        return None
    return rated.charges, rated.lines, rated.unpriced


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=4_000))
@given(rows=_rows(), prices=_prices())
def test_the_engine_agrees_with_the_reference(rows: list[UsageRow], prices: list[Price]) -> None:
    """Random usage, price versions, tiers, fractions, pools and periods: every digit is the same, or both refuse."""
    assert _by_engine(rows, prices) == _by_reference(rows, prices)


@pytest.mark.campaign
@settings(max_examples=size(sample=25, full=2_000))
@given(rows=_rows(), prices=_prices(), cuts=st.integers(1, 4), threads=st.integers(1, 4), random=st.randoms())
def test_order_cuts_and_threads_make_no_difference(
    rows: list[UsageRow], prices: list[Price], cuts: int, threads: int, random: object
) -> None:
    """The same rows, shuffled, in any number of files and on any number of threads, give the same charges."""
    expected = _by_engine(rows, prices)
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert _by_engine(rows, prices, cuts=cuts, threads=threads) == expected


_LIMITS = [
    "0.000000000000001",
    "-0.000000000000001",
    "9" * 23,
    "-" + "9" * 23,
    "9" * 23 + "." + "9" * 15,
    "1" + "0" * 22,
]


@pytest.mark.campaign
@settings(max_examples=size(sample=40, full=2_000))
@given(
    quantities=st.lists(st.sampled_from(_LIMITS), min_size=1, max_size=2),
    fraction=st.sampled_from(_FRACTIONS),
    unit_price=st.sampled_from(["0", "0.000000000001", "1", "9999999999999999.999999999999"]),
)
def test_at_the_limits_both_give_the_same_or_both_refuse(
    quantities: list[str], fraction: tuple[int, int], unit_price: str
) -> None:
    """A number that would lose a digit is refused by both, and nothing less is."""
    rows = [used(quantity, hour=hour) for hour, quantity in enumerate(quantities)]
    prices = [per_unit(unit_price, fraction=fraction)]
    try:
        expected = reference.rate(reference_rows(rows), [member()], prices).lines
    except UnableToRate:
        with pytest.raises(UnableToRate), _rated(rows, [member()], prices) as by_engine:
            by_engine.lines()
        return
    with _rated(rows, [member()], prices) as by_engine:
        assert by_engine.lines() == expected
