"""The list of invoices that `kvitto demo` prints when its office is built."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from kvitto.cli.invoices import print_invoices
from kvitto.money import Money
from kvitto.runs.invoice_life.credit import Part, credit
from kvitto.runs.office import Office
from tests.runs.offices import FIRST_CLOSE, made_and_closed

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_credit_note_is_called_one(office: Callable[..., Office], capsys: pytest.CaptureFixture[str]) -> None:
    """With the invoice it is about; everything else is an invoice."""
    small = made_and_closed(office(FIRST_CLOSE))
    credit(small, "K-2024-000003", Part(Money(Decimal("0.50"), "USD")), "goodwill")
    print_invoices()
    head, *rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert head.endswith("Due date Document")
    ends = {row.split()[0]: row.rpartition("2024 ")[2] for row in rows}
    assert ends == {
        "K-2024-000001": "Invoice",
        "K-2024-000002": "Invoice",
        "K-2024-000003": "Invoice",
        "K-2024-000004": "Credit note for K-2024-000003",
    }
