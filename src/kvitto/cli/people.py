"""`kvitto people`: who can sign in, and their passwords."""

from __future__ import annotations

import sys

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import current_language, phrase, phrases, translated
from kvitto.runs.office import Office


@click.group(help=translated("People who can sign in. They are added by the agreements file."))
def people() -> None:
    """The commands about people."""


@people.command(name="list", help=translated("Everyone, and whether they can sign in."))
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def list_people(_office: Office, *, as_json: bool) -> None:
    """A row for each person, in order of e-mail address."""
    from kvitto.records.people import known_people

    found = sorted(known_people(), key=lambda person: person.email)
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
def set_password(office: Office, email: str, *, from_stdin: bool) -> None:
    """Ask for, check and set a password."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction
    from django.utils import translation

    from kvitto.records.audit import Door, Result, note
    from kvitto.records.people import person_called

    person = person_called(email)
    password = _read_password(from_stdin=from_stdin)
    try:
        with translation.override(current_language().django_code):
            validate_password(password, person)
    except ValidationError as error:
        raise UnableTo(phrase("The password was not set: {reasons}", reasons=" ".join(error.messages))) from error
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        facts = {"person": str(person.pk)}
        note("person.password", Result.DONE, door=Door.COMMAND, facts=facts, at=office.now())
    click.echo(str(phrase("{email} can sign in with the new password.", email=person.email)))


@people.command(
    name="operator",
    help=translated(
        "Let a person open the operator’s pages, or no longer: what came in and was refused, what is due, closing, who "
        "signed in. It opens no bill to them."
    ),
)
@click.argument("email")
@click.argument("state", type=click.Choice(["on", "off"]))
@office_command
def set_operator(office: Office, email: str, state: str) -> None:
    """Turn it on or off; once more changes nothing."""
    from kvitto.records.people import make_operator, person_called

    person = person_called(email)
    is_new = make_operator(person, is_operator=state == "on", at=office.now())
    if not is_new:
        click.echo(str(phrase("Nothing was changed.")))
    elif state == "on":
        click.echo(str(phrase("{email} can open the operator’s pages now.", email=person.email)))
    else:
        click.echo(str(phrase("{email} can no longer open the operator’s pages.", email=person.email)))


@people.command(
    name="erase",
    help=translated(
        "Erase a person: name, address, password and sessions go, their roles end. A random id stays where they did "
        "something. Issued invoices keep what stands on them, as the law asks. Take the address out of your "
        "agreements files first: the next “kvitto agreements apply” would make a new person of it."
    ),
)
@click.argument("email")
@click.option("--even-if-last", is_flag=True, help=translated("Also the last owner or administrator of an account."))
@click.option("--yes", is_flag=True, help=translated("Do not ask."))
@office_command
def erase(office: Office, email: str, *, even_if_last: bool, yes: bool) -> None:
    """Ask, erase, say what was left."""
    from kvitto.records.people import person_called
    from kvitto.runs.erase_person import erase_person

    address = person_called(email).email
    question = phrase("Erase {email}? This cannot be undone.", email=address)
    if not yes and sys.stdin.isatty() and not click.confirm(str(question), err=True):
        click.echo(str(phrase("Nothing was changed.")), err=True)
        sys.exit(1)
    erased = erase_person(office, address, even_if_last=even_if_last)
    ended = phrases("{count} role ended.", "{count} roles ended.", erased.roles_ended)
    click.echo(str(phrase("Erased. What this person did stays on record under {id}.", id=erased.id)) + f" {ended}")
    click.echo(translated("Backups made before still hold the address, and so do invoices on which it stands."))


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(
        click.prompt(
            str(phrase("New password")), hide_input=True, confirmation_prompt=str(phrase("Once more")), err=True
        )
    )
