"""`kvitto payments`: what came for invoices, and what was tried in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import currency_option, day_named, day_option, json_option, money_of
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kvitto.invoicing.payments import Payment
    from kvitto.runs.invoice_life.record_payment import Recorded
    from kvitto.runs.office import Office

_FAMILIES = ("CreditCard", "Credits", "CheckWire", "EWallet", "DirectDebit", "TaskOrder")
_REASONS = ("BankDeclined", "CardExpired", "IncorrectCardDetails", "Other")


@click.group(help=translated("Record what was paid for invoices."))
def payments() -> None:
    """Holds the commands below."""


def _means(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds how it was paid: `--method FAMILY` and `--type TEXT`, and the reference."""

    def added(function: Callable[..., Any]) -> Callable[..., Any]:
        options = (
            click.option(
                "--method", "family", type=click.Choice(_FAMILIES, case_sensitive=False), default=default,
                show_default=True, help=translated("How it is paid."),
            ),
            click.option("--type", "method", default="", help=translated("What you call it, such as Visa or SEPA.")),
            click.option(
                "--reference", required=True,
                help=translated("The bank’s or your own; the same one again records nothing new."),
            ),
        )  # fmt: skip
        for option in options:
            function = option(function)
        return function

    return added


@payments.command(
    help=translated(
        "Record that AMOUNT came for the invoice NUMBER. A part is possible; more than is due is kept on account for "
        "the payer."
    )
)
@click.argument("number")
@click.argument("amount")
@currency_option
@day_option
@_means("CheckWire")
@json_option
@office_command
def record(
    office: Office,
    *,
    number: str,
    amount: str,
    currency: str | None,
    on: datetime | None,
    family: str,
    method: str,
    reference: str,
    as_json: bool,
) -> None:
    """Record a payment."""
    from kvitto.invoicing.payments import MethodFamily, Payment, PaymentKind
    from kvitto.runs.invoice_life.record_payment import record_payment

    money, day = money_of(number, amount, currency), day_named(office, on)
    wanted = Payment(PaymentKind.PAYMENT, day, money, reference, MethodFamily(family), method)
    _say(record_payment(office, number, wanted), number, as_json=as_json)


@payments.command(
    help=translated(
        "Record that charging AMOUNT for the invoice NUMBER was tried in vain; what is open is past due from then on."
    )
)
@click.argument("number")
@click.argument("amount")
@click.option(
    "--reason",
    type=click.Choice(_REASONS, case_sensitive=False),
    required=True,
    help=translated("Why nothing came."),
)
@currency_option
@day_option
@_means("CreditCard")
@json_option
@office_command
def fail(
    office: Office,
    *,
    number: str,
    amount: str,
    reason: str,
    currency: str | None,
    on: datetime | None,
    family: str,
    method: str,
    reference: str,
    as_json: bool,
) -> None:
    """Record a failed charge."""
    from kvitto.invoicing.payments import FailureReason, MethodFamily, Payment, PaymentKind
    from kvitto.runs.invoice_life.record_payment import record_payment

    money, day = money_of(number, amount, currency), day_named(office, on)
    failed = Payment(PaymentKind.FAILED, day, money, reference, MethodFamily(family), method, FailureReason(reason))
    _say(record_payment(office, number, failed), number, as_json=as_json)


@payments.command(
    help=translated(
        "Take back what was recorded by mistake for the invoice NUMBER under the REFERENCE. The record stays, and its "
        "reversal beside it."
    )
)
@click.argument("number")
@click.argument("reference")
@day_option
@json_option
@office_command
def reverse(office: Office, *, number: str, reference: str, on: datetime | None, as_json: bool) -> None:
    """Reverse a record."""
    from kvitto.runs.invoice_life.record_payment import reverse as take_back

    _say(take_back(office, number, reference, day_named(office, on)), number, as_json=as_json)


@payments.command("list", help=translated("List everything that was recorded for the invoice NUMBER."))
@click.argument("number")
@json_option
@office_command
def list_(_office: Office, *, number: str, as_json: bool) -> None:
    """A row for each record."""
    from kvitto.records.invoices import issued_called
    from kvitto.records.payments import payments_of

    issued_called(number)
    recorded = payments_of([number]).get(number, ())
    if as_json:
        print_json([_for_programs(payment) for payment in recorded])
    elif not recorded:
        click.echo(str(phrase("Nothing was recorded for invoice {number} yet.", number=number)))
    else:
        _print(recorded)


def _print(recorded: tuple[Payment, ...]) -> None:
    words = {
        "payment": phrase("payment"),
        "failed": phrase("failed charge"),
        "refund": phrase("refund"),
        "reversal": phrase("reversal"),
    }
    heads = [phrase("Date"), phrase("What"), phrase("Amount"), phrase("Method"), phrase("Reference"), phrase("Reason")]
    rows = [
        [
            one.on_day, words[one.kind], one.amount, f"{one.method_family} {one.method}".strip(),
            one.reference or one.reverses, phrase("reversed") if one.reversed_on else one.reason,
        ]
        for one in recorded
    ]  # fmt: skip
    print_table(heads, rows, numbers=(2,))


def _say(recorded: Recorded, number: str, *, as_json: bool) -> None:
    standing = recorded.standing
    if as_json:
        print_json({
            "number": number,
            "recorded": recorded.is_new,
            "status": recorded.status.value,
            "amount_due": f"{standing.amount_due.amount:f}",
            "on_account": f"{standing.on_account.amount:f}",
            "currency": standing.amount_due.currency,
            "payment": _for_programs(recorded.payment),
        })  # fmt: skip
        return
    click.echo(str(phrase("Recorded.") if recorded.is_new else phrase("This was recorded before.")))
    click.echo(
        str(
            phrase(
                "Invoice {number}: {status}, {due} to pay now.",
                number=number, status=recorded.status.said, due=standing.amount_due,
            )
        )
    )  # fmt: skip
    if standing.on_account:
        click.echo(str(phrase("{amount} is on account for the payer.", amount=standing.on_account)))


def _for_programs(payment: Payment) -> dict[str, Any]:
    return {
        "kind": payment.kind.value,
        "date": payment.on_day.isoformat(),
        "amount": f"{payment.amount.amount:f}",
        "currency": payment.amount.currency,
        "method_family": payment.method_family,
        "method": payment.method,
        "reason": payment.reason or None,
        "reference": payment.reference or None,
        "reversed_on": payment.reversed_on.isoformat() if payment.reversed_on else None,
        "reverses": payment.reverses or None,
    }
