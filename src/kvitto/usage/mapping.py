"""A mapping: which columns of a CSV file are what, told in a small TOML file, so that no source needs code.

    source = "vm-jobs"                  who sends these records; with the event id it names a record for ever
    [subscription]  column or template  a subscription's id, or a name it is known as
    [resource]      column or template
    [meter]         column or template
    [quantity]      column, and unit (a text) or unit_column; allow_negative = true for meters that take corrections
    [time]          column, and zone for times without an offset of their own
    [event_id]      columns that together name a row
    [dimensions]    columns kept beside the record (may be left out)
    delimiter, encoding                 "," and "utf-8" if not given

A template is text with column names in braces: "{region}/{size}".
"""

from __future__ import annotations

import codecs
import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, phrases
from kvitto.row_text import RowText, StrayBrace

_TABLES = {
    "subscription": ("column", "template"),
    "resource": ("column", "template"),
    "meter": ("column", "template"),
    "quantity": ("column", "unit", "unit_column", "allow_negative"),
    "time": ("column", "zone"),
    "event_id": ("columns",),
    "dimensions": ("columns",),
}
_TEXTS = ("source", "delimiter", "encoding")
_LONGEST = {"source": 100, "unit": 50, "delimiter": 1}


class UnableToMap(UnableTo):
    """A mapping file is missing or wrong; the sentence names the file, the key and what to do."""


