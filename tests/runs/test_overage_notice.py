"""When the notice of an enrollment's overage is to come: in the list of its periods, and as an answer to why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.agreements import own_invoice_scope
from kvitto.runs.explain_absence import why
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, period_rows
from tests.runs.closing.agreement_offices import EA, closed, opened, used
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
WORKS = Scope(ScopeKind.BILLING_ACCOUNT, "works")
BEYOND, WITHIN = "400", "100"  # hours at 0.10, of a prepayment of 30


def january(office: Office, day: date) -> PeriodRow:
    """The row of January as it is told on the day."""
    scope = own_invoice_scope(WORKS)
    assert scope
    (row,) = [row for row in period_rows(at(office, day), scope) if row.period.start == date(2024, 1, 1)]
    return row


def test_charges_beyond_the_prepayment_have_a_notice_a_week_before_the_invoice(office: MakeOffice) -> None:
    """January ends on the 31st: the notice is expected on 7 February, the invoice on the 14th."""
    there = opened(office(), EA)
    used(there, ("forge", "cpu", BEYOND, "2024-01-10"))
    row = january(there, date(2024, 2, 7))
    assert row.overage_notice_on == date(2024, 2, 7)
    assert row.absence
    assert row.absence.invoice_day == date(2024, 2, 14)
    assert "is expected on 7 February 2024" in str(row.overage_notice)
    assert "notice was 7 February 2024" in str(january(there, date(2024, 2, 8)).overage_notice)
    answer = why(at(there, date(2024, 2, 7)), "works", "2024-01")
    assert str(row.overage_notice) == str(answer.sentences[-1])


def test_nothing_is_to_be_told_while_the_prepayment_pays_for_everything(office: MakeOffice) -> None:
    """Nor once the invoice is there."""
    there = opened(office(), EA)
    used(there, ("forge", "cpu", WITHIN, "2024-01-10"))
    assert january(there, date(2024, 2, 7)).overage_notice is None
    used(there, ("forge", "ubuntu", "1", "2024-01-12"))  # billed separately, never by prepayment
    assert january(there, date(2024, 2, 7)).overage_notice
    closed(there, date(2024, 2, 14))
    assert january(there, date(2024, 2, 15)).overage_notice is None
