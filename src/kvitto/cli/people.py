"""`kvitto people`: who can sign in, and how they are let in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import current_language, phrase, phrases, translated
from kvitto.runs.office import Office

if TYPE_CHECKING:
    from kvitto.records.models import Person

_STATES = {
    "active": phrase("active"),
    "invited": phrase("pending: invited"),
    "pending": phrase("pending: owns an account, not invited yet"),
    "not-invited": phrase("not invited"),
    "closed": phrase("closed"),
}


@click.group(help=translated("People who can sign in. They are added by the agreements file."))
def people() -> None:
    """The commands about people."""


@people.command(name="list", help=translated("Everyone, and whether they can sign in."))
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def list_people(office: Office, *, as_json: bool) -> None:
    """A row for each person, in order of e-mail address."""
    from kvitto.records.people import account_owners, known_people, may_sign_in
    from kvitto.records.sign_in_links import people_invited

    found = sorted(known_people(), key=lambda person: person.email)
    owners = set(account_owners().values_list("pk", flat=True))
    invited = people_invited(office.now())
    states = {person.pk: _state(person, is_owner=person.pk in owners, invited=invited) for person in found}
    if as_json:
        print_json(
            [
                {
                    "email": person.email,
                    "name": person.name,
                    "language": person.language,
                    "time_zone": person.time_zone,
                    "can_sign_in": may_sign_in(person),
                    "state": states[person.pk],
                }
                for person in found
            ]
        )
        return
    heads = [phrase("E-mail"), phrase("Full name"), phrase("Language"), phrase("Time zone"), phrase("Can sign in")]
    heads.append(phrase("State"))
    print_table(
        heads,
        [
            [
                person.email,
                person.name,
                person.language or "–",
                person.time_zone,
                phrase("yes") if may_sign_in(person) else phrase("no"),
                _STATES[states[person.pk]],
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
    name="invite",
    help=translated(
        "Invite people: a link by which each sets a password and comes in. It is mailed, or printed where the office"
        " sends no mail or with --print. It works once, for seven days; a newer one ends it."
    ),
)
@click.argument("emails", nargs=-1, metavar="[EMAIL]...")
@click.option("--account-owners", is_flag=True, help=translated("Every account owner who is still pending."))
@click.option("--print", "by_hand", is_flag=True, help=translated("Print the link, also where mail could be sent."))
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def invite(office: Office, emails: tuple[str, ...], *, account_owners: bool, by_hand: bool, as_json: bool) -> None:
    """Invite everybody named; nobody is invited if one of them is unknown."""
    from kvitto.records import people as known
    from kvitto.runs.let_in import invite as invite_one

    wanted = {person.pk: person for person in map(known.person_called, emails)}
    if account_owners:
        wanted |= {person.pk: person for person in known.account_owners() if not known.may_sign_in(person)}
    if not wanted and not account_owners:
        raise UnableTo(phrase("Name whom to invite, or use --account-owners."))
    invited = [invite_one(office, person, by_mail=not by_hand) for person in wanted.values()]
    if as_json:
        print_json(
            [
                {"email": one.email, "mailed": one.is_mailed, "link": None if one.is_mailed else one.link}
                for one in invited
            ]
        )
        return
    if not invited:
        click.echo(str(phrase("No account owner is pending.")))
    for one in invited:
        if one.problem is not None:
            click.echo(str(one.problem), err=True)
        if one.is_mailed:
            click.echo(str(phrase("An invitation was mailed to {email}.", email=one.email)))
        else:
            click.echo(str(phrase("Give {email} this link; it works once, for seven days:", email=one.email)))
            click.echo(one.link)


@people.command(
    name="recover",
    help=translated(
        "Help somebody who cannot get in: their password, second factors and sessions are taken away, and a link is"
        " printed by which they start again. Be sure who asks; the link works once, for 24 hours, and is never mailed."
    ),
)
@click.argument("email")
@click.option("--yes", is_flag=True, help=translated("Do not ask."))
@office_command
def recover(office: Office, email: str, *, yes: bool) -> None:
    """Ask, take away, print the link."""
    from kvitto.records.people import person_called
    from kvitto.runs.let_in import recover as recover_one

    person = person_called(email)
    question = phrase("Take away password, second factors and sessions of {email}?", email=person.email)
    if not yes and sys.stdin.isatty() and not click.confirm(str(question), err=True):
        click.echo(str(phrase("Nothing was changed.")), err=True)
        sys.exit(1)
    done = recover_one(office, person)
    factors = phrases("{count} second factor was removed", "{count} second factors were removed", done.factors_removed)
    sessions = phrases("{count} session ended", "{count} sessions ended", done.sessions_ended)
    click.echo(str(phrase("{factors}, {sessions}.", factors=factors, sessions=sessions)))
    click.echo(str(phrase("Give {email} this link; it works once, for 24 hours:", email=done.email)))
    click.echo(done.link)


@people.command(
    name="change-address",
    help=translated(
        "Let somebody sign in with another address. The old one stays known as theirs, so agreements files that still"
        " say it mean the same person."
    ),
)
@click.argument("old")
@click.argument("new")
@office_command
def change_address(office: Office, old: str, new: str) -> None:
    """Check that the new address is one and nobody else's, and change it."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from kvitto.records.addresses import change_address as change
    from kvitto.records.audit import Door
    from kvitto.records.people import person_called

    person = person_called(old)
    try:
        validate_email(new)
    except ValidationError:
        raise UnableTo(phrase("{email} is no e-mail address.", email=new)) from None
    if not change(person, new, office.now(), Door.COMMAND, is_proved=False):
        raise UnableTo(phrase("Somebody else signs in as {email}.", email=new.lower()))
    click.echo(str(phrase("{email} is the address to sign in with now.", email=person.email)))


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


def _state(person: Person, *, is_owner: bool, invited: set[str]) -> str:
    from kvitto.records.people import may_sign_in

    if not person.is_active:
        return "closed"
    if may_sign_in(person):
        return "active"
    if str(person.pk) in invited:
        return "invited"
    return "pending" if is_owner else "not-invited"


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(
        click.prompt(
            str(phrase("New password")), hide_input=True, confirmation_prompt=str(phrase("Once more")), err=True
        )
    )
