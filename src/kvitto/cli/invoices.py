"""`kvitto invoices`: the invoices that were issued; what may become of them is in `invoice_life` and `refunds`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import Phrase, phrase, translated
from kvitto.money import Money, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from kvitto.agreements.hierarchy import Scope
    from kvitto.invoicing.invoice import Invoice
    from kvitto.records.invoices import IssuedInvoice
    from kvitto.runs.invoice_list import ListedInvoice
    from kvitto.runs.office import Office


@click.group(help=translated("List issued invoices and download them; void, rebill, credit and refund them."))
def invoices() -> None:
    """Holds the commands below."""


@invoices.command(
    "list",
    help=translated(
        "List issued invoices, newest period first. In JSON, period_end is the last day of the period, which is "
        "included; total is what is to pay, with tax; total_unrounded is the exact sum of the charges, without "
        "credit and tax; subscription is null for an invoice of a billing profile, and billing_profile for one of a "
        "subscription."
    ),
)
@click.option(
    "--subscription",
    metavar="ID",
    help=translated("Only the invoices of this subscription (its id or name), or of the billing profile it stands in."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def list_(office: Office, subscription: str | None, *, as_json: bool) -> None:
    """All invoices, or those of one subscription."""
    from kvitto.runs.invoice_list import scopes_named

    scopes = scopes_named(subscription) if subscription else None
    if as_json:
        print_json(invoices_for_programs(office, scopes))
    else:
        print_invoices(scopes, office)


def print_invoices(scopes: Iterable[Scope] | None = None, office: Office | None = None) -> None:
    """A table of the invoices of these scopes, or of all; with their status if the office (its clock) is given.

    Without it, with what each document is.
    """
    from kvitto.runs.invoice_list import listed_invoices

    listed = listed_invoices(scopes, office.now() if office else None)
    if not listed:
        click.echo(str(phrase("No invoice was issued yet.")))
        return
    heads = [phrase("Number"), phrase("Invoiced for"), phrase("Billing period"), phrase("Total"), phrase("Due date")]
    rows = [
        [one.invoice.number, one.name, one.invoice.period, one.invoice.payable, one.invoice.due_date] for one in listed
    ]
    if office:
        heads += [phrase("Status"), phrase("To pay now")]
        rows = [[*row, _state(one), one.standing.amount_due] for row, one in zip(rows, listed, strict=True)]
    else:
        heads.append(phrase("Document"))
        rows = [[*row, _document(one)] for row, one in zip(rows, listed, strict=True)]
    print_table(heads, rows, numbers=(3, 6) if office else (3,))


def _document(one: ListedInvoice) -> Phrase:
    if one.standing.is_credit_note:
        return phrase("Credit note for {number}", number=one.invoice.refers_to)
    return phrase("Invoice")


def _state(one: ListedInvoice) -> object:
    if one.standing.is_credit_note:
        return _document(one)
    replaced_by = next(
        (link.other for link in one.links if link.kind == "rebill" and link.other != one.invoice.number), ""
    )
    if replaced_by:
        return phrase("Void, replaced by {number}", number=replaced_by)
    return one.status.said if one.status else ""


def invoices_for_programs(office: Office, scopes: Iterable[Scope] | None = None) -> list[dict[str, Any]]:
    """The invoices as programs read them, in the order of the list."""
    from kvitto.records.invoices import load_all
    from kvitto.runs.invoice_list import listed_invoices

    listed = listed_invoices(scopes, office.now())
    facts = {invoice.number: invoice for invoice in load_all(one.invoice.scope for one in listed)}
    return [_for_programs(facts[one.invoice.number], one) for one in listed]


def summary_for_programs(invoice: IssuedInvoice) -> dict[str, Any]:
    """The few facts that other commands tell of an invoice."""
    return {
        "number": invoice.number,
        "currency": invoice.payable.currency,
        "total": f"{invoice.payable.amount:f}",
        "total_unrounded": plain(invoice.unrounded.amount),
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
    }


def _for_programs(invoice: Invoice, listed: ListedInvoice) -> dict[str, Any]:
    def billed(amount: Decimal) -> str:
        return f"{Money(amount, invoice.currency).rounded(invoice.seller.address.country).amount:f}"

    return {
        "number": invoice.number,
        "subscription": invoice.subscription_id or None,
        "billing_profile": invoice.profile_id or None,
        "period_start": invoice.period.start.isoformat(),
        "period_end": invoice.period.last_day.isoformat(),
        "currency": invoice.currency,
        "total": billed(invoice.totals.payable),
        "total_unrounded": plain(invoice.totals.unrounded),
        "total_without_tax": billed(invoice.totals.without_tax),
        "tax": billed(invoice.totals.tax),
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "status": str(listed.status),
        "document_type": invoice.document_type.value,
        "kind": invoice.kind.value,
        "edition": invoice.edition,
        "refers_to": invoice.refers_to.number if invoice.refers_to else None,
        "amount_due": f"{listed.standing.amount_due.amount:f}",
        "links": [{"kind": link.kind.value, "invoice": link.invoice, "other": link.other} for link in listed.links],
    }


if find_spec("kvitto.cli.invoice_download"):
    invoices.add_command(import_module("kvitto.cli.invoice_download").download)
for _command in ("void", "rebill", "credit", "show"):
    invoices.add_command(getattr(import_module("kvitto.cli.invoice_life"), _command))
invoices.add_command(import_module("kvitto.cli.refunds").refund)
invoices.add_command(import_module("kvitto.cli.transactions").transactions)
