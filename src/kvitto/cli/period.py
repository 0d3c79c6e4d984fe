"""`kvitto period close`: issue every invoice that is due."""

from __future__ import annotations

import math
import sys
import time
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
    from kvitto.runs.closing.close_report import CloseReport, LateUsage
    from kvitto.runs.closing.issue_invoices import Progress
    from kvitto.runs.office import Office

NOT_ALL_DONE = 3
_TELLING_AFTER = 5  # seconds; before, how long it takes would be a guess


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
@click.option(
    "--no-documents",
    is_flag=True,
    help=translated("Issue only. The next close makes the documents; one that is asked for before is made then."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def close(office: Office, month: str | None, *, no_documents: bool, as_json: bool) -> None:
    """Close, and say what became of every period."""
    from kvitto.runs.closing import issue_invoices

    with _progress() as progress:
        report = issue_invoices.close(office, month, progress, documents=not no_documents)
    if as_json:
        print_json(_for_programs(report))
    else:
        _print(report)
    if not report.is_complete:
        sys.exit(NOT_ALL_DONE)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A line on the terminal that is written over, with how long it still takes; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return

    started: dict[str, float] = {}  # what is done, one after the other

    def show(what: Phrase, done: int, of: int) -> None:
        now = time.monotonic()
        line = progress_line(what, done, of, now - started.setdefault(what.text, now))
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)

    try:
        yield show
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def progress_line(what: Phrase, done: int, of: int, seconds: float) -> Phrase:
    """What is told after so many seconds: how much is done, and, once that can be said, how long it still takes."""
    left = seconds * (of - done) / done if done else 0
    if seconds < _TELLING_AFTER or not left:
        return phrase("{what}: {done} of {of}", what=what, done=done, of=of)
    minutes = math.ceil(left / 60)
    return phrases(
        "{what}: {done} of {of}, about {count} minute left",
        "{what}: {done} of {of}, about {count} minutes left",
        minutes, what=what, done=done, of=of,
    )  # fmt: skip


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
    for one in report.late_usage:
        _print_late(one, names)
    held = [
        (one.scope, phrase("{period}: {cause}", period=one.period, cause=cause))
        for one in report.blocked
        for cause in one.causes
    ]
    _print_sentences(phrase("Held back. Repair what is named here, then close again:"), held)


def _print_late(late: LateUsage, names: dict[Scope, str]) -> None:
    name = names.get(late.invoice.scope, late.invoice.scope.id)
    head = phrases(
        "Invoice {number} ({name}): {count} usage row came after it was issued.",
        "Invoice {number} ({name}): {count} usage rows came after it was issued.",
        late.rows, number=late.invoice.number, name=name,
    )  # fmt: skip
    _say(head)
    if late.causes:
        _say(phrase("Its correction is held back. Repair what is named here, then close again:"))
    for sentence in (*late.causes, *late.told):
        click.echo(f"  {sentence}")


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
        "late_usage": [
            {
                "number": one.invoice.number,
                "rows": one.rows,
                "billed_on": one.billed_on or None,
                "credit_notes": list(one.credit_notes),
                "causes": [str(cause) for cause in one.causes],
                "sentences": [str(sentence) for sentence in one.told],
            }
            for one in report.late_usage
        ],
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
