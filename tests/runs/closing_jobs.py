"""What the processes of the tests of closing do: make an office, and tell of its invoices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from tests.runs.offices import FIRST_CLOSE, at, import_rows, made


def make(arguments: Sequence[str]) -> None:
    """An office with the agreements of the first argument and the usage of the others, each a file of rows."""
    from tests.faults import make_office, start_django

    make_office()
    agreements, *files = arguments
    office = made(at(start_django(), FIRST_CLOSE), [], agreements)
    for number, rows in enumerate(files):
        import_rows(office, rows.splitlines(), f"usage{number}.csv")


def close_in_portions(arguments: Sequence[str]) -> None:
    """Close, so many periods at a time."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.runs.closing.issue_invoices import close

    (at_once,) = arguments
    close(office, at_once=int(at_once))


def make_late(arguments: Sequence[str]) -> None:
    """An office with these agreements that closed with the usage of the first file, before that of the second came."""
    from tests.faults import make_office, start_django

    make_office()
    agreements, first, late = arguments
    office = made(at(start_django(), FIRST_CLOSE), [], agreements)
    from kvitto.runs.closing.issue_invoices import close

    import_rows(office, first.splitlines(), "first.csv")
    close(office)
    import_rows(at(office, date(2024, 4, 1)), late.splitlines(), "late.csv")


def tell_invoices(_arguments: Sequence[str] = ()) -> None:
    """Print everything that was issued, as JSON: facts, numbers taken, documents, and what is not intact."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.records.guards import missing_guards
    from kvitto.records.invoices import altered_invoices
    from kvitto.records.models import DocumentRecord, InvoiceRecord, NumberSeries

    documents = DocumentRecord.objects.order_by("invoice_id", "language")
    damaged = [
        document.path
        for document in documents
        if hashlib.sha256((office.documents_folder / document.path).read_bytes()).hexdigest() != document.digest
    ]
    told = {
        "facts": dict(InvoiceRecord.objects.order_by("number").values_list("number", "facts")),
        "numbers_taken": dict(NumberSeries.objects.filter(latest_number__gt=0).values_list("name", "latest_number")),
        "documents": [[document.invoice_id, document.language] for document in documents],
        "wrong": [*altered_invoices(), *missing_guards(), *damaged],
    }
    print(json.dumps(told, sort_keys=True))  # noqa: T201 - how a process answers
