"""`kvitto prices`: take in price lists, and show which price holds when."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kvitto.agreements.price_sheet import Price
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import format_number, phrase, phrases, translated, unit_name
from kvitto.money import plain

if TYPE_CHECKING:
    from kvitto.runs.office import Office


@click.group(help=translated("Price lists, valid and recorded in time."))
def prices() -> None:
    """Price lists."""


@prices.command("import", help=translated("Take in price lists by a mapping: all of their prices, or none."))
@office_command
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=translated("TOML file that says which columns are what."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Write JSON."))
@click.argument("data", type=click.Path(path_type=Path, dir_okay=False), nargs=-1, required=True)
def import_(office: Office, mapping: Path, data: tuple[Path, ...], *, as_json: bool) -> None:
    """Read the files, record what is new, and say what was found."""
    from kvitto.runs.import_prices import import_prices

    report = import_prices(office, mapping, data)
    if as_json:
        counted = report.recorded
        print_json(
            {
                "files": list(report.files),
                "rows": report.rows,
                "left_out": report.left_out,
                "prices": report.prices,
                "added": counted.added,
                "changed": counted.changed,
                "unchanged": counted.unchanged,
                "revision": counted.revision,
            }
        )
        return
    click.echo(
        str(
            phrases(
                "{count} price in {rows} rows; {left_out} rows were left out by the mapping.",
                "{count} prices in {rows} rows; {left_out} rows were left out by the mapping.",
                report.prices,
                rows=report.rows,
                left_out=report.left_out,
            )
        )
    )
    click.echo(
        str(
            phrase(
                "Added: {added}. Changed: {changed}. Known already: {unchanged}.",
                added=report.recorded.added,
                changed=report.recorded.changed,
                unchanged=report.recorded.unchanged,
            )
        )
    )


@prices.command("list", help=translated("Show the prices of meters, and from when to when they hold."))
@office_command
@click.option("--meter", help=translated("Only this meter."))
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar=translated("DATE"),
    help=translated("Only prices in force on this day, such as 2024-02-05."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Write JSON."))
def list_(_office: Office, meter: str | None, on: datetime | None, *, as_json: bool) -> None:
    """All prices believed now, or those of one meter or day."""
    from kvitto.records.prices import prices_as_of

    found = prices_as_of(meters=None if meter is None else [meter])
    if on:
        found = [price for price in found if price.holds_on(on.date()) and not price.withdrawn]
    if as_json:
        print_json([_as_json(price) for price in found])
        return
    heads = [
        phrase("Price sheet"), phrase("Meter"), phrase("From"), phrase("To (not included)"),
        phrase("From quantity"), phrase("Price"), phrase("Currency"), phrase("Unit"),
    ]  # fmt: skip
    print_table(heads, [row for price in found for row in _rows(price)], numbers=(4, 5))


def _rows(price: Price) -> list[list[object]]:
    start = [price.price_sheet, price.meter, _iso(price.valid_from), _iso(price.valid_to)]
    if price.withdrawn:
        return [[*start, "", phrase("withdrawn"), price.currency, unit_name(price.price_unit)]]
    return [
        [
            *start,
            format_number(tier.from_quantity),
            format_number(tier.unit_price),
            price.currency,
            unit_name(price.price_unit),
        ]
        for tier in price.tiers
    ]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _as_json(price: Price) -> dict[str, object]:
    return {
        "id": price.id,
        "price_sheet": price.price_sheet,
        "meter": price.meter,
        "currency": price.currency,
        "model": price.model.value,
        "tiers": [{"from": plain(tier.from_quantity), "unit_price": plain(tier.unit_price)} for tier in price.tiers],
        "usage_unit": price.usage_unit,
        "price_unit": price.price_unit,
        "numerator": price.numerator,
        "denominator": price.denominator,
        "valid_from": price.valid_from.isoformat(),
        "valid_to": price.valid_to.isoformat() if price.valid_to else None,
        "withdrawn": price.withdrawn,
        "name": price.name,
        "category": price.category,
        "region": price.region,
    }
