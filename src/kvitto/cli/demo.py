"""`kvitto demo`: an office built from shipped files, with real usage and prices, ready to look at."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from kvitto.cli.office import for_people, home_option, open_office, print_table
from kvitto.cli.serve import start_serving
from kvitto.config.home import make_home
from kvitto.config.startup import initialise
from kvitto.demo import LAST_DAY
from kvitto.language import LANGUAGES, Phrase, phrase, translated

_SETTING = f'\nclock = "{LAST_DAY}"\n'
_PASSWORD_FILE = "demo-password.txt"  # noqa: S105 - the name of the file
_SYLLABLES = ("ba", "de", "fi", "go", "ju", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")


@click.command(help=translated("Build the demonstration office and show it in the portal."))
@home_option
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help=translated("Port of the portal.")
)
@click.option("--no-serve", is_flag=True, help=translated("Only build; do not start the portal."))
@for_people
def demo(home: Path, port: int, *, no_serve: bool) -> None:
    """Build (or find built) the office, say who can sign in and what was invoiced, and serve it."""
    home = home.expanduser().resolve()
    if not (home / "kvitto.toml").exists():
        make_home(home)
        with (home / "kvitto.toml").open("a", encoding="utf-8") as settings_file:
            settings_file.write(_SETTING)
    office = open_office(home)
    initialise(office)
    from kvitto.demo.build import build

    build(office, _say)
    _tell_who_can_sign_in(_password(home))
    _tell_invoices()
    click.echo()
    _say(phrase("The files it was built from lie in {folder}.", folder=str(home / "files")))
    if not no_serve:
        start_serving(office, host="127.0.0.1", port=port)


def _say(sentence: Phrase) -> None:
    click.echo(str(sentence))


def _password(home: Path) -> str:
    path = home / _PASSWORD_FILE
    if not path.exists():
        words = ("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(4))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("-".join(words))
    return path.read_text(encoding="ascii").strip()


def _tell_who_can_sign_in(password: str) -> None:
    from kvitto.demo.visits import VISITS
    from kvitto.records.models import Person

    people = list(Person.objects.order_by("email").prefetch_related("role_assignments"))
    for person in people:
        if not person.has_usable_password():
            person.set_password(password)
            person.save(update_fields=["password"])
    click.echo()
    _say(phrase("These people can sign in, with the password {password}", password=password))
    known = {person.email: person for person in people}
    print_table(
        (phrase("E-mail"), phrase("Language"), phrase("Role"), phrase("What to look at")),
        [
            (email, _own_name(known[email].language), role, what)
            for email, (role, what) in VISITS.items()
            if email in known
        ],
    )
    others = ", ".join(email for email in known if email not in VISITS)
    _say(phrase("Others with the same password: {people}", people=others))


def _own_name(code: str) -> str:
    return LANGUAGES[code].own_name if code in LANGUAGES else code


def _tell_invoices() -> None:
    from kvitto.cli.invoices import print_invoices

    click.echo()
    print_invoices()
