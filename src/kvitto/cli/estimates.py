"""`kvitto estimates`: work out ahead what lists in the portal show of periods without an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kvitto.cli.office import office_command
from kvitto.language import phrases, translated

if TYPE_CHECKING:
    from kvitto.runs.office import Office


@click.group(help=translated("Work out ahead what is not billed yet."))
def estimates() -> None:
    """Holds the command below."""


@estimates.command(
    help=translated(
        "Work out what every period without an invoice has come to, so that lists in the portal show it at once. Run "
        "it after usage was imported, and once a day. While newer usage waits to be worked in, lists show what was "
        "known up to a day ago, with its moment; pages of one subscription are always as known now."
    )
)
@office_command
def refresh(office: Office) -> None:
    """Work out all estimates."""
    from kvitto.runs.estimates import refresh as refresh_all
    from kvitto.runs.usage_ahead import work_usage_ahead

    count = refresh_all(office)
    work_usage_ahead(office)
    click.echo(str(phrases("{count} estimate is as known now.", "{count} estimates are as known now.", count)))
