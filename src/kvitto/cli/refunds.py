"""`kvitto invoices refund`: money that goes back to a payer, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import ask, currency_option, day_named, day_option, json_option, money_of, yes_option
from kvitto.cli.office import office_command, print_json
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from datetime import datetime

    from kvitto.runs.invoice_life.refund import Refunded
    from kvitto.runs.office import Office


@click.group(
    help=translated(
        "Give money back to the payer of an invoice: requested, then approved or declined, then completed. Approving "
        "issues a credit note over what is not on account for the payer."
    )
)
def refund() -> None:
    """Holds the commands below."""


@refund.command(help=translated("Record that AMOUNT of the invoice NUMBER is asked back; REFERENCE names the refund."))
@click.argument("number")
@click.argument("amount")
@click.option("--reference", required=True, help=translated("The name of the refund in all that follows."))
@click.option("--reason", default="Other", show_default=True, help=translated("Why, in a word."))
@currency_option
@json_option
@office_command
def request(
    office: Office, *, number: str, amount: str, reference: str, reason: str, currency: str | None, as_json: bool
) -> None:
    """Request."""
    from kvitto.runs.invoice_life.refund import request_refund

    money = money_of(number, amount, currency)
    _say(request_refund(office, number, money, reason, reference), as_json=as_json)


@refund.command(help=translated("Approve the refund REFERENCE of the invoice NUMBER."))
@click.argument("number")
@click.argument("reference")
@yes_option
@json_option
@office_command
def approve(office: Office, *, number: str, reference: str, yes: bool, as_json: bool) -> None:
    """Plan, ask, approve."""
    from kvitto.cli.invoice_life import make_documents
    from kvitto.records.refunds import refund_called
    from kvitto.runs.invoice_life.refund import approve_refund

    found = refund_called(number, reference)
    if found.events:
        sentence = phrase("A refund of {amount} for invoice {number}.", amount=found.events[0].amount, number=number)
        click.echo(str(sentence), err=as_json)
        ask(phrase("Approve this refund?"), yes=yes)
    done = approve_refund(office, number, reference)
    make_documents(office)
    _say(done, as_json=as_json)


@refund.command(help=translated("Decline the refund REFERENCE of the invoice NUMBER."))
@click.argument("number")
@click.argument("reference")
@click.option("--reason", default="", help=translated("Why, in a word."))
@json_option
@office_command
def decline(office: Office, *, number: str, reference: str, reason: str, as_json: bool) -> None:
    """Decline."""
    _close(office, number, reference, "declined", reason, as_json=as_json)


@refund.command(help=translated("Record that the payer takes the request for the refund REFERENCE back."))
@click.argument("number")
@click.argument("reference")
@json_option
@office_command
def cancel(office: Office, *, number: str, reference: str, as_json: bool) -> None:
    """Cancel."""
    _close(office, number, reference, "cancelled", "", as_json=as_json)


@refund.command(help=translated("Record that the request for the refund REFERENCE has lapsed."))
@click.argument("number")
@click.argument("reference")
@json_option
@office_command
def expire(office: Office, *, number: str, reference: str, as_json: bool) -> None:
    """Expire."""
    _close(office, number, reference, "expired", "", as_json=as_json)


@refund.command(help=translated("Record that the approved refund REFERENCE of the invoice NUMBER was paid out."))
@click.argument("number")
@click.argument("reference")
@day_option
@click.option("--type", "method", default="", help=translated("What you call it, such as Visa or SEPA."))
@json_option
@office_command
def complete(office: Office, *, number: str, reference: str, on: datetime | None, method: str, as_json: bool) -> None:
    """Complete."""
    from kvitto.runs.invoice_life.record_payment import Means
    from kvitto.runs.invoice_life.refund import complete_refund

    done = complete_refund(office, number, reference, day_named(office, on), Means(method=method))
    _say(done, as_json=as_json)


def _close(office: Office, number: str, reference: str, step: str, reason: str, *, as_json: bool) -> None:
    from kvitto.invoicing.refunds import RefundStep
    from kvitto.runs.invoice_life.refund import close_refund

    _say(close_refund(office, number, reference, RefundStep(step), reason), as_json=as_json)


def _say(done: Refunded, *, as_json: bool) -> None:
    refunded = done.refund
    if as_json:
        print_json(_for_programs(done))
        return
    click.echo(
        str(
            phrase(
                "Refund {reference} of invoice {number}: {status}.",
                reference=refunded.reference, number=refunded.invoice, status=refunded.status.said,
            )
        )
    )  # fmt: skip
    credit_note = next((event.credit_note for event in refunded.events if event.credit_note), "")
    if credit_note:
        click.echo(str(phrase("Credit note {number} was issued for it.", number=credit_note)))


def _for_programs(done: Refunded) -> dict[str, Any]:
    refunded = done.refund
    return {
        "number": refunded.invoice,
        "reference": refunded.reference,
        "status": refunded.status.value,
        "recorded": done.is_new,
        "amount": f"{refunded.events[0].amount.amount:f}",
        "currency": refunded.events[0].amount.currency,
        "credit_note": next((event.credit_note for event in refunded.events if event.credit_note), None),
        "amount_due": f"{done.standing.amount_due.amount:f}",
        "on_account": f"{done.standing.on_account.amount:f}",
    }
