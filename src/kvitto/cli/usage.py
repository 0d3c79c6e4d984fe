"""`kvitto usage`: take usage in, and see which rows were refused and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import phrase, phrases, said, translated

if TYPE_CHECKING:
    from kvitto.records.refused_rows import RefusedEntry
    from kvitto.runs.office import Office
    from kvitto.runs.take_in_usage import ImportReport, Progress

SOME_REFUSED = 3
_LIMIT = 100


@click.group(help=translated("Take usage in, see what was refused, and fetch it again as a file."))
def usage() -> None:
    """Holds the commands below."""


@usage.command(
    "import",
    help=translated(
        "Take in the usage of CSV files (plain or gzip), as a mapping says. Each file comes in whole or not at all; a "
        "row that is known already is counted and not kept again. Exit status: 0 if every row is accepted or known, 3 "
        "if rows were refused (see “kvitto usage refused”), 1 if a file or the mapping could not be read."
    ),
)
@click.option(
    "--mapping",
    "mapping_file",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help=translated("Says which columns are what."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@office_command
def import_usage(office: Office, mapping_file: Path, data: tuple[Path, ...], *, as_json: bool) -> None:
    """Take in files, say what became of their rows."""
    from kvitto.runs.take_in_usage import UnableToTakeIn, take_in

    try:
        with _progress_bar() as progress:
            reports = take_in(office, mapping_file, data, progress)
    except UnableToTakeIn as error:
        _print_reports(error.reports, as_json=as_json)
        sys.exit(1)
    _print_reports(reports, as_json=as_json)
    if any(report.refused for report in reports):
        sys.exit(SOME_REFUSED)


@usage.command(help=translated("List the rows that were refused and never accepted since, with the reason of each."))
@click.option("--all", "settled_too", is_flag=True, help=translated("Also those that a later import accepted."))
@click.option("--limit", type=click.IntRange(min=1), help=translated("At most so many rows."))
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def refused(_office: Office, *, settled_too: bool, limit: int | None, as_json: bool) -> None:
    """List refused rows."""
    from kvitto.records.refused_rows import count_refused, list_refused

    entries = list_refused(settled_too=settled_too, limit=limit if limit or as_json else _LIMIT)
    if as_json:
        print_json([_entry_for_programs(entry) for entry in entries])
        return
    if entries:
        heads = [phrase("File"), phrase("Line"), phrase("Column"), phrase("Reason")]
        print_table(
            heads, [(entry.file, str(entry.line), entry.column, _sentence(entry)) for entry in entries], numbers=(1,)
        )
    total = count_refused(settled_too=settled_too)
    click.echo(str(phrases("{count} row is refused.", "{count} rows are refused.", total)))
    if total > len(entries):
        click.echo(str(phrase("The first {shown} are listed; --limit lists more.", shown=len(entries))))


def _sentence(entry: RefusedEntry) -> object:
    return phrase("{sentence} (Accepted since.)", sentence=entry.sentence) if entry.settled else entry.sentence


def _entry_for_programs(entry: RefusedEntry) -> dict[str, Any]:
    return {
        "source": entry.source,
        "file": entry.file,
        "line": entry.line,
        "column": entry.column,
        "reason": entry.reason,
        "sentence": str(entry.sentence),
        "row": entry.raw,
        "accepted_since": entry.settled,
    }


def _print_reports(reports: Sequence[ImportReport], *, as_json: bool) -> None:
    if as_json:
        print_json([_report_for_programs(report) for report in reports])
        for report in reports:
            if report.trouble:
                click.echo(str(report.trouble), err=True)
        return
    for report in reports:
        _print_report(report)


def _report_for_programs(report: ImportReport) -> dict[str, Any]:
    return {
        "file": report.file,
        "source": report.source,
        "accepted": report.accepted,
        "duplicates": report.duplicates,
        "refused": report.refused,
        "refused_before": report.refused_before,
        "refused_by_reason": report.refused_by_reason,
        "sequence": report.sequence,
        "trouble": str(report.trouble) if report.trouble else None,
    }


def _print_report(report: ImportReport) -> None:
    from kvitto.usage.checks import REASON_NAMES

    if report.trouble:
        click.echo(str(report.trouble), err=True)
        return
    click.echo(
        str(
            phrase(
                "{file}: {accepted} accepted, {duplicates} known already, {refused} refused.",
                file=report.file,
                accepted=report.accepted,
                duplicates=report.duplicates,
                refused=report.refused,
            )
        )
    )
    for reason, count in sorted(report.refused_by_reason.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"  {said(count):>12}  {REASON_NAMES[reason]}")
    if report.refused_before:
        click.echo(
            "  "
            + str(
                phrases(
                    "{count} of them was refused before.", "{count} of them were refused before.", report.refused_before
                )
            )
        )
    if report.refused:
        click.echo("  " + translated("“kvitto usage refused” lists each row with its reason."))


@contextmanager
def _progress_bar() -> Iterator[Progress | None]:
    # Only for eyes: nothing is drawn where the output goes to a file or another program.
    if not sys.stderr.isatty():
        yield None
        return
    bars: dict[Path, Any] = {}

    def progress(file: Path, done: int, size: int) -> None:
        if file not in bars:
            _finish(bars)
            bars[file] = click.progressbar(length=max(size, 1), label=file.name, file=sys.stderr)
            bars[file].__enter__()
        bars[file].update(done - bars[file].pos)

    try:
        yield progress
    finally:
        _finish(bars)


def _finish(bars: dict[Path, Any]) -> None:
    for bar in bars.values():
        if not bar.finished:
            bar.__exit__(None, None, None)


if find_spec("kvitto.cli.usage_download"):
    usage.add_command(import_module("kvitto.cli.usage_download").download)
