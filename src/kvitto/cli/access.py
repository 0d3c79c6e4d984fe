"""`kvitto access`: who can see what, and why; policies; elevation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, translated
from kvitto.runs.office import Office

if TYPE_CHECKING:
    from kvitto.access.actions import Action
    from kvitto.runs.who_can_see import Way

_WANTED = {
    "see-subscription": phrase("find it"),
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
        [phrase("E-mail"), phrase("Full name"), phrase("May"), phrase("Why")],
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


def _said(actions: tuple[Action, ...]) -> list[Phrase]:
    return [_WANTED[action.value] for action in actions]


def _way_said(way: Way) -> Phrase:
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
    return phrase("{parts}", parts=parts) if len(parts) > 1 else parts[0]


def _way_for_programs(way: Way) -> dict[str, Any]:
    return {
        "role": way.role.value,
        "scope_kind": way.scope.kind.value,
        "scope": way.scope.id,
        "group": way.group or None,
        "policy": way.policy.value if way.policy else None,
        "directory": way.directory or None,
    }
