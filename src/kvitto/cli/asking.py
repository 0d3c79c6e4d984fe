"""What commands that issue or record something share: amounts and days from their arguments, and asking first."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from kvitto.errors import UnableTo
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from typing import Any

    from kvitto.money import Money
    from kvitto.runs.office import Office

_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,12})?")


class UnableToRead(UnableTo):
    """An argument is not an amount."""


def amount_named(text: str) -> Decimal:
    """The amount that was typed: digits, and decimals after a point. Raises `UnableToRead`."""
    if not _AMOUNT.fullmatch(text):
        raise UnableToRead(phrase("“{text}” is no amount. Write it as 120.50.", text=text))
    return Decimal(text)


def money_of(number: str, text: str, currency: str | None) -> Money:
    """The amount in the invoice's currency, unless another one was named. Raises `UnableToRead` and `NotIssued`."""
    from kvitto.money import Money
    from kvitto.records.invoices import issued_called

    return Money(amount_named(text), (currency or issued_called(number).payable.currency).upper())


def day_named(office: Office, on: datetime | None) -> date:
    """The day that was typed, else today where the seller is."""
    from kvitto.runs.invoice_life.giving_back import legal_today

    return on.date() if on else legal_today(office)


def day_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--on DAY`."""
    return click.option(
        "--on",
        type=click.DateTime(formats=["%Y-%m-%d"]),
        help=translated("The day on which it happened; today if not given."),
    )(function)


def currency_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--currency CODE`."""
    return click.option(
        "--currency", metavar="CODE", help=translated("The currency of the amount; the invoice’s if not given.")
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--json`."""
    return click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))(function)


def yes_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--yes`."""
    return click.option("--yes", is_flag=True, help=translated("Do not ask."))(function)


def ask(question: object, *, yes: bool) -> None:
    """Go on, or leave with status 1 if the person at the terminal says no; where nobody can be asked, go on."""
    if not yes and sys.stdin.isatty() and not click.confirm(str(question), err=True):
        click.echo(str(phrase("Nothing was changed.")), err=True)
        sys.exit(1)
