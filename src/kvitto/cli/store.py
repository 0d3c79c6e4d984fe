"""`kvitto store`: check that all usage is still there as it was accepted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import office_command, print_json
from kvitto.language import phrase, phrases, translated

if TYPE_CHECKING:
    from kvitto.runs.check_store import StoreReport
    from kvitto.runs.office import Office


@click.group(help=translated("Look after the usage store."))
def store() -> None:
    """Holds the commands below."""


@store.command(
    help=translated(
        "Check that every file of the usage store is there, whole and as it was written, and that the sequence of "
        "accepted rows is unbroken. Exit status 1 if anything is damaged. Orphans are files of imports that did not "
        "finish; they count for nothing and are swept away after a day."
    )
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def check(office: Office, *, as_json: bool) -> None:
    """Check the store, say what is damaged."""
    from kvitto.runs.check_store import check_store

    report = check_store(office)
    if as_json:
        print_json(
            {
                "files": report.files,
                "rows": report.rows,
                "sequence": report.sequence,
                "orphans": list(report.orphans),
                "damage": [str(fault) for fault in report.damage],
            }
        )
    else:
        _print_report(report)
    if report.damage:
        sys.exit(1)


def _print_report(report: StoreReport) -> None:
    for fault in report.damage:
        click.echo(str(fault), err=True)
    for orphan in report.orphans:
        click.echo(str(phrase("Orphan: {file}", file=orphan)))
    found = phrase(
        "{rows} rows in {files} files; sequence {sequence}.",
        rows=report.rows,
        files=report.files,
        sequence=str(report.sequence),
    )
    click.echo(str(found))
    if report.damage:
        click.echo(str(phrases("{count} fault was found.", "{count} faults were found.", len(report.damage))))
    else:
        click.echo(translated("Everything is as it was written."))
