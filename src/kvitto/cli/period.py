"""`kvitto period close`: issue every invoice that is due."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.invoices import summary_for_programs
from kvitto.cli.office import office_command, print_json, print_table
from kvitto.language import Phrase, phrase, phrases, translated

if TYPE_CHECKING:
    from kvitto.agreements.hierarchy import InvoiceScope, Scope
    from kvitto.invoicing.absence import Absence
    from kvitto.periods import Period
    from kvitto.records.invoices import IssuedInvoice
    from kvitto.runs.closing.close_report import CloseReport
    from kvitto.runs.closing.issue_invoices import Progress
    from kvitto.runs.office import Office

NOT_ALL_DONE = 3


@click.group(help=translated("Close billing periods."))
def period() -> None:
    """Holds the commands below."""


@period.command(
    help=translated(
        "Issue every invoice that is due at the office's date, make its documents, and list every period that has "
        "none, with the reason. May be repeated and interrupted at any time. Exit status: 0 if everything that is "
        "due was issued and has its documents, 3 if not."
    )
)
@click.option("--month", metavar="YYYY-MM", help=translated("Only periods whose last day lies in this month."))
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def close(office: Office, month: str | None, *, as_json: bool) -> None:
    """Close, and say what became of every period."""
    from kvitto.runs.closing import issue_invoices

    with _progress() as progress:
        report = issue_invoices.close(office, month, progress)
    if as_json:
        print_json(_for_programs(report))
    else:
        _print(report)
    if not report.is_complete:
        sys.exit(NOT_ALL_DONE)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A line on the terminal that is written over; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(what: Phrase, done: int, of: int) -> None:
        click.echo(f"\r\x1b[K{what}: {done} / {of}", nl=False, err=True)

    try:
        yield show
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def _print(report: CloseReport) -> None:
    from kvitto.runs.invoice_list import scope_names

    names = scope_names()
    _print_issued(report.issued, names)
    if report.issued_before:
        count = len(report.issued_before)
        _say(phrases("{count} invoice was issued before.", "{count} invoices were issued before.", count))
    if report.documents_made:
        _say(phrases("{count} document was made.", "{count} documents were made.", report.documents_made))
    if report.documents_trouble:
        _say(report.documents_trouble)
    _print_sentences(phrase("No invoice:"), [(one.scope, one.absence.phrase) for one in report.without_invoice])
    if report.not_due:
        _say(phrase("Not due yet:"))
        heads = (phrase("Invoiced for"), phrase("Billing period"), phrase("Invoice from"))
        print_table(heads, [(one.scope.name, one.period, one.invoice_at) for one in report.not_due])
    late = [
        phrases(
            "Invoice {number} ({name}): {count} usage row came after it was issued and is not on it.",
            "Invoice {number} ({name}): {count} usage rows came after it was issued and are not on it.",
            one.rows, number=one.invoice.number, name=names.get(one.invoice.scope, one.invoice.scope.id),
        )
        for one in report.late_usage
    ]  # fmt: skip
    for sentence in late:
        _say(sentence)
    held = [
        (one.scope, phrase("{period}: {cause}", period=one.period, cause=cause))
        for one in report.blocked
        for cause in one.causes
    ]
    _print_sentences(phrase("Held back, correct this and close again:"), held)


def _print_issued(issued: Sequence[IssuedInvoice], names: dict[Scope, str]) -> None:
    if not issued:
        _say(phrase("No invoice was issued."))
        return
    _say(phrases("{count} invoice was issued:", "{count} invoices were issued:", len(issued)))
    heads = (phrase("Number"), phrase("Invoiced for"), phrase("Billing period"), phrase("Total"), phrase("Due date"))
    rows = [(one.number, names.get(one.scope, ""), one.period, one.payable, one.due_date) for one in issued]
    print_table(heads, rows, numbers=(3,))


def _print_sentences(head: Phrase, sentences: Sequence[tuple[InvoiceScope, Phrase]]) -> None:
    if not sentences:
        return
    _say(head)
    for scope, sentence in sentences:
        click.echo(f"  {scope.name}: {sentence}")


def _say(sentence: Phrase) -> None:
    click.echo(str(sentence))


def _for_programs(report: CloseReport) -> dict[str, Any]:
    return {
        "issued": [_issued_for_programs(one) for one in report.issued],
        "issued_before": [_issued_for_programs(one) for one in report.issued_before],
        "not_due": [
            {
                **_period_for_programs(one.scope, one.period),
                **_reason_for_programs(one.absence),
                "invoice_at": one.invoice_at.isoformat(),
            }
            for one in report.not_due
        ],
        "without_invoice": [
            {**_period_for_programs(one.scope, one.period), **_reason_for_programs(one.absence)}
            for one in report.without_invoice
        ],
        "blocked": [
            {**_period_for_programs(one.scope, one.period), "causes": [str(cause) for cause in one.causes]}
            for one in report.blocked
        ],
        "late_usage": [{"number": one.invoice.number, "rows": one.rows} for one in report.late_usage],
        "documents_made": report.documents_made,
        "documents_trouble": str(report.documents_trouble) if report.documents_trouble else None,
    }


def _issued_for_programs(invoice: IssuedInvoice) -> dict[str, Any]:
    return {
        "scope": invoice.scope.id,
        "period_start": invoice.period.start.isoformat(),
        "period_end": invoice.period.last_day.isoformat(),
        **summary_for_programs(invoice),
    }


def _period_for_programs(scope: InvoiceScope, period: Period) -> dict[str, Any]:
    return {
        "scope": scope.scope.id,
        "period_start": period.start.isoformat(),
        "period_end": period.last_day.isoformat(),
    }


def _reason_for_programs(absence: Absence) -> dict[str, Any]:
    return {"reason": absence.code.value, "sentence": str(absence.phrase)}
