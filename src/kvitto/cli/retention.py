"""`kvitto retention`: delete what was kept as long as the law asks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import for_people, office_command, print_json, print_table
from kvitto.language import phrase, phrases, translated

if TYPE_CHECKING:
    from kvitto.runs.office import Office
    from kvitto.runs.retention import RetentionReport


@click.group(help=translated("Delete invoices and usage that were kept as long as the law asks."))
def retention() -> None:
    """Holds the commands below."""


@retention.command(
    name="run",
    help=translated(
        "Delete issued documents that were kept as long as their seller's country asks, with their payments and "
        "links, and usage that no kept invoice needs. A tombstone explains every number that is gone. “kvitto "
        "retention rules” shows the years. A run that was stopped is completed by the next one."
    ),
)
@click.option(
    "--until",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help=translated("As if it were this day; today if not given, and never later."),
)
@click.option("--dry-run", is_flag=True, help=translated("Only say what would be deleted."))
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def run(office: Office, until: datetime | None, *, dry_run: bool, as_json: bool) -> None:
    """Delete, or say what would be."""
    from kvitto.runs.retention import run_retention

    report = run_retention(office, until.date() if until else None, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "until": report.until.isoformat(),
                "dry_run": dry_run,
                "documents": [{"number": one.number, "rule": str(one.rule)} for one in report.documents],
                "usage_files": report.usage_files,
                "usage_rows": report.usage_rows,
                "refused_rows": report.refused_rows,
            }
        )
    else:
        _print_report(report, dry_run=dry_run)


def _print_report(report: RetentionReport, *, dry_run: bool) -> None:
    count = len(report.documents)
    for one in report.documents:
        click.echo(f"{one.number}  {one.rule}")
    if dry_run:
        said = phrases("{count} document would be deleted.", "{count} documents would be deleted.", count)
    else:
        said = phrases("{count} document was deleted.", "{count} documents were deleted.", count)
    usage = phrase("Usage: {rows} rows in {files} files.", rows=report.usage_rows, files=report.usage_files)
    click.echo(f"{said} {usage}")


@retention.command(help=translated("For how many years after the year's end issued documents are kept, by country."))
@for_people
def rules() -> None:
    """The table."""
    from kvitto.invoicing.retention import RULES, rule_of

    heads = [phrase("Seller's country"), phrase("Years"), phrase("Source")]
    known = (*RULES.values(), rule_of(""))
    rows = [[rule.country or phrase("any other"), str(rule.years), rule.source] for rule in known]
    print_table(heads, rows, numbers=(1,))
