"""`kvitto agreements`: apply a file of agreements, list what is agreed."""

from __future__ import annotations

import sys
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.cli.output import write_whole_file
from kvitto.language import phrase, translated
from kvitto.runs.office import Office

if TYPE_CHECKING:
    from kvitto.agreements.planning.plan import Plan


@click.group(help=translated("What the office has agreed with its customers."))
def agreements() -> None:
    """The commands about agreements."""


@agreements.command(
    name="apply",
    help=translated(
        "Make what is agreed as FILE says. The plan is shown first. On a terminal you are asked before anything is "
        "recorded; with --yes, or where nobody can be asked, it is recorded at once. The same file again changes "
        "nothing."
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--valid-from",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help=translated("The first day on which changes hold; today if not given. New things hold from their own start."),
)
@click.option("--yes", is_flag=True, help=translated("Do not ask."))
@click.option("--json", "as_json", is_flag=True, help=translated("Print the plan as JSON."))
@office_command
def apply_file(office: Office, file: Path, valid_from: datetime | None, *, yes: bool, as_json: bool) -> None:
    """Plan, ask, apply."""
    from kvitto.runs.apply_agreements import apply, plan_for

    day: date | None = valid_from.date() if valid_from else None
    plan = plan_for(office, file, day)
    if not as_json:
        _show(plan)
    applied = plan.changes_anything
    if applied:
        if not yes and _someone_can_be_asked() and not click.confirm(str(phrase("Apply this?")), err=True):
            click.echo(str(phrase("Nothing was changed.")), err=True)
            sys.exit(1)
        apply(office, file, day, shown=plan)
    _say_result(plan, applied=applied, as_json=as_json)


def _someone_can_be_asked() -> bool:
    return sys.stdin.isatty()


def _show(plan: Plan) -> None:
    from kvitto.agreements.planning.plan_words import plan_sentences

    for sentence in plan_sentences(plan):
        click.echo(str(sentence))


def _say_result(plan: Plan, *, applied: bool, as_json: bool) -> None:
    from kvitto.agreements.planning.plan_words import plan_data
    from kvitto.records.revisions import latest_revision

    if as_json:
        print_json({"applied": applied, "revision": latest_revision(), **plan_data(plan)})
    elif applied:
        click.echo(str(phrase("Applied, as revision {revision}.", revision=str(latest_revision()))))
    else:
        click.echo(str(phrase("Everything already is as the file says.")))


@agreements.command(
    name="export",
    help=translated(
        "Write everything that is agreed as an agreements file, to FILE or to standard output. Applying that file "
        "changes nothing."
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), help=translated("As valid on this day."))
@office_command
def export_file(office: Office, file: Path, on: datetime | None) -> None:
    """Write the file, and say what it does not hold."""
    from kvitto.agreements.planning.plan_words import later_sentences
    from kvitto.runs.export_agreements import export

    exported = export(office, on.date() if on else None)
    write_whole_file(file, [exported.text.encode()])
    for sentence in later_sentences(exported.still_to_come, in_file=on is None):
        click.echo(str(sentence), err=True)


@agreements.command(
    name="migrate",
    help=translated(
        "Write what ACCOUNT becomes under another form of agreement as an agreements file, and show what applying it "
        "would change. Nothing is changed until you apply that file."
    ),
)
@click.argument("account")
@click.option(
    "--to", "agreement", type=click.Choice(["mca"]), required=True, help=translated("The new form of agreement.")
)
@click.option(
    "--from",
    "day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    required=True,
    help=translated("The first day of the new agreement."),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help=translated("The file to write; - for standard output. ACCOUNT-mca.toml if not given."),
)
@office_command
def migrate(office: Office, account: str, agreement: str, day: datetime, out: Path | None) -> None:
    """Write the file; the plan and the consequences go to standard error, where the file may not."""
    from kvitto.agreements.planning.plan_words import plan_sentences
    from kvitto.runs.export_agreements import migration

    found = migration(office, account, day.date())
    for sentence in (*plan_sentences(found.plan), *found.consequences):
        click.echo(str(sentence), err=True)
    file = out or Path(f"{account}-{agreement}.toml")
    write_whole_file(file, [found.text.encode()])
    if str(file) != "-":
        click.echo(str(phrase("Written. Read it, then: kvitto agreements apply {file}", file=str(file))), err=True)


@agreements.command(name="list", help=translated("What is invoiced: subscriptions and billing profiles."))
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), help=translated("As valid on this day."))
@click.option("--json", "as_json", is_flag=True, help=translated("Print JSON."))
@office_command
def list_scopes(_office: Office, on: datetime | None, *, as_json: bool) -> None:
    """A row for everything an invoice is made for."""
    from kvitto.agreements.hierarchy import InvoiceScope
    from kvitto.records.agreements import invoice_scopes

    def row(scope: InvoiceScope) -> dict[str, Any]:
        return {
            "account": scope.account.id,
            "agreement": scope.account.agreement.value,
            "kind": scope.scope.kind.value,
            "id": scope.scope.id,
            "name": scope.name,
            "currency": scope.currency,
            "subscriptions": [each.id for each in scope.subscriptions],
        }

    rows = [row(scope) for scope in invoice_scopes(on=on.date() if on else None)]
    if as_json:
        print_json(rows)
        return
    heads = [phrase("Account"), phrase("Agreement"), phrase("Id"), phrase("Name"), phrase("Currency")]
    print_table(heads, [[row[key] for key in ("account", "agreement", "id", "name", "currency")] for row in rows])


agreements.add_command(import_module("kvitto.cli.subscriptions").subscriptions)
agreements.add_command(import_module("kvitto.cli.spending_limit").spending_limit)
