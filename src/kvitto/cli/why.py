"""`kvitto why`: why there is no invoice for a billing period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.invoices import summary_for_programs
from kvitto.cli.office import office_command, print_json
from kvitto.language import translated

if TYPE_CHECKING:
    from kvitto.runs.explain_absence import Answer
    from kvitto.runs.office import Office


@click.command(
    help=translated(
        "Say why there is no invoice for a billing period, until when, and what helps; or which invoice there is. "
        "A subscription under a Customer Agreement answers for its billing profile."
    )
)
@click.option("--subscription", required=True, metavar="ID", help=translated("The subscription's id, or a name of it."))
@click.option(
    "--period",
    "period_name",
    required=True,
    metavar="YYYY-MM",
    help=translated("The month of the period's first day (or that day, where two begin in a month)."),
)
@click.option("--person", metavar="EMAIL", help=translated("Answer what this person may know."))
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def why(office: Office, subscription: str, period_name: str, person: str | None, *, as_json: bool) -> None:
    """Ask, and say the answer."""
    from kvitto.runs import explain_absence

    answer = explain_absence.why(office, subscription, period_name, person)
    if as_json:
        print_json(_for_programs(answer))
        return
    for sentence in answer.sentences:
        click.echo(str(sentence))


def _for_programs(answer: Answer) -> dict[str, Any]:
    profile = answer.scope.profile if answer.scope else None
    return {
        "subscription": answer.subscription.id,
        "billing_profile": profile.id if profile else None,
        "period_start": answer.period.start.isoformat() if answer.period else None,
        "period_end": answer.period.last_day.isoformat() if answer.period else None,
        "reason": answer.reason.value if answer.reason else None,
        "sentence": str(answer.sentences[0]),
        "advice": [str(sentence) for sentence in answer.sentences[1:]],
        "changes_on": answer.changes_on.isoformat() if answer.changes_on else None,
        "invoice_day": answer.invoice_day.isoformat() if answer.invoice_day else None,
        "invoice": {**summary_for_programs(answer.invoice), "status": str(answer.status)} if answer.invoice else None,
    }
