"""Prices out of a price list: all of it, or none of it and every reason why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from kvitto.agreements.price_files.price_mapping import PriceMapping
from kvitto.agreements.price_files.price_rows import PriceFault, PriceRow, UnableToReadPrices, read_rows
from kvitto.agreements.price_sheet import ChargeKind, Price, PriceModel, Tier, in_force
from kvitto.language import Phrase, phrase
from kvitto.money import PRICE, QUANTITY, Width
from kvitto.row_text import RowText

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST = {"meter": 200, "name": 200, "category": 200, "region": 100, "tax_class": 50, "publisher": 200}
_WHOLE_PERCENT = re.compile(r"\d{1,2}|100", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


@dataclass(frozen=True)
class PriceFile:
    """What a price list holds: its prices (their ids are 0), how many rows it has, and how many `[only]` left out."""

    prices: list[Price]
    rows: int
    left_out: int


@dataclass(frozen=True)
class _Said:
    """What a row says of its meter beside the price; the rows of one price must agree on it."""

    name: str
    category: str
    region: str
    kind: ChargeKind
    tax_class: str
    publisher: str
    earned_credit: int


@dataclass(frozen=True)
class _Entry:
    """One row, read: a tier of a price, or the end of one (`tier` is None)."""

    line: int
    meter: str
    currency: str
    valid_from: date
    tier: Tier | None
    said: _Said


def read_prices(path: Path, mapping: PriceMapping) -> PriceFile:
    """The prices in the file, each valid until the next of its meter; a price that ends has a withdrawn one after it.

    Rows of one meter and day with rising tier starts are one graduated price; a row that stands there twice counts
    once. Raises `UnableToReadPrices` with every fault.
    """
    return _Reader(path, mapping).file()


class _Reader:
    """Reads one file by one mapping."""

    def __init__(self, path: Path, mapping: PriceMapping) -> None:
        self.path, self.mapping = path, mapping
        self.faults: list[PriceFault] = []
        self.rows = self.left_out = 0

    def file(self) -> PriceFile:
        """All of it, or `UnableToReadPrices`."""
        entries: dict[tuple[str, str, date], list[_Entry]] = {}
        for row in read_rows(self.path, self.mapping.columns, self.faults):
            self.rows += 1
            if any(row.values[column] not in values for column, values in self.mapping.only.items()):
                self.left_out += 1
            elif entry := self._entry(row):
                entries.setdefault((entry.currency, entry.meter, entry.valid_from), []).append(entry)
        prices = [price for together in entries.values() if (price := self._price(together))]
        if self.faults:
            raise UnableToReadPrices(sorted(self.faults, key=lambda fault: fault.line), self.rows)
        return PriceFile(in_force(prices), self.rows, self.left_out)

    def _entry(self, row: PriceRow) -> _Entry | None:
        faults_before = len(self.faults)
        meter = self._text(row, "meter", self.mapping.meter)
        if not meter:
            self._wrong(row.line, self.mapping.meter.columns, phrase("the meter has no name."))
        currency = self.mapping.currency.of(row.values)
        if not _CURRENCY.fullmatch(currency):
            self._wrong(
                row.line,
                self.mapping.currency.columns,
                phrase("“{text}” is no currency code such as USD.", text=currency),
            )
        valid_from = self.mapping.valid_from or self._day(row)
        withdrawn = self.mapping.withdrawn_column
        ends = bool(withdrawn) and row.values[withdrawn] == self.mapping.withdrawn_value
        entry = _Entry(
            line=row.line,
            meter=meter,
            currency=currency,
            valid_from=valid_from or date.min,
            tier=None if ends else self._tier(row),
            said=self._said(row),
        )
        return entry if len(self.faults) == faults_before else None

    def _said(self, row: PriceRow) -> _Said:
        return _Said(
            name=self._text(row, "name", self.mapping.name),
            category=self._text(row, "category", self.mapping.category),
            region=self._text(row, "region", self.mapping.region),
            kind=self._kind(row),
            tax_class=self._text(row, "tax_class", self.mapping.tax_class),
            publisher=self._text(row, "publisher", self.mapping.publisher),
            earned_credit=self._earned_credit(row),
        )

    def _kind(self, row: PriceRow) -> ChargeKind:
        text = self.mapping.kind.of(row.values) or ChargeKind.USAGE
        kinds = tuple(kind.value for kind in ChargeKind)
        if text in kinds:
            return ChargeKind(text)
        what = phrase("“{text}” is no kind of charge; there are {kinds}.", text=text, kinds=kinds)
        self._wrong(row.line, self.mapping.kind.columns, what)
        return ChargeKind.USAGE

    def _earned_credit(self, row: PriceRow) -> int:
        text = self.mapping.earned_credit.of(row.values) or "0"
        if _WHOLE_PERCENT.fullmatch(text):
            return int(text)
        what = phrase("“{text}” is no whole number of percent from 0 to 100.", text=text)
        self._wrong(row.line, self.mapping.earned_credit.columns, what)
        return 0

    def _tier(self, row: PriceRow) -> Tier:
        start = self._number(row, self.mapping.tier_column, QUANTITY) if self.mapping.tier_column else Decimal(0)
        return Tier(start, self._number(row, self.mapping.price_column, PRICE))

    def _number(self, row: PriceRow, column: str, width: Width) -> Decimal:
        text = row.values[column]
        if not _NUMBER.fullmatch(text):
            self._wrong(row.line, (column,), phrase("“{text}” is not a number.", text=text))
            return Decimal(0)
        value = Decimal(text)
        if value < 0:
            self._wrong(row.line, (column,), phrase("{text} is negative.", text=text))
        elif not width.holds(value):
            what = phrase(
                "{text} has too many digits: at most {whole} before the point and {decimals} after it.",
                text=text,
                whole=width.digits - width.decimals,
                decimals=width.decimals,
            )
            self._wrong(row.line, (column,), what)
        return value

    def _day(self, row: PriceRow) -> date | None:
        column = self.mapping.valid_from_column
        text = row.values[column]
        day = _day_of(text)
        if day is None:
            what = phrase("“{text}” is not a date such as 2024-02-01, of the years 1970 to 2999.", text=text)
            self._wrong(row.line, (column,), what)
        return day

    def _text(self, row: PriceRow, kind: str, made: RowText) -> str:
        text = made.of(row.values)
        if len(text) > _LONGEST[kind]:
            what = phrase("the text is longer than {longest} characters.", longest=_LONGEST[kind])
            self._wrong(row.line, made.columns, what)
        elif not text.isprintable():
            self._wrong(row.line, made.columns, phrase("the text holds a control character."))
        return text

    def _price(self, entries: list[_Entry]) -> Price | None:
        """One price of the rows of one meter and day, in any order; a price takes the place of an end on its day."""
        entries = [entry for entry in entries if entry.tier] or entries
        first = entries[0]
        tiers = sorted({(entry.tier.from_quantity, entry.tier.unit_price) for entry in entries if entry.tier})
        starts = [start for start, _ in tiers]
        for entry in entries[1:]:
            if self._differ(first, entry):
                return None
        if len(set(starts)) < len(starts):
            self._refuse_doubled_tier(entries)
            return None
        if tiers and starts[0] != 0:
            what = phrase("the tiers of {meter} do not begin at 0.", meter=first.meter)
            self._wrong(first.line, (self.mapping.tier_column,), what)
            return None
        return Price(
            id=0,
            price_sheet=self.mapping.price_sheet,
            meter=first.meter,
            currency=first.currency,
            model=PriceModel.GRADUATED if len(tiers) > 1 else PriceModel.PER_UNIT,
            tiers=tuple(Tier(start, unit_price) for start, unit_price in tiers),
            usage_unit=self.mapping.usage_unit,
            price_unit=self.mapping.price_unit,
            numerator=self.mapping.numerator,
            denominator=self.mapping.denominator,
            valid_from=first.valid_from,
            withdrawn=not tiers,
            name=first.said.name,
            category=first.said.category,
            region=first.said.region,
            kind=first.said.kind,
            tax_class=first.said.tax_class,
            publisher=first.said.publisher,
            earned_credit=first.said.earned_credit,
        )

    def _differ(self, first: _Entry, other: _Entry) -> bool:
        differ = first.said != other.said
        if differ:
            what = phrase(
                "{meter} is described otherwise for {day} on line {line}: name, category, region, kind, tax class,"
                " publisher and earned credit must be the same.",
                meter=first.meter,
                day=first.valid_from,
                line=str(first.line),
            )
            self._wrong(other.line, (), what)
        return differ

    def _refuse_doubled_tier(self, entries: list[_Entry]) -> None:
        seen: dict[Decimal, _Entry] = {}
        for entry in entries:
            if not entry.tier:
                continue
            earlier = seen.setdefault(entry.tier.from_quantity, entry)
            if earlier.tier == entry.tier:
                continue
            values = {"meter": entry.meter, "day": entry.valid_from, "line": str(earlier.line)}
            if self.mapping.tier_column:
                what = phrase(
                    "the tiers of {meter} for {day} do not rise: line {line} begins at the same quantity.", **values
                )
            else:
                what = phrase("{meter} has another price for {day} on line {line}.", **values)
            self._wrong(entry.line, (self.mapping.tier_column or self.mapping.price_column,), what)

    def _wrong(self, line: int, columns: Iterable[str], what: Phrase) -> None:
        self.faults.append(PriceFault(self.path.name, line, ", ".join(columns), what))


def _day_of(text: str) -> date | None:
    """The day of a date, or of a moment that is 00:00 UTC; None for anything else."""
    try:
        if len(text) == len("2024-02-01"):
            day = date.fromisoformat(text)
        else:
            moment = datetime.fromisoformat(text)
            if moment.time() != time() or moment.utcoffset() not in {None, timedelta()}:
                return None
            day = moment.date()
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
