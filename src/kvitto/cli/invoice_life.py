"""`kvitto invoices void|rebill|credit|show`: what may become of an invoice after it was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import amount_named, ask, currency_option, json_option, money_of, yes_option
from kvitto.cli.office import office_command, print_json
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, translated
from kvitto.money import Money

if TYPE_CHECKING:
    from decimal import Decimal

    from kvitto.invoicing.invoice import Invoice
    from kvitto.records.invoices import IssuedInvoice
    from kvitto.runs.invoice_life.credit import Part
    from kvitto.runs.office import Office


@click.command(
    help=translated(
        "Void the invoice NUMBER: a credit note over all that is left of it is issued, and nothing is to pay on it any "
        "more. The plan is shown first. To put a corrected invoice in its place, use rebill."
    )
)
@click.argument("number")
@yes_option
@json_option
@office_command
def void(office: Office, *, number: str, yes: bool, as_json: bool) -> None:
    """Plan, ask, void."""
    from kvitto.runs.invoice_life.void import plan_void
    from kvitto.runs.invoice_life.void import void as void_it

    plan = plan_void(office, number)
    if plan.credit_note:
        _tell(_credit_note_planned(plan.credit_note, number), as_json=as_json)
        if plan.on_account:
            kept = phrase("{amount} that was paid will be on account for the payer.", amount=plan.on_account)
            _tell(kept, as_json=as_json)
        ask(phrase("Void this invoice?"), yes=yes)
    done = void_it(office, number)
    make_documents(office)
    if as_json:
        print_json({"number": number, "voided": done.is_new, "credit_note": _for_programs(done.credit_note)})
    elif done.is_new:
        click.echo(str(_credit_note_issued(done.credit_note)))
    else:
        click.echo(str(phrase("It was voided before, by {number}.", number=done.credit_note.number)))


@click.command(
    help=translated(
        "Replace the invoice NUMBER: it becomes void, a credit note cancels it, and a new invoice is issued with the "
        "parties, purchase order, tax and terms agreed now. What was paid is carried over. The plan is shown first."
    )
)
@click.argument("number")
@click.option(
    "--as-known-now",
    is_flag=True,
    help=translated("Count usage and prices that came since, too. Without it, the charges stay what they were."),
)
@yes_option
@json_option
@office_command
def rebill(office: Office, *, number: str, as_known_now: bool, yes: bool, as_json: bool) -> None:
    """Plan, ask, rebill."""
    from kvitto.runs.invoice_life.rebill import plan_rebill
    from kvitto.runs.invoice_life.rebill import rebill as rebill_it

    plan = plan_rebill(office, number, as_known_now=as_known_now)
    if plan.credit_note:
        _tell(_credit_note_planned(plan.credit_note, number), as_json=as_json)
    if plan.replacement:
        _tell(_replacement_planned(plan.invoice, plan.replacement), as_json=as_json)
        ask(phrase("Rebill this invoice?"), yes=yes)
    done = rebill_it(office, number, as_known_now=as_known_now)
    make_documents(office)
    if as_json:
        print_json({
            "number": number,
            "rebilled": done.is_new,
            "credit_note": _for_programs(done.credit_note),
            "invoice": _for_programs(done.replacement),
        })  # fmt: skip
        return
    if not done.is_new:
        click.echo(str(phrase("It was rebilled before.")))
    click.echo(str(_credit_note_issued(done.credit_note)))
    click.echo(
        str(
            phrase(
                "Invoice {number} was issued over {amount}.",
                number=done.replacement.number, amount=done.replacement.payable,
            )
        )
    )  # fmt: skip


@click.command(
    help=translated(
        "Give back a part of the invoice NUMBER by a credit note: AMOUNT with tax, spread over its lines, or amounts "
        "without tax of single lines. The plan is shown first."
    )
)
@click.argument("number")
@click.argument("amount", required=False)
@click.option(
    "--line",
    "lines",
    metavar="LINE=AMOUNT",
    multiple=True,
    help=translated("An amount without tax of the line of this number; may be given several times."),
)
@click.option(
    "--reference",
    required=True,
    help=translated("Your own, such as the complaint’s; the same one again issues nothing new."),
)
@currency_option
@yes_option
@json_option
@office_command
def credit(
    office: Office,
    *,
    number: str,
    amount: str | None,
    lines: tuple[str, ...],
    reference: str,
    currency: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Plan, ask, credit."""
    from kvitto.records.links import given_back_as
    from kvitto.runs.invoice_life.credit import credit as credit_it
    from kvitto.runs.invoice_life.credit import plan_credit

    part = _part(number, amount, lines, currency)
    if not given_back_as(number, reference):
        _tell(_credit_note_planned(plan_credit(office, number, part), number), as_json=as_json)
        ask(phrase("Issue this credit note?"), yes=yes)
    done = credit_it(office, number, part, reference)
    make_documents(office)
    if as_json:
        print_json({"number": number, "credited": done.is_new, "credit_note": _for_programs(done.credit_note)})
        return
    if not done.is_new:
        click.echo(str(phrase("This was given back before.")))
    click.echo(str(_credit_note_issued(done.credit_note)))