@dataclass(frozen=True)
class Mapping:
    """A mapping file's content, checked. `unit` is empty where `unit_column` is given, `zone` None where none is."""

    source: str
    subscription: RowText
    resource: RowText
    meter: RowText
    quantity_column: str
    unit: str
    unit_column: str
    allow_negative: bool
    time_column: str
    zone: ZoneInfo | None
    event_id_columns: tuple[str, ...]
    dimension_columns: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping names, each once."""
        named = (
            *self.subscription.columns,
            *self.resource.columns,
            *self.meter.columns,
            self.quantity_column,
            self.unit_column,
            self.time_column,
            *self.event_id_columns,
            *self.dimension_columns,
        )
        return tuple(dict.fromkeys(name for name in named if name))


def read_mapping(path: Path) -> Mapping:
    """The mapping in the file; `UnableToMap` with the first fault that is found."""
    try:
        written = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise UnableToMap(
            phrase("The mapping {file} cannot be read: {cause}.", file=str(path), cause=error.strerror or str(error))
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnableToMap(
            phrase("The mapping {file} is not a TOML file: {cause}. Correct it.", file=str(path), cause=str(error))
        ) from error
    return _Written(str(path), written).mapping()


class _Written:
    """The keys of one mapping file, each asked for with its kind."""

    def __init__(self, file: str, written: dict[str, object]) -> None:
        self.file, self.written = file, written

    def mapping(self) -> Mapping:
        """All of it; raises at the first fault."""
        self._check_keys()
        self._need("source", phrase('say who sends these records, such as source = "vm-jobs"'))
        for name in ("subscription", "resource", "meter"):
            self._need(name, phrase('give it a column or a template, such as column = "customer"'))
        self._need("quantity", phrase('give it a column and a unit, such as column = "seconds" and unit = "second"'))
        self._need("time", phrase('give it a column, such as column = "start"'))
        if "event_id" not in self.written:
            raise UnableToMap(
                phrase(
                    "{file}: [event_id] is missing. Name the columns that together identify a row, such as "
                    'columns = ["id"]: without them nobody could tell a row that was sent twice from two rows, and '
                    "it would be billed twice.",
                    file=self.file,
                )
            )
        unit, unit_column = self._unit()
        return Mapping(
            source=self._required_text("source"),
            subscription=self._template("subscription"),
            resource=self._template("resource"),
            meter=self._template("meter"),
            quantity_column=self._required_text("quantity.column"),
            unit=unit,
            unit_column=unit_column,
            allow_negative=self._flag("quantity.allow_negative"),
            time_column=self._required_text("time.column"),
            zone=self._zone(),
            event_id_columns=self._columns("event_id.columns", required=True),
            dimension_columns=self._columns("dimensions.columns", required="dimensions" in self.written),
            delimiter=self._delimiter(),
            encoding=self._encoding(),
        )

    def _check_keys(self) -> None:
        for name, value in self.written.items():
            if name in _TEXTS:
                continue
            if name not in _TABLES:
                self._unknown(name, (*_TEXTS, *_TABLES))
            if not isinstance(value, dict):
                raise self._fault(phrase("must be a table: write [{key}] on a line of its own", key=name), name)
            for key in value:
                if key not in _TABLES[name]:
                    self._unknown(f"{name}.{key}", tuple(f"{name}.{known}" for known in _TABLES[name]))

    def _unknown(self, key: str, known: tuple[str, ...]) -> None:
        raise UnableToMap(
            phrase(
                "{file}: a mapping has no key “{key}”. Take it away or correct it; there are: {known}.",
                file=self.file,
                key=key,
                known=known,
            )
        )

    def _need(self, key: str, advice: Phrase) -> None:
        if key not in self.written:
            raise UnableToMap(
                phrase("{file}: {key} is missing; {advice}.", file=self.file, key=f"“{key}”", advice=advice)
            )

    def _fault(self, complaint: Phrase, key: str) -> UnableToMap:
        return UnableToMap(phrase("{file}: “{key}” {complaint}.", file=self.file, key=key, complaint=complaint))

    def _value(self, key: str) -> object:
        table, _, name = key.rpartition(".")
        place = self.written.get(table, {}) if table else self.written
        return place.get(name) if isinstance(place, dict) else None

    def _text(self, key: str) -> str:
        value = self._value(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._fault(phrase("must be a text in quotes"), key)
        if not value:
            raise self._fault(phrase("is empty; give it a text or take the line away"), key)
        if not value.isprintable() and key != "delimiter":
            raise self._fault(phrase("has a character that cannot be printed; take it away"), key)
        longest = _LONGEST.get(key.rpartition(".")[2], 200)
        if len(value) > longest:
            raise self._fault(
                phrases(
                    "is longer than {count} character; shorten it",
                    "is longer than {count} characters; shorten it",
                    longest,
                ),
                key,
            )
        return value

    def _required_text(self, key: str) -> str:
        text = self._text(key)
        if not text:
            raise self._fault(phrase("is missing; add it"), key)
        return text

    def _flag(self, key: str) -> bool:
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            raise self._fault(phrase("must be true or false"), key)
        return bool(value)

    def _columns(self, key: str, *, required: bool) -> tuple[str, ...]:
        value = self._value(key)
        if value is None and not required:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(name, str) and name for name in value):
            raise self._fault(phrase('must be a list of column names, such as ["id"]'), key)
        if len(set(value)) != len(value):
            raise self._fault(phrase("names a column twice; name each once"), key)
        return tuple(value)

    def _template(self, key: str) -> RowText:
        column, template = self._text(f"{key}.column"), self._text(f"{key}.template")
        if bool(column) == bool(template):
            raise self._fault(phrase("needs either a column or a template, and not both"), key)
        if column:
            return RowText.of_column(column)
        try:
            return RowText.of_template(template)
        except StrayBrace as error:
            raise self._fault(
                phrase("has a brace without its partner; write a column as {example}", example="{column}"),
                f"{key}.template",
            ) from error

    def _unit(self) -> tuple[str, str]:
        unit, unit_column = self._text("quantity.unit"), self._text("quantity.unit_column")
        if bool(unit) == bool(unit_column):
            raise self._fault(phrase("needs either a unit or a unit_column, and not both"), "quantity")
        return unit, unit_column

    def _zone(self) -> ZoneInfo | None:
        name = self._text("time.zone")
        if not name:
            return None
        try:
            return ZoneInfo(name)
        except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise self._no_zone(name) from error
        except KeyError as error:
            raise self._no_zone(name) from error

    def _no_zone(self, name: str) -> UnableToMap:
        return self._fault(
            phrase('is “{name}”, which is no time zone; write one such as "Europe/Riga"', name=name), "time.zone"
        )

    def _delimiter(self) -> str:
        delimiter = self._text("delimiter") or ","
        if delimiter != "\t" and not (delimiter.isascii() and delimiter.isprintable() and delimiter != '"'):
            raise self._fault(
                phrase("must be a tab or one printable ASCII character other than the quote"), "delimiter"
            )
        return delimiter

    def _encoding(self) -> str:
        name = self._text("encoding") or "utf-8"
        ascii_bytes = bytes(range(128))
        try:
            reads_ascii = ascii_bytes.decode(codecs.lookup(name).name) == ascii_bytes.decode("ascii")
        except (LookupError, ValueError, TypeError):
            reads_ascii = False
        if not reads_ascii:
            raise self._fault(
                phrase(
                    'is “{name}”, which cannot be read line by line; write one such as "utf-8" or "cp1252", or turn '
                    "the file into UTF-8",
                    name=name,
                ),
                "encoding",
            )
        return codecs.lookup(name).name
