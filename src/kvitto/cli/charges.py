"""`kvitto charges`: what usage comes to, before anything is rounded."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import Phrase, format_number, phrase, phrases, translated, unit_name
from kvitto.money import plain
from kvitto.rating.charge import ChargeTotal, Unpriced

if TYPE_CHECKING:
    from kvitto.runs.list_charges import ListedCharges
    from kvitto.runs.office import Office

_KEYS = {
    "day": phrase("Day"),
    "subscription": phrase("Subscription"),
    "meter": phrase("Meter"),
    "resource": phrase("Resource"),
}
_UNPRICED_SHOWN = 20


class UnableToList(UnableTo):
    """The charges that were asked for cannot be told."""


@click.group(help=translated("Unrounded charges: what usage comes to."))
def charges() -> None:
    """Charges."""


@charges.command("list", help=translated("List unrounded charges of the days from --from up to, not including, --to."))
@office_command
@click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar=translated("DATE"),
    help=translated("The first UTC day, such as 2024-02-01."),
)
@click.option(
    "--to",
    "end_day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar=translated("DATE"),
    help=translated("The UTC day after the last one; it is not included."),
)
@click.option(
    "--by",
    default="subscription,meter",
    show_default=True,
    metavar=translated("KEYS"),
    help=translated("What to sum by: any of day, subscription, meter, resource, with commas between them."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Write JSON, numbers as texts with every digit."))
def list_(office: Office, first_day: datetime, end_day: datetime, by: str, *, as_json: bool) -> None:
    """Rate the billing periods that hold these days, and tell the days' charges and their total."""
    from kvitto.runs.list_charges import list_charges

    keys = _keys(by)
    start, end = first_day.date(), end_day.date()
    if end <= start:
        raise UnableToList(
            phrase(
                "--to ({end}) must be later than --from ({start}): the day --to is not included.", start=start, end=end
            )
        )
    listed = list_charges(office, start, end, keys)
    if as_json:
        print_json([_as_json(row, keys) for row in listed.rows])
    else:
        _print(listed, keys, start, end)
    if listed.unpriced:
        _warn(listed.unpriced)
        sys.exit(1)


def _keys(by: str) -> list[str]:
    keys = [key.strip() for key in by.split(",") if key.strip()]
    for key in keys:
        if key not in _KEYS:
            raise UnableToList(phrase("--by knows no “{key}”. It takes any of {keys}.", key=key, keys=tuple(_KEYS)))
    return list(dict.fromkeys(keys))


def _as_json(row: ChargeTotal, keys: list[str]) -> dict[str, str]:
    return {
        **{key: str(getattr(row, key)) for key in keys},
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "currency": row.currency,
        "amount": plain(row.amount),
    }


def _print(listed: ListedCharges, keys: list[str], start: date, end: date) -> None:
    click.echo(str(phrase("Charges from {start} up to, not including, {end}, unrounded.", start=start, end=end)))
    heads = [*(_KEYS[key] for key in keys), phrase("Quantity"), phrase("Unit"), phrase("Amount"), phrase("Currency")]
    rows = [
        [
            *(str(getattr(row, key)) for key in keys),
            format_number(row.quantity),
            unit_name(row.unit),
            format_number(row.amount),
            row.currency,
        ]
        for row in listed.rows
    ]
    print_table(heads, rows, numbers=(len(keys), len(keys) + 2))
    for money in listed.totals:
        click.echo(str(phrase("Total: {total}", total=money)))
    if not listed.rows:
        click.echo(str(phrase("There are no charges on these days.")))


def _warn(unpriced: list[Unpriced]) -> None:
    rows = sum(usage.rows for usage in unpriced)
    click.echo(
        str(
            phrases(
                "{count} row of usage is not in these charges, because no price covers it:",
                "{count} rows of usage are not in these charges, because no price covers them:",
                rows,
            )
        ),
        err=True,
    )
    for usage in unpriced[:_UNPRICED_SHOWN]:
        click.echo(f"  {_sentence(usage)}", err=True)
    if len(unpriced) > _UNPRICED_SHOWN:
        click.echo(f"  {phrase('… and {count} more.', count=len(unpriced) - _UNPRICED_SHOWN)}", err=True)
    click.echo(str(phrase("Import a price for it: kvitto prices import --mapping FILE.toml DATA")), err=True)


def _sentence(usage: Unpriced) -> Phrase:
    values = {"subscription": usage.subscription, "meter": usage.meter, "unit": usage.unit, "day": usage.day}
    if usage.cause == "unit":
        return phrase("{day}, {subscription}: {meter} was sent in {unit}, which its price does not convert.", **values)
    return phrase("{day}, {subscription}: {meter} has no price.", **values)