@click.command(
    help=translated(
        "Show the invoice NUMBER with all that was recorded of it: payments, credit notes, refunds and documents, as "
        "JSON under the published names."
    )
)
@click.argument("number")
@json_option
@office_command
def show(office: Office, *, number: str, as_json: bool) -> None:
    """The record of one invoice."""
    from kvitto.runs.invoice_life.published_record import published_record

    record = published_record(office, number)
    if as_json:
        print_json(record)
        return
    for name, value in record.items():
        if value not in (None, [], ""):
            click.echo(f"{name}: {_in_a_line(value)}")


def _in_a_line(value: Any) -> str:
    match value:
        case {"currency": currency, "value": amount}:
            return f"{amount} {currency}"
        case dict():
            return ", ".join(f"{name} {_in_a_line(one)}" for name, one in value.items() if one is not None)
        case list():
            return "; ".join(_in_a_line(one) for one in value)
        case _:
            return str(value)


def _part(number: str, amount: str | None, lines: tuple[str, ...], currency: str | None) -> Part:
    from kvitto.runs.invoice_life.credit import Part

    if bool(amount) == bool(lines):
        raise UnableTo(phrase("Say either an amount or lines to give back of invoice {number}.", number=number))
    if amount:
        return Part(money_of(number, amount, currency))
    return Part(lines=dict(_line(text) for text in lines))


def _line(text: str) -> tuple[int, Decimal]:
    number, _, amount = text.partition("=")
    if not number.isdecimal():
        raise UnableTo(phrase("“{text}” names no line. Write it as 3=12.50.", text=text))
    return int(number), amount_named(amount)


def _tell(sentence: Phrase, *, as_json: bool) -> None:
    click.echo(str(sentence), err=as_json)


def _credit_note_planned(note: Invoice, number: str) -> Phrase:
    return phrase(
        "A credit note over {amount} for invoice {number}: {charges} without tax, {tax} tax.",
        amount=Money(note.totals.payable, note.currency),
        number=number,
        charges=Money(note.totals.without_tax, note.currency),
        tax=Money(note.totals.tax, note.currency),
    )


def _replacement_planned(before: Invoice, after: Invoice) -> Phrase:
    return phrase(
        "A new invoice for {period} over {amount} (before: {before}), to {name}.",
        period=after.period,
        amount=Money(after.totals.payable, after.currency),
        before=Money(before.totals.payable, before.currency),
        name=after.bill_to.name,
    )


def _credit_note_issued(note: IssuedInvoice) -> Phrase:
    return phrase(
        "Credit note {number} was issued over {amount} for invoice {invoice}.",
        number=note.number,
        amount=note.payable,
        invoice=note.refers_to,
    )


def make_documents(office: Office) -> None:
    """What was issued stays issued, also if its document cannot be made now; the next close makes it."""
    from kvitto.runs.make_documents import render_missing

    try:
        render_missing(office)
    except UnableTo as error:
        click.echo(str(error.phrase), err=True)


def _for_programs(invoice: IssuedInvoice) -> dict[str, Any]:
    from kvitto.cli.invoices import summary_for_programs

    return {**summary_for_programs(invoice), "refers_to": invoice.refers_to or None}
