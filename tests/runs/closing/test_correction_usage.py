"""The usage files of documents that correct a closed period: what came late, and nothing else.

Hours cost 0.10 USD.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest

from kvitto.money import Money
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.invoice_life.credit import Part, credit
from kvitto.runs.invoice_usage import NoUsageFile, invoice_usage_csv
from kvitto.runs.office import Office
from tests.runs.closing.test_corrections import document, late, told
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, made_and_closed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]


@pytest.fixture
def ended(office: MakeOffice) -> Office:
    """February is closed: Lab, which ended with it, owes 1.01, and is corrected by invoices of its own."""
    agreements = AGREEMENTS.replace('id = "lab"\n', 'id = "lab"\nended_on = 2024-03-01\n', 1)
    return made_and_closed(office(FIRST_CLOSE), agreements=agreements)


def rows(office: Office, number: str) -> list[tuple[str, ...]]:
    """What stands in the document's usage file: type, meter, day, hours, cost, invoice and the invoice before."""
    pieces = b"".join(invoice_usage_csv(office, number)).decode("utf-8-sig")
    columns = ("ChargeType", "MeterId", "Date", "Quantity", "Cost", "InvoiceId", "PreviousInvoiceId")
    return [tuple(row[name] for name in columns) for row in csv.DictReader(io.StringIO(pieces))]


def usage(office: Office, number: str) -> list[Sequence[str]]:
    """Day, hours and cost of its rows of usage."""
    return [row[2:5] for row in rows(office, number) if row[0] == "Usage"]


def test_an_invoice_over_late_usage_alone_has_the_rows_that_came_late(ended: Office) -> None:
    """Day by day, with the invoice they correct; then what rounding added. The second one has its own again."""
    late(ended, "lab cpu 30 2024-02-05", "lab cpu 0.04 2024-02-07")
    first = document(close(at(ended, date(2024, 3, 20))), "lab")
    assert rows(ended, first.number) == [
        ("Usage", "cpu", "02/05/2024", "30", "3", first.number, "K-2024-000003"),
        ("Usage", "cpu", "02/07/2024", "0.04", "0.004", first.number, "K-2024-000003"),
        ("RoundingAdjustment", "cpu", "02/29/2024", "", "-0.004", first.number, "K-2024-000003"),
    ]
    late(ended, "lab cpu 10 2024-02-06")
    second = document(close(at(ended, date(2024, 3, 21))), "lab")
    assert usage(ended, second.number) == [("02/06/2024", "10", "1")]
    assert len(rows(ended, first.number)) == 3  # the same for ever


def test_what_was_too_little_for_a_cent_is_in_the_file_of_the_invoice_that_bills_it(ended: Office) -> None:
    """0.01 h changed no amount; with 30 h more it is billed, and told."""
    late(ended, "lab cpu 0.01 2024-02-09")
    assert close(at(ended, date(2024, 3, 20))).issued == ()
    late(ended, "lab cpu 30 2024-02-05")
    invoice = document(close(at(ended, date(2024, 3, 21))), "lab")
    assert usage(ended, invoice.number) == [("02/05/2024", "30", "3"), ("02/09/2024", "0.01", "0.001")]


def test_a_credit_note_over_late_usage_has_what_was_taken_back(ended: Office) -> None:
    """Negative, as it is given back."""
    late(ended, "waves cpu -5 2024-02-06")
    (number,) = told(close(ended), "cork").credit_notes
    assert usage(ended, number) == [("02/06/2024", "-5", "-0.5")]


def test_what_credit_paid_of_usage_that_is_taken_back_is_in_the_last_row(office: MakeOffice) -> None:
    """51 h were 5.10, of which 5.00 was credit; 20 less leave nothing to pay: 0.10 comes back; the row says 20 h."""
    small = made_and_closed(office(FIRST_CLOSE), ["1,credit,vm,cpu,51,2024-02-10T10:00:00Z"])
    late(small, "credit cpu -20 2024-02-05")
    (number,) = told(close(small), "credit").credit_notes
    assert [(row[0], row[3], row[4]) for row in rows(small, number)] == [
        ("Usage", "-20", "-2"), ("RoundingAdjustment", "", "1.9"),
    ]  # fmt: skip


def test_other_credit_notes_have_no_usage_file(ended: Office) -> None:
    """No usage stands on a goodwill credit alone; the invoice itself keeps its own."""
    note = credit(ended, "K-2024-000003", Part(Money(Decimal("0.50"), "USD")), "goodwill").credit_note
    with pytest.raises(NoUsageFile, match="no usage stands on it alone"):
        invoice_usage_csv(ended, note.number)
    assert usage(ended, "K-2024-000003")
