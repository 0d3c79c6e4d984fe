"""`kvitto usage download`: the daily usage of a subscription in one billing period as CSV."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kvitto.cli.audited import audited_download
from kvitto.cli.office import office_command
from kvitto.cli.output import write_whole_file
from kvitto.errors import UnableTo
from kvitto.language import phrase, phrases, translated
from kvitto.runs.office import Office

if TYPE_CHECKING:
    from kvitto.runs.make_documents import UsageFile

SOME_MISSING = 3


class UnknownSubscription(UnableTo):
    """No subscription has this id or name."""


@click.command(
    "download",
    help=translated(
        "Write the daily usage of a subscription, or behind an invoice, to a CSV file. Exit status: 0 if all of it is"
        " in the file, 3 if some waits for a price, 1 if there is no file."
    ),
)
@click.option("--subscription", help=translated("The subscription's id, or a name of it; with --period."))
@click.option(
    "--period",
    "period_name",
    help=translated("The billing period: the month (2024-02) or the day (2024-02-05) of its first day."),
)
@click.option(
    "--invoice",
    "number",
    help=translated(
        "Instead: the number of an invoice, or of a credit note because of late usage. Of a document about late usage"
        " the file has what came late."
    ),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    required=True,
    help=translated("The file to write; - for standard output."),
)
@click.option(
    "--bom/--no-bom",
    default=True,
    show_default=True,
    help=translated("Begin with the mark that tells spreadsheets UTF-8."),
)
@office_command
def download(
    office: Office, subscription: str | None, period_name: str | None, number: str | None, out: Path, *, bom: bool
) -> None:
    """Write the daily usage of a subscription, or behind an invoice, to a CSV file."""
    if number and not (subscription or period_name):
        file = _of_invoice(office, number, bom=bom)
    elif subscription and period_name and not number:
        file = _of_subscription(office, subscription, period_name, bom=bom)
    else:
        raise click.UsageError(translated("Name a --subscription and a --period, or an --invoice."))
    write_whole_file(out, file)
    unpriced = sum(usage.rows for usage in file.unpriced)
    if unpriced:
        meters = sorted({usage.meter for usage in file.unpriced})
        click.echo(_not_in_the_file(unpriced, meters), err=True)
        sys.exit(SOME_MISSING)


def _of_invoice(office: Office, number: str, *, bom: bool) -> UsageFile:
    from kvitto.records.invoices import NotIssued
    from kvitto.runs.invoice_usage import NoUsageFile, invoice_usage_csv

    with audited_download(office, NotIssued, NoUsageFile, kind="usage-csv", number=number):
        return invoice_usage_csv(office, number, bom=bom)


def _of_subscription(office: Office, subscription: str, period_name: str, *, bom: bool) -> UsageFile:
    from kvitto.agreements.hierarchy import Scope, ScopeKind
    from kvitto.records.agreements import invoice_scope_of_subscription, subscription_called
    from kvitto.runs.make_documents import usage_csv
    from kvitto.runs.named_period import UnableToFindPeriod, named_period

    found = subscription_called(subscription)
    asked = Scope(ScopeKind.SUBSCRIPTION, found.id) if found else None
    facts = {"kind": "usage-csv", "period": period_name, "subscription": subscription}
    with audited_download(office, UnknownSubscription, UnableToFindPeriod, scope=asked, **facts):
        scope = invoice_scope_of_subscription(found.id) if found else None
        if found is None or scope is None:
            raise UnknownSubscription(phrase("No subscription has the id or the name “{name}”.", name=subscription))
        period = named_period(scope, period_name, office.now())
        return usage_csv(office, replace(scope, subscriptions=(found,)), period, bom=bom)


def _not_in_the_file(rows: int, meters: list[str]) -> str:
    return str(
        phrases(
            "{count} row of usage waits for a price and is not in the file. Import prices for: {meters}.",
            "{count} rows of usage wait for a price and are not in the file. Import prices for: {meters}.",
            rows,
            meters=meters,
        )
    )
