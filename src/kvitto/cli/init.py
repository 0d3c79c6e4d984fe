"""`kvitto init`: a new office in a folder, or an older one brought up to date."""

from __future__ import annotations

from pathlib import Path

import click

from kvitto.cli.office import for_people, home_option, open_office
from kvitto.config.home import SETTINGS_FILE, make_home
from kvitto.config.startup import initialise
from kvitto.language import phrase, translated


@click.command(help=translated("Make an office in its home folder, or bring its database up to date."))
@home_option
@click.option(
    "--usage-buckets",
    type=click.IntRange(1, 1024),
    help=translated("Parts of the usage store, fixed for ever when the office is made (8 if not given)."),
)
@for_people
def init(home: Path, usage_buckets: int | None) -> None:
    """Make what is missing, leave what is there, and say what comes next."""
    home = home.expanduser().resolve()
    make_home(home)
    office = open_office(home)
    initialise(office, usage_buckets)
    click.echo(str(phrase("The office in {home} is ready.", home=str(home))))
    click.echo(str(phrase("Its settings are in {file}.", file=str(home / SETTINGS_FILE))))
    click.echo(str(phrase("Next, describe what was promised to whom: kvitto agreements apply FILE")))
