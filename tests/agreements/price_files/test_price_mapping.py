"""What a price mapping may say, and the sentence for each thing it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kvitto.agreements.price_files.price_mapping import UnableToMapPrices, read_price_mapping
from kvitto.row_text import RowText

_DEMO = Path(__file__).parents[3] / "src" / "kvitto" / "demo" / "files" / "mappings"
_GOOD = """
price_sheet = "list"
currency = "USD"
[meter]
template = "{region}/{size}"
remove = "Standard_"
[price]
column = "usd"
[valid_from]
column = "from"
[unit]
usage = "second"
price = "hour"
denominator = 3600
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping(tmp_path: Path) -> None:
    """What is left out is one, nothing, or empty."""
    mapping = read_price_mapping(_written(tmp_path, _GOOD))

    assert mapping.meter.of({"region": "eastus", "size": "Standard_D8s"}) == "eastus/D8s"
    assert (mapping.numerator, mapping.denominator, mapping.tier_column, mapping.name) == (1, 3600, "", RowText())
    assert mapping.columns == ("region", "size", "usd", "from")


def test_the_mappings_of_the_demonstration() -> None:
    """Both are read, with tiers, withdrawals and left-out rows."""
    machines = read_price_mapping(_DEMO / "vm-prices.toml")
    storage = read_price_mapping(_DEMO / "object-storage-prices.toml")

    assert machines.withdrawn_value == "delisted"
    assert machines.only == {"armRegionName": frozenset({"eastus", "westus2"})}
    assert storage.tier_column == "from_gigabyte_months"


def test_a_fixed_day_and_a_currency_column(tmp_path: Path) -> None:
    """A list without dates gets its day from the mapping."""
    text = _GOOD.replace('currency = "USD"', "").replace(
        '[valid_from]\ncolumn = "from"', "[valid_from]\ndate = 2024-02-01"
    )
    mapping = read_price_mapping(_written(tmp_path, text + '[currency]\ncolumn = "code"\n'))

    assert (mapping.valid_from, mapping.valid_from_column) == (date(2024, 2, 1), "")
    assert mapping.currency.of({"code": "SEK"}) == "SEK"


def test_braces_in_a_template(tmp_path: Path) -> None:
    """A doubled brace is a brace."""
    mapping = read_price_mapping(_written(tmp_path, _GOOD.replace("{region}/{size}", "{{{size}}}")))

    assert mapping.meter.of({"size": "S"}) == "{S}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('price_sheet = "list"', ""), "key “price_sheet”: it must be given, as a text in quotes."),
        (('currency = "USD"', 'currency = "usd"'), "key “currency”: it must be a currency code"),
        (('currency = "USD"', ""), "key “currency”: it must be a currency code"),
        (('[price]\ncolumn = "usd"', "[price]"), "key “price.column”: it must be given"),
        (('currency = "USD"', 'currency = "USD"\nname = 1'), "key “name”: it must be a table, such as [name]."),
        (('template = "{region}/{size}"', ""), "key “meter”: it must have either a column or a template."),
        (('template = "{region}/{size}"', 'text = "x"'), "key “meter.text”: there is no such key; there are column"),
        (('"{region}/{size}"', '"{region}/{size"'), "key “meter.template”: a brace stands alone"),
        (("denominator = 3600", "denominator = 0"), "key “unit.denominator”: it must be a whole number from 1 to"),
        (("denominator = 3600", "denominator = 1.5"), "key “unit.denominator”: it must be a whole number"),
        (("denominator = 3600", "denominator = true"), "key “unit.denominator”: it must be a whole number"),
        (('usage = "second"', f'usage = "{"x" * 51}"'), "key “unit.usage”: it must be at most 50 characters"),
        (('usage = "second"', 'usage = ""'), "key “unit.usage”: it must be given"),
        (("[unit]", "[units]"), "key “units”: there is no such key; there are price_sheet"),
        (('column = "from"', "date = 2024-02-01T00:00:00Z"), "key “valid_from.date”: it must be a date without quotes"),
        (('column = "from"', ""), "key “valid_from.column”: it must be given"),
        (("[unit]", '[withdrawn]\ncolumn = "event"\n[unit]'), "key “withdrawn.value”: it must be given"),
        (("[unit]", "[tier]\n[unit]"), "key “tier.from_column”: it must be given"),
        (("[unit]", '[only]\nregion = "eastus"\n[unit]'), "key “only.region”: it must be a list of texts"),
        (("[unit]", '[name]\ncolumn = "a"\ntext = "b"\n[unit]'), "key “name”: it must have one of: column"),
        (("[unit]", "[unit"), "is not a TOML file"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """The sentence names the file and the key."""
    with pytest.raises(UnableToMapPrices) as refused:
        read_price_mapping(_written(tmp_path, _GOOD.replace(*change)))

    assert "prices.toml" in str(refused.value)
    assert said in str(refused.value)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    """No traceback."""
    with pytest.raises(UnableToMapPrices, match=r"gone\.toml cannot be read"):
        read_price_mapping(tmp_path / "gone.toml")
