"""An invoice is made from the agreement as it stood on the last day of its period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.records.invoices import load
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from kvitto.runs.period_rows import period_rows
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, import_rows, made, written
from tests.runs.test_period_rows import scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]


@pytest.fixture
def renamed(office: MakeOffice) -> Office:
    """The small office in which “Lab” is called “Laboratory”, with tax at 12 %, from 5 March on."""
    small = made(office(FIRST_CLOSE))
    import_rows(small, ["90,lab,vm1,cpu,100,2024-03-02T00:00:00Z"], "march.csv")
    changed = AGREEMENTS.replace('name = "Lab"', 'name = "Laboratory"').replace('rate = "25"', 'rate = "12"', 1)
    apply(at(small, date(2024, 3, 5)), written(small, "changed.toml", changed))
    return small


def test_a_change_after_the_period_does_not_reach_its_invoice(renamed: Office) -> None:
    """February has the old name and the old tax rate, March the new ones."""
    issued = {
        (one.scope.id, one.period.start.month): one.number
        for day in (FIRST_CLOSE, date(2024, 4, 10))
        for one in close(at(renamed, day)).issued
    }
    february, march = load(issued["lab", 2]), load(issued["lab", 3])
    assert (february.subscription_name, february.tax_groups[0].rate) == ("Lab", Decimal(25))
    assert (march.subscription_name, march.tax_groups[0].rate) == ("Laboratory", Decimal(12))


def test_rows_are_rated_with_the_agreement_of_their_period(renamed: Office) -> None:
    """Two rows, both there, whatever changed between them."""
    rows = period_rows(renamed, scope_of("lab"))
    assert [(row.period.start.month, row.total and row.total.amount) for row in rows] == [
        (3, Decimal("10.00")), (2, Decimal("1.01")),
    ]  # fmt: skip
