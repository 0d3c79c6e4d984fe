"""`kvitto invoices download`: a document of an invoice or credit note."""

from __future__ import annotations

from pathlib import Path

import click

from kvitto.cli.audited import audited_download
from kvitto.cli.office import office_command
from kvitto.cli.output import write_whole_file
from kvitto.language import LANGUAGES, translated
from kvitto.runs.office import Office


@click.command("download", help=translated("Write a document of an issued invoice or credit note to a file."))
@click.argument("number")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    required=True,
    help=translated("The file to write; - for standard output."),
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    help=translated("A copy in this language. Without it: the invoice in its payer's language."),
)
@click.option(
    "--kind",
    help=translated(
        "The document: invoice-pdf, credit-note-pdf, summary-pdf, transactions-csv, or a further part of a long one,"
        " such as invoice-pdf-2. Without it: the invoice or credit note itself."
    ),
)
@office_command
def download(office: Office, number: str, out: Path, language: str | None, kind: str | None) -> None:
    """Write a document of an issued invoice or credit note to a file."""
    from kvitto.records.invoices import NotIssued
    from kvitto.runs.make_documents import NoSuchDocument, document, invoice_pdf

    if kind and language:
        raise click.UsageError(translated("Only the invoice itself has copies in other languages: leave out --kind."))
    with audited_download(
        office, NotIssued, NoSuchDocument, kind=kind or "invoice-pdf", number=number, language=language
    ):
        content = document(office, number, kind) if kind else invoice_pdf(office, number, language)
    write_whole_file(out, [content])
