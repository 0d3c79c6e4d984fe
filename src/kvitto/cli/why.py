"""`kvitto why`: why there is no invoice for a billing period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.invoices import summary_for_programs
from kvitto.cli.office import office_command, print_json
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from kvitto.runs.explain_absence import Answer
    from kvitto.runs.office import Office

KINDS = ("services", "marketplace", "support")


@click.command(
    help=translated(
        "Say why there is no invoice for a billing period, until when, what helps and who; or which invoice there is. "
        "A subscription that is invoiced together with others answers for its billing profile or enrollment. The "
        "reasons have the numbers N1 to N18."
    )
)
@click.option(
    "--subscription",
    "--scope",
    "name",
    required=True,
    metavar="ID",
    help=translated("A subscription (its id or a name of it), billing profile, enrollment, section, customer …"),
)
@click.option(
    "--period",
    "period_name",
    required=True,
    metavar="YYYY-MM",
    help=translated("The month of the period's first day (or that day, where two begin in a month)."),
)
@click.option(
    "--kind",
    "kind_name",
    type=click.Choice(KINDS),
    help=translated("The kind of invoice; services if not given, of a support plan its own."),
)
@click.option("--person", metavar="EMAIL", help=translated("Answer what this person may know."))
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def why(
    office: Office, *, name: str, period_name: str, kind_name: str | None, person: str | None, as_json: bool
) -> None:
    """Ask, and say the answer."""
    from kvitto.agreements.invoice_kinds import InvoiceKind
    from kvitto.records.audit import Door, Result, note
    from kvitto.records.people import person_called
    from kvitto.runs import explain_absence

    kind = InvoiceKind[kind_name.upper()] if kind_name else None
    asker = person_called(person) if person else None
    answer = explain_absence.why(office, name, period_name, asker, kind)
    if asker and answer.is_closed:
        facts = {"asked": name, "period": period_name, "reason": answer.reason.value if answer.reason else None}
        note("invoice.why", Result.REFUSED, who=asker.id, door=Door.COMMAND, facts=facts, at=office.now())
    if as_json:
        print_json(_for_programs(answer))
        return
    first, *others = answer.sentences
    click.echo(f"{answer.reason.value}: {first}" if answer.reason else str(first))
    for sentence in others:
        click.echo(str(sentence))
    if answer.changes_on:
        click.echo(str(phrase("This changes on {day}.", day=answer.changes_on)))
    if answer.helpers:
        click.echo(str(phrase("Who can help: {names}.", names=answer.helpers)))


def _for_programs(answer: Answer) -> dict[str, Any]:
    scope, profile = answer.scope, answer.scope.profile if answer.scope else None
    return {
        "asked": answer.asked,
        "subscription": scope.subscription.id if scope and scope.subscription else None,
        "billing_profile": profile.id if profile else None,
        "scope_kind": scope.scope.kind.value if scope else None,
        "scope": scope.scope.id if scope else None,
        "kind": answer.kind.value,
        "period_start": answer.period.start.isoformat() if answer.period else None,
        "period_end": answer.period.last_day.isoformat() if answer.period else None,
        "reason": answer.reason.value if answer.reason else None,
        "sentence": str(answer.sentences[0]),
        "advice": [str(sentence) for sentence in answer.sentences[1:]],
        "changes_on": answer.changes_on.isoformat() if answer.changes_on else None,
        "invoice_day": answer.invoice_day.isoformat() if answer.invoice_day else None,
        "who_can_help": list(answer.helpers),
        "invoice": {**summary_for_programs(answer.invoice), "status": str(answer.status)} if answer.invoice else None,
    }
