"""A price mapping: how the columns of a price list become prices, told in a small TOML file.

    price_sheet = "list"                which price sheet the prices belong to
    currency = "USD"                    or [currency] column
    [meter]       column or template    what the usage calls the meter; remove = "…" takes a text out of it
    [price]       column                the price of one unit
    [valid_from]  column or date        the first day it holds; it holds until the next price of the meter
    [unit]        usage, price          the unit usage is sent in and the unit that is priced;
                  numerator, denominator    how one becomes the other (seconds to hours: 1 and 3600); 1 if left out
    [tier]        from_column           the quantity, in the priced unit, from which on a graduated price holds
    [withdrawn]   column, value         rows that end a price instead of giving one
    [only]        column = [values]     rows to be read; the others are left out and counted
    [name] [category] [region]          column, template or text: what people read about the meter
    [kind]        column, template or text: what is sold, as `ChargeKind` says; usage if left out or empty
    [tax_class]   column, template or text: which rate of the buyer's country; the standard rate if left out or empty
    [publisher]   column, template or text: the third party that sells it
    [earned_credit]  column, template or text: percent of the price that a partner earns; none if left out or empty

A template is text with column names in braces: "{armRegionName}/{armSkuName}".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NoReturn

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.row_text import RowText, StrayBrace

_KEYS = {
    "currency": ("column",),
    "meter": ("column", "template", "remove"),
    "price": ("column",),
    "valid_from": ("column", "date"),
    "unit": ("usage", "price", "numerator", "denominator"),
    "tier": ("from_column",),
    "withdrawn": ("column", "value"),
    "name": ("column", "template", "text", "remove"),
    "category": ("column", "template", "text", "remove"),
    "region": ("column", "template", "text", "remove"),
    "kind": ("column", "template", "text", "remove"),
    "tax_class": ("column", "template", "text", "remove"),
    "publisher": ("column", "template", "text", "remove"),
    "earned_credit": ("column", "template", "text", "remove"),
}
_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST_FRACTION = 10**9
_LONGEST = {"price_sheet": 100, "unit": 50}  # characters that are kept


class UnableToMapPrices(UnableTo):
    """A price mapping is missing or wrong; the sentence names the file, the key and what to do."""


@dataclass(frozen=True)
class PriceMapping:
    """A price mapping's content, checked. Columns that are not used are empty; then `valid_from` is set."""

    price_sheet: str
    currency: RowText
    meter: RowText
    price_column: str
    valid_from_column: str
    valid_from: date | None
    usage_unit: str
    price_unit: str
    numerator: int
    denominator: int
    tier_column: str = ""
    withdrawn_column: str = ""
    withdrawn_value: str = ""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name: RowText = field(default_factory=RowText)
    category: RowText = field(default_factory=RowText)
    region: RowText = field(default_factory=RowText)
    kind: RowText = field(default_factory=RowText)
    tax_class: RowText = field(default_factory=RowText)
    publisher: RowText = field(default_factory=RowText)
    earned_credit: RowText = field(default_factory=RowText)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping names, each once."""
        texts = (
            self.currency, self.meter, self.name, self.category, self.region, self.kind, self.tax_class,
            self.publisher, self.earned_credit,
        )  # fmt: skip
        named = (
            *(column for text in texts for column in text.columns),
            self.price_column,
            self.valid_from_column,
            self.tier_column,
            self.withdrawn_column,
            *self.only,
        )
        return tuple(dict.fromkeys(name for name in named if name))


def read_price_mapping(path: Path) -> PriceMapping:
    """The mapping in the file; `UnableToMapPrices` with the first fault that is found."""
    try:
        written = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        cause = error.strerror or str(error)
        raise UnableToMapPrices(
            phrase("The price mapping {file} cannot be read: {cause}.", file=str(path), cause=cause)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnableToMapPrices(
            phrase(
                "The price mapping {file} is not a TOML file: {cause}. Correct it.", file=str(path), cause=str(error)
            )
        ) from error
    return _Written(str(path), written).mapping()


class _Written:
    """The keys of one mapping file, each asked for with its kind."""

    def __init__(self, file: str, written: dict[str, object]) -> None:
        self.file, self.written = file, written

    def mapping(self) -> PriceMapping:
        """All of it; raises at the first fault."""
        self._check_names()
        withdrawn = self._table("withdrawn")
        valid_from = self._table("valid_from")
        return PriceMapping(
            price_sheet=self._needed_text("", "price_sheet"),
            currency=self._currency(),
            meter=self._row_text("meter", needed=True),
            price_column=self._needed_text("price", "column"),
            valid_from_column="" if "date" in valid_from else self._needed_text("valid_from", "column"),
            valid_from=self._date(valid_from["date"]) if "date" in valid_from else None,
            usage_unit=self._needed_text("unit", "usage"),
            price_unit=self._needed_text("unit", "price"),
            numerator=self._fraction("numerator"),
            denominator=self._fraction("denominator"),
            tier_column=self._needed_text("tier", "from_column") if "tier" in self.written else "",
            withdrawn_column=self._needed_text("withdrawn", "column") if withdrawn else "",
            withdrawn_value=self._needed_text("withdrawn", "value") if withdrawn else "",
            only=self._only(),
            name=self._row_text("name"),
            category=self._row_text("category"),
            region=self._row_text("region"),
            kind=self._row_text("kind"),
            tax_class=self._row_text("tax_class"),
            publisher=self._row_text("publisher"),
            earned_credit=self._row_text("earned_credit"),
        )

    def _check_names(self) -> None:
        known = ("price_sheet", "only", *_KEYS)
        for name in self.written:
            if name not in known:
                self._refuse(name, phrase("there is no such key; there are {names}", names=known))
            for key in self._table(name) if name in _KEYS and name != "currency" else ():
                if key not in _KEYS[name]:
                    self._refuse(f"{name}.{key}", phrase("there is no such key; there are {names}", names=_KEYS[name]))

    def _table(self, name: str) -> dict[str, object]:
        table = self.written.get(name, {})
        if not isinstance(table, dict):
            self._refuse(name, phrase("it must be a table, such as [{name}]", name=name))
        return table

    def _needed_text(self, table: str, key: str) -> str:
        value = (self._table(table) if table else self.written).get(key)
        if not isinstance(value, str) or not value:
            self._refuse(f"{table}.{key}" if table else key, phrase("it must be given, as a text in quotes"))
        longest = _LONGEST.get(table or key, len(value))
        if len(value) > longest or not value.isprintable():
            must = phrase("it must be at most {longest} characters, without control characters", longest=longest)
            self._refuse(f"{table}.{key}" if table else key, must)
        return value

    def _currency(self) -> RowText:
        written = self.written.get("currency")
        if isinstance(written, dict):
            return RowText.of_column(self._needed_text("currency", "column"))
        if not isinstance(written, str) or not _CURRENCY.fullmatch(written):
            self._refuse("currency", phrase('it must be a currency code such as "USD", or a table with a column'))
        return RowText.of_text(written)

    def _row_text(self, name: str, *, needed: bool = False) -> RowText:
        table = self._table(name)
        kinds = [kind for kind in ("column", "template", "text") if kind in table]
        if not kinds and not needed and not table:
            return RowText()
        if len(kinds) != 1 or kinds[0] not in _KEYS[name]:
            self._refuse(
                name,
                phrase("it must have one of: column, template, text")
                if name != "meter"
                else phrase("it must have either a column or a template"),
            )
        text = self._needed_text(name, kinds[0])
        remove = self._needed_text(name, "remove") if "remove" in table else ""
        if kinds[0] == "template":
            return self._template(name, text, remove)
        return RowText.of_column(text, remove) if kinds[0] == "column" else RowText.of_text(text, remove)

    def _template(self, name: str, text: str, remove: str) -> RowText:
        try:
            return RowText.of_template(text, remove)
        except StrayBrace:
            self._refuse(
                f"{name}.template",
                phrase("a brace stands alone; write column names in braces, {{ for a brace itself"),
            )

    def _date(self, value: object) -> date:
        # TOML's own dates; a moment is a date too in Python, and is none here
        if type(value) is not date:
            self._refuse("valid_from.date", phrase("it must be a date without quotes, such as 2024-02-01"))
        return value

    def _fraction(self, key: str) -> int:
        value = self._table("unit").get(key, 1)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LARGEST_FRACTION:
            self._refuse(
                f"unit.{key}", phrase("it must be a whole number from 1 to {largest}", largest=_LARGEST_FRACTION)
            )
        return value

    def _only(self) -> dict[str, frozenset[str]]:
        chosen = {}
        for column, values in self._table("only").items():
            if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
                self._refuse(f"only.{column}", phrase('it must be a list of texts, such as ["eastus"]'))
            chosen[column] = frozenset(values)
        return chosen

    def _refuse(self, key: str, must: Phrase) -> NoReturn:
        raise UnableToMapPrices(
            phrase("The price mapping {file}, key “{key}”: {must}.", file=self.file, key=key, must=must)
        )
