"""`kvitto agreements subscriptions`: every subscription and how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import json_option
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kvitto.runs.office import Office
    from kvitto.runs.subscription_state import SubscriptionWithState


@click.command(
    help=translated(
        "List subscriptions with their state, since when, why, and what comes next if nobody does anything."
    )
)
@click.option("--not-active", is_flag=True, help=translated("Only those that are past due, disabled, cancelled …"))
@json_option
@office_command
def subscriptions(office: Office, *, not_active: bool, as_json: bool) -> None:
    """A row for each."""
    from kvitto.runs.subscription_state import all_states

    found = [one for one in all_states(office) if not (not_active and one.told.is_active)]
    if as_json:
        print_json([_for_programs(one) for one in found])
        return
    if not found:
        click.echo(str(phrase("There is no such subscription.")))
        return
    _print(found)


def _print(found: Iterable[SubscriptionWithState]) -> None:
    heads = [
        phrase("Id"), phrase("Name"), phrase("Account"), phrase("State"), phrase("Since"), phrase("Why"),
        phrase("What comes next"),
    ]  # fmt: skip
    rows = [
        [
            one.place.subscription.id, one.place.subscription.name, one.place.account.id, one.told.name,
            one.told.since or "", one.told.cause or "", one.told.coming or "",
        ]
        for one in found
    ]  # fmt: skip
    print_table(heads, rows)


def _for_programs(one: SubscriptionWithState) -> dict[str, Any]:
    state = one.told.state
    return {
        "id": one.place.subscription.id,
        "name": one.place.subscription.name,
        "account": one.place.account.id,
        "state": state.state.value,
        "cause": state.cause.value if state.cause else None,
        "since": state.since.isoformat() if state.since else None,
        "changes_on": state.changes_on.isoformat() if state.changes_on else None,
        "sentences": [str(sentence) for sentence in (one.told.cause, one.told.coming) if sentence],
    }
