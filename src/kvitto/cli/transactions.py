"""`kvitto invoices transactions`: everything that was bought and used of a billing profile or account, as a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.asking import json_option
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.cli.output import write_whole_file
from kvitto.language import phrase, translated

if TYPE_CHECKING:
    from kvitto.invoicing.transactions import Transaction
    from kvitto.records.models import Person
    from kvitto.runs.office import Office
    from kvitto.runs.transactions import TransactionPage


@click.command(
    "transactions",
    help=translated(
        "List the transactions of SCOPE, a billing profile or an account that has some: what is pending first, then"
        " what is invoiced, newest first. A page is printed, with what to ask the next one by; a file holds all."
        " Usage not invoiced yet is told per subscription."
    ),
)
@click.argument("scope")
@click.option("--invoice", default="", metavar="NUMBER", help=translated("Only of this invoice, or “Pending”."))
@click.option("--section", default="", metavar="ID", help=translated("Only of this invoice section."))
@click.option("--page", default="", metavar="PAGE", help=translated("The page that the one before named."))
@click.option("--as", "person", metavar="EMAIL", help=translated("Show what this person may see."))
@click.option(
    "--csv",
    "out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help=translated("Write all of them to this CSV file instead; - for standard output."),
)
@json_option
@office_command
def transactions(
    office: Office,
    scope: str,
    *,
    invoice: str,
    section: str,
    page: str,
    person: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """A page, or a file."""
    from kvitto.agreements.hierarchy import Scope, ScopeKind
    from kvitto.documents.transaction_list import transaction_list_csv
    from kvitto.records.agreements import tree_around
    from kvitto.runs.transactions import Wanted, all_transactions
    from kvitto.runs.transactions import transactions as page_of

    profile = Scope(ScopeKind.BILLING_PROFILE, scope)
    asked = profile if tree_around([profile]).lineage(profile) else Scope(ScopeKind.BILLING_ACCOUNT, scope)
    wanted, asker = Wanted(invoice, section), _person(person)
    if out:
        write_whole_file(out, transaction_list_csv(all_transactions(office, asker, asked, wanted)))
        return
    found = page_of(office, asker, asked, wanted, page)
    if as_json:
        print_json(_for_programs(found))
    else:
        _print(found)


def _person(email: str | None) -> Person | None:
    from kvitto.records.people import person_called

    return person_called(email) if email else None


def _print(page: TransactionPage) -> None:
    heads = [
        phrase("Date"), phrase("Invoice"), phrase("Type"), phrase("Product family"), phrase("Product"),
        phrase("Amount"), phrase("Invoice section"), phrase("Billing profile"),
    ]  # fmt: skip
    rows = [
        [
            row.on_day, row.invoice or phrase("not invoiced yet"), row.type.said, row.product_family, row.product,
            row.amount, row.section, row.profile,
        ]
        for row in page.rows
    ]  # fmt: skip
    if rows:
        print_table(heads, rows, numbers=(5,))
    else:
        click.echo(str(phrase("There is no such transaction.")))
    for usage in page.pending_usage:
        sentence = phrase("Usage of {name} not invoiced yet: {amount}.", name=usage.subscription, amount=usage.amount)
        click.echo(str(sentence))
    if page.next_page:
        click.echo(str(phrase("The next page: --page {page}", page=page.next_page)))


def _for_programs(page: TransactionPage) -> dict[str, Any]:
    return {
        "transactions": [_row_for_programs(row) for row in page.rows],
        "pending_usage": [
            {
                "subscription": usage.subscription_id,
                "billing_profile": usage.profile_id,
                "currency": usage.amount.currency,
                "amount": f"{usage.amount.amount:f}",
            }
            for usage in page.pending_usage
        ],
        "next_page": page.next_page or None,
    }


def _row_for_programs(row: Transaction) -> dict[str, Any]:
    return {
        "date": row.on_day.isoformat(),
        "invoice": row.invoice or None,
        "type": row.type.value,
        "product_family": row.product_family,
        "product": row.product,
        "currency": row.amount.currency,
        "amount": f"{row.amount.amount:f}",
        "invoice_section": row.section_id,
        "billing_profile": row.profile_id,
        "subscription": row.subscription_id,
    }
