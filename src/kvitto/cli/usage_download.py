"""`kvitto usage download`: the daily usage of a subscription in one billing period as CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from kvitto.cli.office import office_command
from kvitto.cli.output import write_whole_file
from kvitto.errors import UnableTo
from kvitto.language import phrase, translated
from kvitto.runs.office import Office


class UnknownSubscription(UnableTo):
    """No subscription has this id or name."""


@click.command("download", help=translated("Write the daily usage of a subscription to a CSV file."))
@click.option("--subscription", required=True, help=translated("Its id, or a name by which usage files know it."))
@click.option(
    "--period",
    "period_name",
    required=True,
    help=translated("The billing period: the month (2024-02) or the day (2024-02-05) of its first day."),
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
def download(office: Office, subscription: str, period_name: str, out: Path, *, bom: bool) -> None:
    """Write the daily usage of a subscription to a CSV file."""
    from kvitto.records.agreements import invoice_scope_of_subscription, subscription_names
    from kvitto.runs.make_documents import usage_csv
    from kvitto.runs.named_period import named_period

    found = subscription_names().get(subscription)
    scope = invoice_scope_of_subscription(found.id) if found else None
    if found is None or scope is None:
        raise UnknownSubscription(phrase("No subscription has the id or the name “{name}”.", name=subscription))
    period = named_period(scope, period_name, office.now())
    own_part = replace(scope, subscriptions=(found,))
    write_whole_file(out, usage_csv(office, own_part, period, bom=bom))
