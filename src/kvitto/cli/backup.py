"""`kvitto backup` and `kvitto restore`: the whole office in one file, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import for_people, home_option, office_command, print_json
from kvitto.language import phrase, phrases, translated

if TYPE_CHECKING:
    from kvitto.runs.archive import Progress
    from kvitto.runs.office import Office


@click.command(
    help=translated(
        "Write a backup of the whole office to FILE, or into a folder. Everybody may go on working meanwhile. The file "
        "holds what customers bought, their addresses and the hashes of passwords: keep it as safe as the office. It "
        "does not hold the secret that signs sessions, nor the address of a PostgreSQL database. Keep a copy of that "
        "secret somewhere else: a restored office needs it for codes from apps and for recovery codes."
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def backup(office: Office, file: Path, *, as_json: bool) -> None:
    """Write, and say what is in it."""
    from kvitto.config.home import SECRET_FILE, settings_without_secrets
    from kvitto.runs.backup import back_up

    with _progress() as progress:
        made = back_up(office, file, settings_without_secrets(office.home), progress)
    if as_json:
        told: dict[str, object] = {"file": str(made.file), "bytes": made.bytes}
        told |= {"documents": made.documents, "usage_files": made.usage_files, "need_secret": made.need_secret}
        print_json(told)
        return
    said = phrase(
        "{file}: the database, {documents} documents and {files} files of usage, {bytes} bytes.",
        file=str(made.file),
        documents=made.documents,
        files=made.usage_files,
        bytes=made.bytes,
    )
    click.echo(str(said))
    if made.need_secret:
        kept_apart = phrases(
            "{secret} is not in it. Keep a copy in another safe place: {count} person uses codes from an app or"
            " recovery codes, which a restored office knows by this secret alone.",
            "{secret} is not in it. Keep a copy in another safe place: {count} people use codes from an app or"
            " recovery codes, which a restored office knows by this secret alone.",
            made.need_secret,
            secret=str(office.home / SECRET_FILE),
        )
        click.echo(str(kept_apart))


@click.command(
    help=translated(
        "Make the office of a backup in a new, empty home. The whole archive is checked before anything is written, "
        "and the office before it gets its name: every file, the guards, the audit trail, the numbers. Everybody signs "
        "in again afterwards."
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--database", metavar="ADDRESS", help=translated("An empty PostgreSQL database, if the office had one before.")
)
@click.option(
    "--secret",
    "secret_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=translated("The kept copy of the office's secret.key, so that codes from apps stay right."),
)
@click.option("--check", is_flag=True, help=translated("Only check that the archive is whole; write nothing."))
@click.option(
    "--even-if-damaged",
    is_flag=True,
    help=translated("Restore also an office that was not in order when the backup was made. Exit status 1 then."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@home_option
@for_people
def restore(
    file: Path,
    database: str | None,
    secret_file: Path | None,
    home: Path,
    *,
    check: bool,
    even_if_damaged: bool,
    as_json: bool,
) -> None:
    """Check, restore, say what is there."""
    from kvitto.config.restore import restore as restore_office
    from kvitto.runs.archive import check_archive

    file, home = file.absolute(), home.expanduser().resolve()
    with _progress() as progress:
        if check:
            check_archive(file, progress)
            click.echo(translated("The archive is whole."))
            return
        restored = restore_office(
            file, home, database, secret_file=secret_file, even_if_damaged=even_if_damaged, progress=progress
        )
    faults = [str(fault) for fault in restored.faults]
    if as_json:
        told = {"home": str(restored.home), "made_at": restored.made_at}
        print_json({**told, "documents": restored.documents, "usage_rows": restored.usage_rows, "faults": faults})
    else:
        for fault in faults:
            click.echo(fault, err=True)
        said = phrase(
            "The office in {home} is ready, as it was at {moment}: {documents} documents, {rows} rows of usage.",
            home=str(restored.home),
            moment=restored.made_at,
            documents=restored.documents,
            rows=restored.usage_rows,
        )
        click.echo(str(said))
    if faults:
        sys.exit(1)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A line on the terminal that is written over; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(done: int, of: int) -> None:
        megabytes = phrase("{done} of {of} MB", done=done // 1_000_000, of=of // 1_000_000)
        click.echo(f"\r\x1b[K{megabytes}", nl=False, err=True)

    try:
        yield show
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)
