"""`kvitto credits`: the credit that buyers hold, what became of it, and adjusting it by hand."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from kvitto.agreements.adjustment_codes import ADJUSTMENT_CODES
from kvitto.cli.asking import ask, json_option, yes_option
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import phrase, translated
from kvitto.money import Money, plain

if TYPE_CHECKING:
    from kvitto.invoicing.credit_history import CreditEvent, CreditMonth, CreditSummary
    from kvitto.runs.credits import Credit, ListedLot
    from kvitto.runs.office import Office

_SIGNED = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?")


class UnableToReadAmount(UnableTo):
    """An argument is no amount."""


class UnableToTrustCredit(UnableTo):
    """The ledger is not intact."""


@click.group(help=translated("Show what is left of credit and prepayment, what became of it, and adjust it."))
def credits() -> None:  # noqa: A001 - the noun of the command
    """Holds the commands below."""


@credits.command(
    "list",
    help=translated(
        "List the credit of SCOPE: a subscription that is invoiced by itself, a billing profile or an enrollment. In "
        "the order in which it is used, with what is left and the status."
    ),
)
@click.argument("scope")
@json_option
@office_command
def list_(office: Office, scope: str, *, as_json: bool) -> None:
    """Lots and balances."""
    from kvitto.invoicing.credit_history import LOT_STATUSES
    from kvitto.runs.credits import credit_of

    credit = credit_of(office, scope)
    if as_json:
        lots = [_lot_as_json(one) for one in credit.lots]
        print_json({"lots": lots, "summary": _summary_as_json(credit.summary)})
        return
    if not credit.lots:
        click.echo(str(phrase("{name} has no credit.", name=credit.scope.name)))
        return
    heads = [
        phrase("Credit"), phrase("Kind"), phrase("Starts on"), phrase("Expires on"), phrase("Amount"), phrase("Left"),
        phrase("Status"),
    ]  # fmt: skip
    rows = [
        [
            one.state.lot.id,
            one.state.lot.source.value,
            one.state.lot.starts_on,
            one.state.lot.expires_on or "",
            one.state.lot.amount,
            one.state.left,
            LOT_STATUSES[one.status],
        ]
        for one in credit.lots
    ]
    print_table(heads, rows, numbers=(4, 5))
    for sentence in _balances(credit):
        click.echo(str(sentence))


@credits.command(
    help=translated(
        "List what became of the credit of SCOPE, oldest first, and what is pending. --by-month adds it up by month: "
        "starting credit, new credit, adjustments, applied, expired, ending credit."
    )
)
@click.argument("scope")
@click.option("--by-month", is_flag=True, help=translated("A row for each month; what is pending is left out."))
@json_option
@office_command
def events(office: Office, scope: str, *, by_month: bool, as_json: bool) -> None:
    """Events, or months."""
    from kvitto.runs.credits import credit_of

    credit = credit_of(office, scope)
    if as_json:
        print_json(
            [_month_as_json(one) for one in credit.months]
            if by_month
            else [_event_as_json(one) for one in credit.events]
        )
    elif by_month:
        _print_months(credit)
    else:
        _print_events(credit)


@credits.command(
    help=translated(
        "Add AMOUNT to the credit LOT, or take it away if it is negative (write “--” before it then). --code says why; "
        "“kvitto credits codes” lists the codes."
    )
)
@click.argument("lot")
@click.argument("amount")
@click.option("--code", required=True, help=translated("The reason, such as O7."))
@click.option("--reason", default="", help=translated("In your own words."))
@click.option("--reference", help=translated("Your own; the same one again changes nothing."))
@json_option
@office_command
def adjust(
    office: Office, *, lot: str, amount: str, code: str, reason: str, reference: str | None, as_json: bool
) -> None:
    """Adjust a lot."""
    from kvitto.runs.credits import adjust_lot

    if not _SIGNED.fullmatch(amount):
        raise UnableToReadAmount(phrase("“{text}” is no amount. Write it as 120.50.", text=amount))
    state = adjust_lot(office, lot, Decimal(amount), code.upper(), reason, reference)
    if as_json:
        print_json({"lot": lot, "left": _plain(state.left), "currency": state.left.currency})
    else:
        click.echo(str(phrase("{left} is left of the credit {lot}.", left=state.left, lot=lot)))


@credits.command(
    help=translated(
        "Let the prepayment LOT of an enrollment pay its overage that was invoiced and not paid: a credit note gives"
        " it back, and the prepayment is lowered. It must cover all of it; nothing older than a year, and never"
        " Marketplace."
    )
)
@click.argument("lot")
@click.option("--plan", "only_plan", is_flag=True, help=translated("Only show what would be done."))
@yes_option
@json_option
@office_command
def offset(office: Office, *, lot: str, only_plan: bool, yes: bool, as_json: bool) -> None:
    """Show the plan, ask, and offset."""
    from kvitto.runs.invoice_life import offset as life

    plan = life.offset_plan(office, lot)
    if not as_json:
        for one in plan.offsets:
            click.echo(str(phrase("{number}: {amount} without tax", number=one.number, amount=one.amount)))
        for reason in plan.left_out:
            click.echo(str(reason))
    done = []
    if not only_plan:
        ask(phrase("Offset this?"), yes=yes)
        done = life.offset(office, lot)
    if as_json:
        notes = {one.offset.number: one.credit_note.number for one in done}
        print_json(
            {
                "offsets": [
                    {"invoice": one.number, "amount": _plain(one.amount), "credit_note": notes.get(one.number)}
                    for one in plan.offsets
                ],
                "left_out": [str(reason) for reason in plan.left_out],
            }
        )
        return
    for made in done:
        sentence = phrase("{number}: credit note {note}", number=made.offset.number, note=made.credit_note.number)
        click.echo(str(sentence))


@credits.command(help=translated("List the codes that say why credit is adjusted."))
@json_option
@office_command
def codes(_office: Office, *, as_json: bool) -> None:
    """The codes of `credits adjust`."""
    if as_json:
        print_json({code: said.text for code, said in ADJUSTMENT_CODES.items()})
    else:
        print_table([phrase("Code"), phrase("Reason")], [[code, said] for code, said in ADJUSTMENT_CODES.items()])


@credits.command(help=translated("Check that every balance is the sum of its entries and every credit is known."))
@office_command
def check(_office: Office) -> None:
    """Check the ledger; status 1 if anything is wrong."""
    from kvitto.records.settlement import check_balances

    wrong = check_balances()
    if wrong:
        raise UnableToTrustCredit(
            phrase("These credits do not add up: {lots}. Restore the database from a backup.", lots=tuple(wrong))
        )
    click.echo(str(phrase("Every credit adds up.")))


def _print_events(credit: Credit) -> None:
    from kvitto.invoicing.credit_history import EVENT_TYPES

    heads = [
        phrase("Day"), phrase("Event"), phrase("Credit"), phrase("Change"), phrase("Balance"), phrase("Document"),
        phrase("Reason"),
    ]  # fmt: skip
    rows = [
        [
            one.on_day,
            EVENT_TYPES[one.type],
            one.lot_id,
            one.amount,
            "" if one.balance is None else one.balance,
            one.document,
            one.cause,
        ]
        for one in credit.events
    ]
    if rows:
        print_table(heads, rows, numbers=(3, 4))
    else:
        click.echo(str(phrase("{name} has no credit.", name=credit.scope.name)))


def _print_months(credit: Credit) -> None:
    heads = [
        phrase("Month"), phrase("Starting credit"), phrase("New credit"), phrase("Adjustments"), phrase("Applied"),
        phrase("Expired"), phrase("Ending credit"),
    ]  # fmt: skip
    rows = [
        [f"{one.month:%Y-%m}", one.starting, one.new, one.adjustments, one.applied, one.expired, one.ending]
        for one in credit.months
    ]
    print_table(heads, rows, numbers=(1, 2, 3, 4, 5, 6))


def _balances(credit: Credit) -> list[object]:
    told = credit.summary
    sentences: list[object] = [
        phrase("The balance is {current}, and with what is pending an estimated {estimated}.",
               current=told.current, estimated=told.estimated),
    ]  # fmt: skip
    if told.pending_charges:
        sentences.append(phrase("Pending charges: {charges}.", charges=told.pending_charges))
    return sentences


def _plain(amount: Money) -> str:
    return plain(amount.amount)


def _lot_as_json(one: ListedLot) -> dict[str, Any]:
    lot = one.state.lot
    return {
        "id": lot.id,
        "name": lot.name,
        "source": lot.source.value,
        "treatment": lot.treatment.value,
        "starts_on": lot.starts_on.isoformat(),
        "expires_on": lot.expires_on.isoformat() if lot.expires_on else None,
        "amount": _plain(lot.amount),
        "left": _plain(one.state.left),
        "currency": lot.amount.currency,
        "purchase_order": lot.purchase_order,
        "status": one.status.value,
    }


def _summary_as_json(told: CreditSummary) -> dict[str, str]:
    return {
        "currency": told.current.currency,
        "current_balance": _plain(told.current),
        "estimated_balance": _plain(told.estimated),
        "pending_charges": _plain(told.pending_charges),
        "pending_expired_credit": _plain(told.pending_expired),
        "expired": _plain(told.expired),
    }


def _event_as_json(one: CreditEvent) -> dict[str, str | None]:
    return {
        "date": one.on_day.isoformat(),
        "type": one.type.value,
        "lot": one.lot_id,
        "amount": _plain(one.amount),
        "closed_balance": None if one.balance is None else _plain(one.balance),
        "currency": one.amount.currency,
        "document": one.document,
        "cause": one.cause,
    }


def _month_as_json(one: CreditMonth) -> dict[str, str]:
    amounts = {
        "starting_credit": one.starting,
        "new_credit": one.new,
        "adjustments": one.adjustments,
        "applied": one.applied,
        "expired": one.expired,
        "ending_credit": one.ending,
    }
    return {"month": f"{one.month:%Y-%m}", **{name: _plain(amount) for name, amount in amounts.items()}}
