"""Mappings: what a good one means, and the sentence for each fault of a bad one."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kvitto.row_text import RowText
from kvitto.usage.mapping import UnableToMap, read_mapping
from tests.usage.cast import MAPPING, mapping, write_mapping


def test_a_mapping_says_where_everything_stands(tmp_path: Path) -> None:
    """Every key of the file is in the value."""
    read = mapping(tmp_path)
    assert read.source == "jobs"
    assert read.subscription == RowText((("customer", True),))
    assert read.resource == RowText((("size", True), ("/", False), ("machine", True)))
    assert read.meter == RowText((("vm/", False), ("size", True)))
    assert (read.quantity_column, read.unit, read.unit_column, read.allow_negative) == ("seconds", "second", "", False)
    assert (read.time_column, read.zone) == ("when", ZoneInfo("Europe/Riga"))
    assert (read.event_id_columns, read.dimension_columns) == (("id",), ("note",))
    assert (read.delimiter, read.encoding) == (",", "utf-8")


def test_columns_are_named_once_each(tmp_path: Path) -> None:
    """The columns that a file must have."""
    assert mapping(tmp_path).columns == ("customer", "size", "machine", "seconds", "when", "id", "note")


def test_braces_in_a_template_are_doubled(tmp_path: Path) -> None:
    """{{ and }} stand for themselves."""
    read = mapping(tmp_path, MAPPING.replace('"vm/{size}"', '"{{x}}{size}"'))
    assert read.meter == RowText((("{", False), ("x", False), ("}", False), ("size", True)))


def test_what_may_be_left_out_and_what_may_be_added(tmp_path: Path) -> None:
    """Zone and dimensions are optional; unit_column, allow_negative, delimiter and encoding may be given."""
    text = MAPPING.replace('zone = "Europe/Riga"\n', "").replace('[dimensions]\ncolumns = ["note"]\n', "")
    text = text.replace('unit = "second"', 'unit_column = "unit"\nallow_negative = true')
    read = mapping(tmp_path, 'delimiter = "\\t"\nencoding = "cp1252"\n' + text)
    assert (read.zone, read.dimension_columns) == (None, ())
    assert (read.unit, read.unit_column, read.allow_negative) == ("", "unit", True)
    assert (read.delimiter, read.encoding) == ("\t", "cp1252")


# ruff: noqa: E501 - a sentence stands on one line
FAULTS = [
    ('source = "jobs"', "", '{file}: “source” is missing; say who sends these records, such as source = "vm-jobs".'),
    ('source = "jobs"', "source = 5", "{file}: “source” must be a text in quotes."),
    ('source = "jobs"', 'source = ""', "{file}: “source” is empty; give it a text or take the line away."),
    ('source = "jobs"', 'source = "a\\u0007"', "{file}: “source” has a character that cannot be printed; take it away."),
    ('source = "jobs"', f"source = \"{'x' * 101}\"", "{file}: “source” is longer than 100 characters; shorten it."),
    ('source = "jobs"', 'source = "jobs"\nsauce = 1', "{file}: a mapping has no key “sauce”. Take it away or correct it; there are: source, delimiter, encoding, subscription, resource, meter, quantity, time, event_id and dimensions."),
    ("[time]\n", '[time]\nformat = "x"\n', "{file}: a mapping has no key “time.format”. Take it away or correct it; there are: time.column and time.zone."),
    ('[subscription]\ncolumn = "customer"', "", '{file}: “subscription” is missing; give it a column or a template, such as column = "customer".'),
    ('[subscription]\ncolumn = "customer"', "[subscription]", "{file}: “subscription” needs either a column or a template, and not both."),
    ('column = "customer"', 'column = "customer"\ntemplate = "{customer}"', "{file}: “subscription” needs either a column or a template, and not both."),
    ('"vm/{size}"', '"vm/{size"', "{file}: “meter.template” has a brace without its partner; write a column as {column}."),
    ('[quantity]\ncolumn = "seconds"\nunit = "second"', "", '{file}: “quantity” is missing; give it a column and a unit, such as column = "seconds" and unit = "second".'),
    ('column = "seconds"\n', "", "{file}: “quantity.column” is missing; add it."),
    ('unit = "second"', "", "{file}: “quantity” needs either a unit or a unit_column, and not both."),
    ('unit = "second"', 'unit = "second"\nunit_column = "u"', "{file}: “quantity” needs either a unit or a unit_column, and not both."),
    ('unit = "second"', 'unit = "second"\nallow_negative = "yes"', "{file}: “quantity.allow_negative” must be true or false."),
    ('[time]\ncolumn = "when"\nzone = "Europe/Riga"', "", '{file}: “time” is missing; give it a column, such as column = "start".'),
    ('"Europe/Riga"', '"Riga"', '{file}: “time.zone” is “Riga”, which is no time zone; write one such as "Europe/Riga".'),
    ('"Europe/Riga"', '"../Riga"', '{file}: “time.zone” is “../Riga”, which is no time zone; write one such as "Europe/Riga".'),
    ('[event_id]\ncolumns = ["id"]', "", '{file}: [event_id] is missing. Name the columns that together identify a row, such as columns = ["id"]: without them nobody could tell a row that was sent twice from two rows, and it would be billed twice.'),
    ('["id"]', "[]", '{file}: “event_id.columns” must be a list of column names, such as ["id"].'),
    ('["id"]', '"id"', '{file}: “event_id.columns” must be a list of column names, such as ["id"].'),
    ('["id"]', '["id", "id"]', "{file}: “event_id.columns” names a column twice; name each once."),
    ('source = "jobs"', 'source = "jobs"\ndelimiter = ";;"', "{file}: “delimiter” is longer than 1 character; shorten it."),
    ('source = "jobs"', 'source = "jobs"\ndelimiter = "\\""', "{file}: “delimiter” must be a tab or one printable ASCII character other than the quote."),
    ('source = "jobs"', 'source = "jobs"\nencoding = "utf-16"', '{file}: “encoding” is “utf-16”, which cannot be read line by line; write one such as "utf-8" or "cp1252", or turn the file into UTF-8.'),
    ('source = "jobs"', 'source = "jobs"\nencoding = "klingon"', '{file}: “encoding” is “klingon”, which cannot be read line by line; write one such as "utf-8" or "cp1252", or turn the file into UTF-8.'),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "sentence"), FAULTS)
def test_each_fault_has_its_sentence(tmp_path: Path, good: str, bad: str, sentence: str) -> None:
    """A mapping with one fault is refused with the file, the key and what to do."""
    assert good in MAPPING
    file = write_mapping(tmp_path, MAPPING.replace(good, bad, 1))
    with pytest.raises(UnableToMap) as refused:
        read_mapping(file)
    assert str(refused.value) == sentence.replace("{file}", str(file))


def test_a_missing_mapping_is_named(tmp_path: Path) -> None:
    """There is no such file."""
    with pytest.raises(UnableToMap) as refused:
        read_mapping(tmp_path / "none.toml")
    assert str(refused.value) == f"The mapping {tmp_path / 'none.toml'} cannot be read: No such file or directory."


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """The parser's own words say where."""
    file = write_mapping(tmp_path, "source = \n")
    with pytest.raises(UnableToMap) as refused:
        read_mapping(file)
    assert str(refused.value).startswith(f"The mapping {file} is not a TOML file: ")
    assert str(refused.value).endswith("(at line 1, column 10). Correct it.")


def test_a_table_must_be_a_table(tmp_path: Path) -> None:
    """A text where a table belongs."""
    file = write_mapping(tmp_path, 'source = "jobs"\ntime = "when"\n')
    with pytest.raises(UnableToMap) as refused:
        read_mapping(file)
    assert str(refused.value) == f"{file}: “time” must be a table: write [time] on a line of its own."
