"""`kvitto agreements spending-limit`: how the limit of a subscription stands, and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import json_option
from kvitto.cli.office import office_command, print_json
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvitto.records.models import Person
    from kvitto.runs.office import Office
    from kvitto.runs.spending_limit import SpendingLimit


def _as_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--as",
        "person",
        metavar="EMAIL",
        help=translated("Change it as this person, if that is allowed to them; without, as the operator."),
    )(function)


@click.group(
    "spending-limit",
    help=translated("Show the spending limit of a subscription with credit, take it away, turn it on again."),
)
def spending_limit() -> None:
    """Holds the commands below."""


@spending_limit.command(help=translated("Show how the limit of SUBSCRIPTION (its id or a name of it) stands."))
@click.argument("subscription")
@json_option
@office_command
def show(office: Office, subscription: str, *, as_json: bool) -> None:
    """On, off, and from when it is on again."""
    from kvitto.runs.asked_scope import scope_called
    from kvitto.runs.spending_limit import UnableToChangeLimit, limit_of

    limit = limit_of(office, scope_called(subscription))
    if limit is None:
        raise UnableToChangeLimit(phrase("{id} has no spending limit.", id=subscription))
    _say(limit, as_json=as_json)


@spending_limit.command(
    help=translated(
        "Take the limit of SUBSCRIPTION away from today on, for good or for the present billing period; all that was "
        "used in that period is billed."
    )
)
@click.argument("subscription")
@click.option("--this-period", is_flag=True, help=translated("Only for the present period: then it is on again."))
@_as_option
@json_option
@office_command
def remove(office: Office, subscription: str, *, this_period: bool, person: str | None, as_json: bool) -> None:
    """Take it away."""
    from kvitto.invoicing.spending_limit import Removal
    from kvitto.records.audit import Door
    from kvitto.runs.asked_scope import scope_called
    from kvitto.runs.spending_limit import remove_limit

    removal = Removal.THIS_PERIOD if this_period else Removal.INDEFINITELY
    limit = remove_limit(office, _person(person), scope_called(subscription), removal, Door.COMMAND)
    _say(limit, as_json=as_json)


@spending_limit.command(
    help=translated("Turn the limit of SUBSCRIPTION on again, from the next billing period, after it was taken away.")
)
@click.argument("subscription")
@_as_option
@json_option
@office_command
def restore(office: Office, subscription: str, *, person: str | None, as_json: bool) -> None:
    """Turn it on again."""
    from kvitto.records.audit import Door
    from kvitto.runs.asked_scope import scope_called
    from kvitto.runs.spending_limit import restore_limit

    _say(restore_limit(office, _person(person), scope_called(subscription), Door.COMMAND), as_json=as_json)


def _person(email: str | None) -> Person | None:
    from kvitto.records.people import person_called

    return person_called(email) if email else None


def _say(limit: SpendingLimit, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "subscription": limit.subscription.id,
                "is_on": limit.is_on,
                "returns_on": limit.returns_on.isoformat() if limit.returns_on else None,
                "removals": [removal.value for removal in limit.removals],
                "may_return_on": limit.may_return_on.isoformat() if limit.may_return_on else None,
            }
        )
        return
    click.echo(str(limit.stands))
    if limit.may_return_on:
        click.echo(str(phrase("It can be turned on again from {day}.", day=limit.may_return_on)))
