"""Importing price lists: read them all, then record what is new under one revision, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kvitto.agreements.price_files.price_file import PriceFile, read_prices
from kvitto.agreements.price_files.price_mapping import read_price_mapping
from kvitto.agreements.price_files.price_rows import PriceFault, UnableToReadPrices
from kvitto.agreements.price_sheet import Price
from kvitto.language import phrase
from kvitto.records.prices import RecordedPrices, record_prices
from kvitto.runs.office import Office


@dataclass(frozen=True)
class PricesReport:
    """What an import found and did: rows read, rows that `[only]` left out, prices in them, and what was recorded."""

    files: tuple[str, ...]
    rows: int
    left_out: int
    prices: int
    recorded: RecordedPrices


def import_prices(office: Office, mapping_path: Path, data_paths: Sequence[Path]) -> PricesReport:
    """Take in all the price lists by one mapping, or none of them.

    Raises `UnableToMapPrices` for a wrong mapping and `UnableToReadPrices` with every fault of the files.
    """
    mapping = read_price_mapping(mapping_path)
    read: dict[Path, PriceFile] = {}
    faults: list[PriceFault] = []
    rows = 0
    for path in data_paths:
        try:
            read[path] = read_prices(path, mapping)
            rows += read[path].rows
        except UnableToReadPrices as error:
            faults += error.faults
            rows += error.rows
    prices = _together(read, faults)
    if faults:
        raise UnableToReadPrices(faults, rows)
    cause = " ".join(("prices import", *(path.name for path in data_paths)))
    return PricesReport(
        files=tuple(str(path) for path in data_paths),
        rows=rows,
        left_out=sum(file.left_out for file in read.values()),
        prices=len(prices),
        recorded=record_prices(prices, office.now(), cause),
    )


def _together(files: dict[Path, PriceFile], faults: list[PriceFault]) -> list[Price]:
    """The prices of all files; a price that stands in two of them counts once, and two different ones are a fault."""
    found: dict[tuple[str, str, str, date], tuple[Price, Path]] = {}
    for path, file in files.items():
        for price in file.prices:
            whole = replace(price, valid_to=None)
            earlier, where = found.setdefault((*price.key, price.valid_from), (whole, path))
            if earlier != whole:
                what = phrase(
                    "{meter} has another price for {day} in {file}.",
                    meter=price.meter,
                    day=price.valid_from,
                    file=where.name,
                )
                faults.append(PriceFault(path.name, 0, "", what))
    return [price for price, _ in found.values()]
