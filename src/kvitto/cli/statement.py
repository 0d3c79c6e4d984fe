"""`kvitto statement`: what is not billed yet, and the billing history of a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import json_option
from kvitto.cli.audited import audited_refusals
from kvitto.cli.invoices import summary_for_programs
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import phrase, translated
from kvitto.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kvitto.language import Phrase
    from kvitto.money import Money
    from kvitto.runs.billing_history import BillingHistory
    from kvitto.runs.office import Office
    from kvitto.runs.period_rows import PeriodRow
    from kvitto.runs.statement import Statement


class _Statements(click.Group):
    """`kvitto statement SCOPE` is short for `kvitto statement show SCOPE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


def _as_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as", "person", metavar="EMAIL", help=translated("Show what this person may see."))(function)


@click.group(
    cls=_Statements,
    help=translated(
        "Show what is not billed yet of a scope (“kvitto statement SCOPE”), or the billing history of a subscription."
    ),
)
def statement() -> None:
    """Holds the commands below."""


@statement.command(
    help=translated(
        "Show the charges of SCOPE that have no invoice yet, without tax: of the open period, and of ended ones until "
        "their invoice is made. SCOPE is a subscription, billing profile or enrollment."
    )
)
@click.argument("scope")
@_as_option
@json_option
@office_command
def show(office: Office, scope: str, *, person: str | None, as_json: bool) -> None:
    """Estimates, their sum, and what is still to come."""
    from kvitto.records.people import person_called
    from kvitto.runs.period_rows import MAY_DIFFER
    from kvitto.runs.statement import statement_of

    asker = person_called(person) if person else None
    with audited_refusals(office, "statement.see", asker, asked=scope):
        found = statement_of(office, scope, asker)
    if as_json:
        print_json(_statement_for_programs(found))
        return
    moment = phrase("Unbilled charges of {name}, as of {moment}.", name=found.scope.name, moment=found.moment)
    click.echo(str(moment))
    if not found.rows:
        click.echo(str(phrase("Everything is billed.")))
        return
    heads = [
        phrase("Billing period"), phrase("Statement"), phrase("Kind"), phrase("Charges"), phrase("Credit"),
        phrase("Without tax"), phrase("Invoice from"),
    ]  # fmt: skip
    rows = [
        [row.period, found.name_of(row), _kind(row), *_amounts(row), (row.absence and row.absence.invoice_day) or ""]
        for row in found.rows
    ]
    sums = [phrase("Total"), "", "", found.charges, found.credit, found.without_tax, ""]
    print_table(heads, [*rows, sums], numbers=(3, 4, 5))
    _say_what_is_to_come(found.rows)
    click.echo(str(MAY_DIFFER))


@statement.command(
    help=translated(
        "Show the last six billing periods of SUBSCRIPTION, which is bought online, and what is unbilled; with --as "
        "for its Account Administrator, and to others what they may use instead."
    )
)
@click.argument("subscription")
@_as_option
@json_option
@office_command
def history(office: Office, subscription: str, *, person: str | None, as_json: bool) -> None:
    """Periods with total charge and invoice."""
    from kvitto.records.people import person_called
    from kvitto.runs.billing_history import billing_history

    asker = person_called(person) if person else None
    with audited_refusals(office, "history.see", asker, asked=subscription):
        found = billing_history(office, subscription, asker)
    if as_json:
        print_json(_history_for_programs(found))
        return
    click.echo(str(phrase("Billing history of {name}, as of {moment}.", name=found.scope.name, moment=found.moment)))
    heads = [
        phrase("Billing period"), phrase("Kind"), phrase("Total charge"), phrase("Invoice"), phrase("Status"),
    ]  # fmt: skip
    rows = [
        [row.period, _kind(row), _said(row.total), *_invoice_and_status(row)] for row in (*found.unbilled, *found.rows)
    ]
    print_table(heads, rows, numbers=(2,))
    _say_what_is_to_come(found.unbilled)


def _say_what_is_to_come(rows: Iterable[PeriodRow]) -> None:
    for row in rows:
        notice = (row.overage_notice,) if row.overage_notice else ()
        for sentence in (*row.still_to_come, *notice):
            click.echo(str(phrase("{period}: {sentence}", period=row.period, sentence=sentence)))


def _invoice_and_status(row: PeriodRow) -> tuple[object, object]:
    if row.invoice:
        return row.invoice.number, row.status.said if row.status else ""
    if row.is_current:
        return phrase("Unbilled"), ""
    return phrase("Not available"), row.absence.code.value if row.absence else ""


def _kind(row: PeriodRow) -> Phrase:
    from kvitto.documents.words import KINDS

    return KINDS.get(row.kind) or phrase("Services")


def _amounts(row: PeriodRow) -> tuple[object, ...]:
    one = row.estimate
    return (one.charges, one.credit, one.without_tax) if one else ("–", "–", "–")


def _said(amount: Money | None) -> object:
    return "–" if amount is None else amount


def _plain(amount: Money | None) -> str | None:
    return None if amount is None else plain(amount.amount)


def _statement_for_programs(found: Statement) -> dict[str, Any]:
    return {
        "scope_kind": found.scope.scope.kind.value,
        "scope": found.scope.scope.id,
        "moment": found.moment.isoformat(),
        "currency": found.charges.currency,
        "charges": _plain(found.charges),
        "charges_unrounded": _plain(found.unrounded),
        "credit": _plain(found.credit),
        "total_without_tax": _plain(found.without_tax),
        "periods": [{**_row_for_programs(row), "statement": str(found.name_of(row))} for row in found.rows],
    }


def _history_for_programs(found: BillingHistory) -> dict[str, Any]:
    return {
        "subscription": found.scope.scope.id,
        "moment": found.moment.isoformat(),
        "currency": found.scope.currency,
        "unbilled": [_row_for_programs(row) for row in found.unbilled],
        "periods": [_row_for_programs(row) for row in found.rows],
    }


def _row_for_programs(row: PeriodRow) -> dict[str, Any]:
    return {
        "period_start": row.period.start.isoformat(),
        "period_end": row.period.last_day.isoformat(),
        "kind": row.kind.value,
        "is_open": row.is_current,
        "total": _plain(row.total),
        "charges": _plain(row.estimate.charges) if row.estimate else None,
        "credit": _plain(row.estimate.credit) if row.estimate else None,
        "total_without_tax": _plain(row.estimate.without_tax) if row.estimate else None,
        "reason": row.absence.code.value if row.absence else None,
        "invoice_day": row.absence.invoice_day.isoformat() if row.absence and row.absence.invoice_day else None,
        "still_to_come": [str(sentence) for sentence in row.still_to_come],
        "overage_notice_on": row.overage_notice_on.isoformat() if row.overage_notice_on else None,
        "invoice": {**summary_for_programs(row.invoice), "status": str(row.status)} if row.invoice else None,
    }
