"""`kvitto people`: who can sign in, and their passwords."""

from __future__ import annotations

import sys

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import current_language, phrase, translated
from kvitto.runs.office import Office


@click.group(help=translated("People who can sign in. They are added by the agreements file."))
def people() -> None:
    """The commands about people."""


@people.command(name="list", help=translated("Everyone, and whether they can sign in."))
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def list_people(_office: Office, *, as_json: bool) -> None:
    """A row for each person, in order of e-mail address."""
    from kvitto.records.models import Person

    found = sorted(Person.objects.all(), key=lambda person: person.email)
    if as_json:
        print_json(
            [
                {
                    "email": person.email,
                    "name": person.name,
                    "language": person.language,
                    "time_zone": person.time_zone,
                    "can_sign_in": person.is_active and person.has_usable_password(),
                }
                for person in found
            ]
        )
        return
    heads = [phrase("E-mail"), phrase("Full name"), phrase("Language"), phrase("Time zone"), phrase("Can sign in")]
    print_table(
        heads,
        [
            [
                person.email,
                person.name,
                person.language or "–",
                person.time_zone,
                phrase("yes") if person.is_active and person.has_usable_password() else phrase("no"),
            ]
            for person in found
        ],
    )


@people.command(name="password", help=translated("Set a person's password. It is asked for, and not shown."))
@click.argument("email")
@click.option("--from-stdin", is_flag=True, help=translated("Read the password from the first line of standard input."))
@office_command
def set_password(_office: Office, email: str, *, from_stdin: bool) -> None:
    """Ask for, check and set a password."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils import translation

    from kvitto.records.models import Person

    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise UnableTo(
            phrase("There is nobody with the address {email}. “kvitto people list” shows everyone.", email=email)
        )
    password = _read_password(from_stdin=from_stdin)
    try:
        with translation.override(current_language().django_code):
            validate_password(password, person)
    except ValidationError as error:
        raise UnableTo(phrase("The password was not set: {reasons}", reasons=" ".join(error.messages))) from error
    person.set_password(password)
    person.save(update_fields=["password"])
    click.echo(str(phrase("{email} can sign in with the new password.", email=person.email)))


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(
        click.prompt(
            str(phrase("New password")), hide_input=True, confirmation_prompt=str(phrase("Once more")), err=True
        )
    )
