"""`kvitto access`: who can see what, and why; roles given and taken away; policies; elevation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, said, translated
from kvitto.runs.office import Office

if TYPE_CHECKING:
    from kvitto.access.actions import Action
    from kvitto.records.models import Person
    from kvitto.runs.give_role import Wish
    from kvitto.runs.who_can_see import Way

_WANTED = {
    "see-subscription": phrase("see it in lists"),
    "see-invoices": phrase("see invoices"),
    "download-invoice": phrase("download invoices"),
    "see-charges": phrase("see charges"),
    "download-usage": phrase("download usage"),
}


@click.group(help=translated("Who can see what, and why; policies that open or close it."))
def access() -> None:
    """The commands about access."""


@access.command(help=translated("Everyone who can see TARGET (an invoice number, or the id of a scope), and why."))
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def who(_office: Office, target: str, *, as_json: bool) -> None:
    """A row for each person."""
    from kvitto.runs.who_can_see import target_called, who_can_see

    viewers = who_can_see(target_called(target))
    if as_json:
        print_json(
            [
                {
                    "email": viewer.person.email,
                    "name": viewer.person.name,
                    "kind": viewer.person.kind,
                    "may": [action.value for action in viewer.actions],
                    "why": [_way_for_programs(way) for way in viewer.ways],
                }
                for viewer in viewers
            ]
        )
        return
    if not viewers:
        click.echo(str(phrase("Nobody can see {target}.", target=target)))
        return
    print_table(
        [phrase("E-mail"), phrase("Full name"), phrase("Allowed"), phrase("Why")],
        [
            [viewer.person.email, viewer.person.name, _said(viewer.actions), [_way_said(way) for way in viewer.ways]]
            for viewer in viewers
        ],
    )


@access.command(help=translated("Why PERSON (an e-mail address) can or cannot see TARGET, and who can help."))
@click.argument("person")
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def why(_office: Office, person: str, target: str, *, as_json: bool) -> None:
    """The answer in sentences."""
    from kvitto.records.people import person_called
    from kvitto.runs.who_can_see import target_called
    from kvitto.runs.who_can_see import why as why_of

    answer = why_of(person_called(person), target_called(target))
    if as_json:
        print_json(
            {
                "email": answer.person.email,
                "may": [action.value for action in answer.allowed],
                "why": [_way_for_programs(way) for way in answer.ways],
                "reason": answer.reason,
                "sentences": [str(sentence) for sentence in answer.sentences],
                "who_can_help": list(answer.helpers),
            }
        )
        return
    for sentence in answer.sentences:
        click.echo(str(sentence))
    if answer.allowed:
        said = phrase("{email} may: {actions}.", email=answer.person.email, actions=_said(answer.allowed))
        click.echo(str(said))
    for way in answer.ways:
        click.echo(f"  {_way_said(way)}")


@access.command(
    name="set",
    help=translated(
        "Let POLICY on SCOPE have VALUE, as PERSON if that is allowed to them; without --as as the operator."
    ),
)
@click.argument("policy")
@click.argument("scope")
@click.argument("value")
@click.option("--as", "as_person", metavar="PERSON", help=translated("The e-mail address of the person who sets it."))
@office_command
def set_policy(office: Office, policy: str, scope: str, value: str, as_person: str | None) -> None:
    """Ask the decision, record, say."""
    from kvitto.access.policies import POLICIES, Policy
    from kvitto.records.audit import Door
    from kvitto.records.people import person_called
    from kvitto.records.policies import set_policy as set_policy_of
    from kvitto.runs.who_can_see import scope_called

    if policy not in set(Policy):
        raise UnableTo(phrase("There is no policy {policy}. There are: {names}.", policy=policy, names=list(Policy)))
    person = person_called(as_person) if as_person else None
    found = scope_called(scope, POLICIES[Policy(policy)].levels)
    changed = set_policy_of(person, found, Policy(policy), value, office.now(), door=Door.COMMAND)
    name = POLICIES[Policy(policy)].name
    said = phrase("{policy} of {id} is now {value}.", policy=name, id=found.id, value=value)
    kept = phrase("{policy} of {id} is {value} already.", policy=name, id=found.id, value=value)
    click.echo(str(said if changed else kept))


@access.command(help=translated("Make PERSON, the directory's Global Administrator, an owner of the billing account."))
@click.argument("person")
@click.argument("account")
@office_command
def elevate(office: Office, person: str, account: str) -> None:
    """Ask the decision, record, say."""
    from kvitto.access.roles import Level
    from kvitto.records.people import person_called
    from kvitto.runs.elevate import elevate as elevate_to_owner
    from kvitto.runs.who_can_see import scope_called

    found = scope_called(account, [Level.ACCOUNT])
    elevate_to_owner(office, person_called(person), found)
    click.echo(str(phrase("{email} is now a billing account owner of {id}.", email=person, id=found.id)))


@access.command(
    help=translated(
        "Give ROLE on SCOPE to HOLDER: an e-mail address, or the id of a group. As PERSON if that is allowed to them;"
        " without --as as the operator. Applying an agreements file that does not name it takes the role away again."
    )
)
@click.argument("role")
@click.argument("scope")
@click.argument("holder")
@click.option("--as", "as_person", metavar="PERSON", help=translated("The e-mail address of the person who gives it."))
@click.option(
    "--instead-of", default="", metavar="HOLDER", help=translated("Who loses the role, where there is one at a time.")
)
@office_command
def grant(office: Office, role: str, scope: str, holder: str, as_person: str | None, instead_of: str) -> None:
    """Ask the decision, record, say."""
    from kvitto.records.audit import Door
    from kvitto.runs.give_role import grant as give

    wish = replace(_wish(role, scope, holder), instead_of=instead_of)
    is_new = give(office, _person(as_person), wish, door=Door.COMMAND)
    told = {"holder": holder, "role": _role_name(role), "id": wish.scope.id}
    said = phrase("{holder} has the role “{role}” on {id} now.", **told)
    kept = phrase("{holder} has the role “{role}” on {id} already.", **told)
    click.echo(str(said if is_new else kept))
    if is_new and wish.email:
        click.echo(translated("Whoever never signed in here needs an invitation: kvitto people invite."))


@access.command(help=translated("Take ROLE on SCOPE away from HOLDER: an e-mail address, or the id of a group."))
@click.argument("role")
@click.argument("scope")
@click.argument("holder")
@click.option("--as", "as_person", metavar="PERSON", help=translated("The e-mail address of the person who does."))
@office_command
def withdraw(office: Office, role: str, scope: str, holder: str, as_person: str | None) -> None:
    """Ask the decision, record, say."""
    from kvitto.records.audit import Door
    from kvitto.runs.give_role import withdraw as take

    wish = _wish(role, scope, holder)
    take(office, _person(as_person), wish, door=Door.COMMAND)
    said = phrase(
        "{holder} no longer has the role “{role}” on {id}.", holder=holder, role=_role_name(role), id=wish.scope.id
    )
    click.echo(str(said))


def _wish(role: str, scope: str, holder: str) -> Wish:
    from kvitto.access.roles import ROLES, Level, Role
    from kvitto.runs.give_role import Wish
    from kvitto.runs.who_can_see import scope_called

    if role not in set(Role):
        raise UnableTo(phrase("There is no role {role}. There are: {names}.", role=role, names=list(Role)))
    facts = ROLES[Role(role)]
    levels: tuple[Level, ...] = (facts.level, *facts.also_on)
    found = scope_called(scope, levels)
    return Wish(found, Role(role), email=holder) if "@" in holder else Wish(found, Role(role), group=holder)


def _person(email: str | None) -> Person | None:
    from kvitto.records.people import person_called

    return person_called(email) if email else None


def _role_name(role: str) -> Phrase:
    from kvitto.access.roles import ROLES, Role

    return ROLES[Role(role)].name


def _said(actions: tuple[Action, ...]) -> list[Phrase]:
    return [_WANTED[action.value] for action in actions]


def _way_said(way: Way) -> str:
    """The role, where it is held, and what else it needs."""
    from kvitto.access.policies import POLICIES
    from kvitto.access.roles import ROLES

    parts = [phrase("{role} on {id}", role=ROLES[way.role].name, id=way.scope.id)]
    if way.group:
        parts.append(phrase("through the group {group}", group=way.group))
    if way.policy:
        parts.append(phrase("by the policy “{policy}”", policy=POLICIES[way.policy].name))
    if way.directory:
        parts.append(phrase("from the directory {directory}", directory=way.directory))
    return said(parts)


def _way_for_programs(way: Way) -> dict[str, Any]:
    return {
        "role": way.role.value,
        "scope_kind": way.scope.kind.value,
        "scope": way.scope.id,
        "group": way.group or None,
        "policy": way.policy.value if way.policy else None,
        "directory": way.directory or None,
    }
