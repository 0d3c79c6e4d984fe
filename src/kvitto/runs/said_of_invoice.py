"""What is said of an invoice in one sentence: what it asks for, and what became of it."""

from __future__ import annotations

from kvitto.invoicing.status import Status
from kvitto.language import Phrase, phrase
from kvitto.records.invoices import IssuedInvoice
from kvitto.runs.period_rows import PeriodRow


def said_of(invoice: IssuedInvoice, row: PeriodRow) -> Phrase:
    """The sentence of the invoice of this row."""
    if row.status is Status.VOID:
        return phrase(
            "Invoice {number} for {period} was voided: nothing is to pay on it, and no other one replaced it.",
            number=invoice.number, period=invoice.period,
        )  # fmt: skip
    if row.standing and row.standing.paid and not row.amount_due:
        return phrase(
            "Invoice {number} for {period}: {total}, paid.",
            number=invoice.number, period=invoice.period, total=invoice.payable,
        )  # fmt: skip
    if row.amount_due and row.amount_due != invoice.payable:
        return phrase(
            "Invoice {number} for {period}: {total}, of which {left} is left to pay, due on {due_date}.",
            number=invoice.number, period=invoice.period, total=invoice.payable, left=row.amount_due,
            due_date=invoice.due_date,
        )  # fmt: skip
    return phrase(
        "Invoice {number} for {period}: {total}, due on {due_date}.",
        number=invoice.number, period=invoice.period, total=invoice.payable, due_date=invoice.due_date,
    )  # fmt: skip
