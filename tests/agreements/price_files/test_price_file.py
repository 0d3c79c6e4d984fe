"""What a price list becomes, and the sentence for everything that refuses it."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitto.agreements.price_files.price_file import PriceFile, read_prices
from kvitto.agreements.price_files.price_mapping import PriceMapping, read_price_mapping
from kvitto.agreements.price_files.price_rows import UnableToReadPrices
from kvitto.agreements.price_sheet import ChargeKind, PriceModel, Tier
from kvitto.money import PRICE, plain
from kvitto.row_text import RowText

_DEMO = Path(__file__).parents[3] / "src" / "kvitto" / "demo" / "files"
_HEADER = "meter,from,start,price,event,region\n"
_MAPPING = PriceMapping(
    price_sheet="list",
    currency=RowText((("EUR", False),)),
    meter=RowText((("meter", True),)),
    price_column="price",
    valid_from_column="from",
    valid_from=None,
    usage_unit="second",
    price_unit="hour",
    numerator=1,
    denominator=3600,
    tier_column="start",
    withdrawn_column="event",
    withdrawn_value="delisted",
    region=RowText((("region", True),)),
)


def _read(folder: Path, rows: str, mapping: PriceMapping = _MAPPING) -> PriceFile:
    path = folder / "prices.csv"
    path.write_bytes((_HEADER + rows).encode())
    return read_prices(path, mapping)


def test_rows_become_prices(tmp_path: Path) -> None:
    """A change ends the price before it, and a delisted row ends it with nothing after."""
    rows = "cpu,2024-01-01,0,0.10,listed,eu\ncpu,2024-03-01,0,,delisted,eu\ncpu,2024-02-01,0,1.2e-1,changed,eu\n"
    found = _read(tmp_path, rows)

    assert [(price.valid_from, price.valid_to, price.withdrawn, price.tiers) for price in found.prices] == [
        (date(2024, 1, 1), date(2024, 2, 1), False, (Tier(Decimal(0), Decimal("0.1")),)),
        (date(2024, 2, 1), date(2024, 3, 1), False, (Tier(Decimal(0), Decimal("0.12")),)),
        (date(2024, 3, 1), None, True, ()),
    ]
    assert {(price.model, price.region, price.id) for price in found.prices} == {(PriceModel.PER_UNIT, "eu", 0)}
    assert (found.rows, found.left_out) == (3, 0)


def test_tiers_become_one_graduated_price(tmp_path: Path) -> None:
    """In whatever order the rows stand; a row that stands twice counts once."""
    rows = "cpu,2024-01-01,10,2,,eu\ncpu,2024-01-01,0,3,,eu\ncpu,2024-01-01,10.0,2.00,,eu\ncpu,2024-01-01,20,1,,eu\n"
    (price,) = _read(tmp_path, rows).prices

    assert price.model is PriceModel.GRADUATED
    assert [(tier.from_quantity, tier.unit_price) for tier in price.tiers] == [
        (Decimal(0), Decimal(3)),
        (Decimal(10), Decimal(2)),
        (Decimal(20), Decimal(1)),
    ]


def test_a_price_takes_the_place_of_an_end_on_its_first_day(tmp_path: Path) -> None:
    """A meter that is listed anew under another spelling on the day it was delisted still has a price."""
    rows = "cpu,2024-01-01,0,3,,eu\ncpu,2024-02-01,0,,delisted,eu\ncpu,2024-02-01,0,4,listed,eu\n"

    assert [price.withdrawn for price in _read(tmp_path, rows).prices] == [False, False]


def test_only_the_wanted_rows_are_read(tmp_path: Path) -> None:
    """The others are counted, and their faults do not matter."""
    mapping = replace(_MAPPING, only={"region": frozenset({"eu"})})
    found = _read(tmp_path, "cpu,2024-01-01,0,3,,eu\ncpu,whenever,0,many,,us\n", mapping)

    assert (len(found.prices), found.rows, found.left_out) == (1, 2, 1)


def test_moments_at_midnight_are_days(tmp_path: Path) -> None:
    """Other programs write days as moments."""
    found = _read(tmp_path, "cpu,2024-01-01T00:00:00Z,0,3,,eu\n")

    assert found.prices[0].valid_from == date(2024, 1, 1)


_SOLD = replace(
    _MAPPING,
    kind=RowText.of_column("event"),
    tax_class=RowText.of_column("region"),
    publisher=RowText.of_text("Palisade Networks"),
    earned_credit=RowText.of_column("start"),
    tier_column="",
    withdrawn_column="",
    region=RowText(),
)


def test_a_list_says_what_is_sold_by_whom_and_how_it_is_taxed(tmp_path: Path) -> None:
    """Kind, tax class, publisher and earned credit stand in columns or in the mapping; an empty kind is usage."""
    found = _read(tmp_path, "cpu,2024-01-01,15,1,marketplace,books\ngpu,2024-01-01,,1,,\n", _SOLD)

    assert [(one.kind, one.tax_class, one.publisher, one.earned_credit) for one in found.prices] == [
        (ChargeKind.MARKETPLACE, "books", "Palisade Networks", 15),
        (ChargeKind.USAGE, "", "Palisade Networks", 0),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("cpu,2024-01-01,15,1,rent,", "column “event”: “rent” is no kind of charge; there are usage, separate,"),
        ("cpu,2024-01-01,1.5,1,,", "column “start”: “1.5” is no whole number of percent from 0 to 100."),
        ("cpu,2024-01-01,101,1,,", "“101” is no whole number"),
        (f"cpu,2024-01-01,0,1,,{'x' * 51}", "the text is longer than 50 characters."),
    ],
)
def test_what_is_sold_must_be_known(tmp_path: Path, row: str, said: str) -> None:
    """A kind, a percentage or a class that cannot be kept refuses the file."""
    with pytest.raises(UnableToReadPrices) as refused:
        _read(tmp_path, row + "\n", _SOLD)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("cpu,2024-01-01,0,many,,eu\n", "prices.csv, line 2, column “price”: “many” is not a number."),
        ("cpu,2024-01-01,0,,,eu\n", "line 2, column “price”: “” is not a number."),
        ("cpu,2024-01-01,0,NaN,,eu\n", "column “price”: “NaN” is not a number."),
        ("cpu,2024-01-01,0,1_000,,eu\n", "column “price”: “1_000” is not a number."),
        ("cpu,2024-01-01,0, 5,,eu\n", "column “price”: “ 5” is not a number."),
        ("cpu,2024-01-01,0,1e9999,,eu\n", "column “price”: “1e9999” is not a number."),
        ("cpu,2024-01-01,0,-1,,eu\n", "column “price”: -1 is negative."),
        ("cpu,2024-01-01,-1,1,,eu\n", "column “start”: -1 is negative."),
        ("cpu,2024-01-01,0,0.0000000000001,,eu\n", "too many digits: at most 16 before the point and 12 after it."),
        ("cpu,2024-01-01,0,1e16,,eu\n", "column “price”: 1e16 has too many digits"),
        ("cpu,01/02/2024,0,1,,eu\n", "column “from”: “01/02/2024” is not a date such as 2024-02-01"),
        ("cpu,2024-02-30,0,1,,eu\n", "column “from”: “2024-02-30” is not a date"),
        ("cpu,2024-02-01T08:00:00Z,0,1,,eu\n", "column “from”: “2024-02-01T08:00:00Z” is not a date"),
        ("cpu,0001-01-01,0,1,,eu\n", "column “from”: “0001-01-01” is not a date"),
        (",2024-01-01,0,1,,eu\n", "column “meter”: the meter has no name."),
        (f"{'x' * 201},2024-01-01,0,1,,eu\n", "column “meter”: the text is longer than 200 characters."),
        ("c\x00pu,2024-01-01,0,1,,eu\n", "column “meter”: the text holds a control character."),
        ("cpu,2024-01-01,5,1,,eu\n", "column “start”: the tiers of cpu do not begin at 0."),
        (
            "cpu,2024-01-01,0,1,,eu\ncpu,2024-01-01,0,2,,eu\n",
            "column “start”: the tiers of cpu for 1 January 2024 do not rise: line 2 begins at the same quantity.",
        ),
        (
            "cpu,2024-01-01,0,1,,eu\ncpu,2024-01-01,5,2,,us\n",
            "line 3: cpu is described otherwise for 1 January 2024 on line 2: name, category,",
        ),
        ("cpu,2024-01-01,0,1,eu\n", "line 2: the row has 5 columns, the header 6."),
        ('cpu,2024-01-01,0,1,,"eu\n', "this is not CSV"),
    ],
)
def test_a_fault_refuses_the_file(tmp_path: Path, rows: str, said: str) -> None:
    """The sentence says where and what; nothing is recorded of a file with one fault among good rows."""
    good = "disk,2024-01-01,0,1,,eu\n"
    with pytest.raises(UnableToReadPrices) as refused:
        _read(tmp_path, rows + good)

    assert said in str(refused.value)
    assert "No price was recorded: 1 fault was found" in str(refused.value)


def test_two_prices_for_one_day(tmp_path: Path) -> None:
    """Without tiers, too."""
    with pytest.raises(
        UnableToReadPrices, match=r"line 3, column “price”: cpu has another price for 1 January 2024 on line 2\."
    ):
        _read(
            tmp_path,
            "cpu,2024-01-01,0,1,,eu\ncpu,2024-01-01,0,2,,eu\n",
            replace(_MAPPING, tier_column=""),
        )


def test_every_fault_is_told(tmp_path: Path) -> None:
    """In the order of the file, the first fifty with their sentences."""
    with pytest.raises(UnableToReadPrices) as refused:
        _read(tmp_path, "cpu,2024-01-01,0,many,,eu\n" * 60)

    assert [fault.line for fault in refused.value.faults] == list(range(2, 62))
    assert "… and 10 more." in str(refused.value)
    assert "60 faults were found in 60 rows" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file has no header row."),
        (b"meter,from\n", "column “price”: there is no such column; the file has meter"),
        (_HEADER.replace("event", "price").encode(), "column “price”: there are two columns of this name."),
        (_HEADER.encode() + b"caf\xe9,2024-01-01,0,1,,eu\n", "the file is not UTF-8 from here on."),
    ],
)
def test_a_file_that_is_no_price_list(tmp_path: Path, content: bytes, said: str) -> None:
    """Told, not raised as a traceback."""
    path = tmp_path / "prices.csv"
    path.write_bytes(content)

    with pytest.raises(UnableToReadPrices) as refused:
        read_prices(path, _MAPPING)

    assert said in str(refused.value)


def test_compressed_files(tmp_path: Path) -> None:
    """A whole one is read; one cut short, or none at all, is told."""
    packed = gzip.compress((_HEADER + "cpu,2024-01-01,0,3,,eu\n").encode())
    path = tmp_path / "prices.csv.gz"
    path.write_bytes(packed)
    assert len(read_prices(path, _MAPPING).prices) == 1

    path.write_bytes(packed[:-8])
    with pytest.raises(UnableToReadPrices, match="ends too early or is damaged"):
        read_prices(path, _MAPPING)

    path.write_bytes(b"no gzip")
    with pytest.raises(UnableToReadPrices, match="the file cannot be read"):
        read_prices(path, _MAPPING)

    with pytest.raises(UnableToReadPrices, match="the file cannot be read: No such file or directory"):
        read_prices(tmp_path / "gone.csv", _MAPPING)


def test_the_real_price_history() -> None:
    """All 94,764 rows can be read, and the two regions that the demonstration sells are 4,859 prices."""
    mapping = read_price_mapping(_DEMO / "mappings" / "vm-prices.toml")
    path = _DEMO / "prices" / "azure-vm-payg-price-history.csv.gz"

    filtered = read_prices(path, mapping)
    whole = read_prices(path, replace(mapping, only={}))

    assert (len(filtered.prices), filtered.rows, filtered.left_out) == (4859, 94_764, 89_901)
    assert (len(whole.prices), whole.rows, whole.left_out) == (94_692, 94_764, 0)
    (machine,) = (price for price in filtered.prices if price.meter == "eastus/D8s_v5")
    assert (plain(machine.tiers[0].unit_price), machine.valid_from) == ("0.384", date(2023, 10, 27))


@given(st.decimals(min_value=0, max_value=10**15, places=12, allow_nan=False))
def test_every_price_that_fits_is_kept(tmp_path_factory: pytest.TempPathFactory, value: Decimal) -> None:
    """No digit of it is lost."""
    found = _read(tmp_path_factory.mktemp("prices"), f"cpu,2024-01-01,0,{value:f},,eu\n")

    assert found.prices[0].tiers[0].unit_price == value
    assert PRICE.holds(found.prices[0].tiers[0].unit_price)
