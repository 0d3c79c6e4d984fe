"""The credit of an office: used by closing, told while it is pending, lapsing when nothing can use it any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.invoicing.credit_history import EventType
from kvitto.records.invoices import load
from kvitto.records.models import AuditEntry, LotEntry
from kvitto.records.settlement import check_balances
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.credits import UnableToShowCredit, adjust_lot, credit_of
from kvitto.runs.office import Office
from tests.records.lots import usd
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, import_rows, made

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PROFILE_CREDIT = """payment_terms_days = 30
credits = [
  { id = "gift", source = "promotional", amount = "4.00", starts_on = 2024-02-01, expires_on = 2025-02-01 },
  { id = "balance", source = "purchased", amount = "100", starts_on = 2024-02-01, treatment = "payment" },
]
roles"""
TRIAL_CREDIT = """offer = "free-trial"
spending_limit = true
credits = [
  { id = "trial-credit", source = "free-trial", amount = "200", starts_on = 2024-02-01, expires_on = 2024-03-02 },
]
"""
WITH_CREDIT = AGREEMENTS.replace("payment_terms_days = 30\nroles", PROFILE_CREDIT).replace(
    'offer = "free-trial"\n', TRIAL_CREDIT
)


@pytest.fixture
def small(office: Callable[..., Office]) -> Office:
    """The small office with credit, on the day on which all of February is due."""
    return made(office(FIRST_CLOSE), agreements=WITH_CREDIT)


def told(office: Office, named: str) -> list[tuple[str, str, str]]:
    """Lot, event and change."""
    return [(one.lot_id, one.type.value, f"{one.amount.amount:.2f}") for one in credit_of(office, named).events]


def test_closing_uses_credit_before_tax_and_after_it(small: Office) -> None:
    """Charges of 10.38: 4.00 off before tax, then 7.98 with tax are paid by the balance."""
    numbers = {one.scope.id: one.number for one in close(small).issued}
    invoice = load(numbers["cork"])
    assert [(one.lot_id, one.amount) for one in invoice.allowances] == [("gift", Decimal(4))]
    assert [(one.lot_id, one.amount) for one in invoice.prepayments] == [("balance", Decimal("7.98"))]
    assert (invoice.totals.with_tax, invoice.totals.payable) == (Decimal("7.98"), Decimal(0))
    assert {(entry.lot_id, entry.amount_minor) for entry in LotEntry.objects.filter(invoice=invoice.number)} == {
        ("gift", -400),
        ("balance", -798),
    }
    close(small)
    assert (credit_of(small, "cork").summary.current, check_balances()) == (usd("92.02"), [])


@pytest.mark.parametrize("at_once", [1, 1000])
def test_a_later_month_finds_what_an_earlier_one_left_of_the_credit(
    office: Callable[..., Office], at_once: int
) -> None:
    """February comes to less than the credit and March to more than what is left, in one portion or in many."""
    lot = '{ id = "gift", source = "promotional", amount = "1.50", starts_on = 2024-02-01, expires_on = 2025-02-01 }'
    agreements = AGREEMENTS.replace('id = "lab"\n', f'id = "lab"\ncredits = [{lot}]\n')
    both = made(office(FIRST_CLOSE), agreements=agreements)
    import_rows(both, ["m1,lab,vm1,cpu,10.005,2024-03-03T10:00:00Z"], "march.csv")
    report = close(at(both, date(2024, 4, 20)), at_once=at_once)
    (invoice,) = [load(one.number) for one in report.issued if one.scope.id == "lab"]
    assert [
        (one.period.start, one.absence.code.value) for one in report.without_invoice if one.scope.scope.id == "lab"
    ] == [(date(2024, 2, 1), "N5")]
    assert invoice.period.start == date(2024, 3, 1)
    assert [(one.lot_id, one.amount) for one in invoice.allowances] == [("gift", Decimal("0.49"))]


def test_pending_charges_lower_the_estimated_balance(small: Office) -> None:
    """Before February is invoiced they are told, and nothing is taken; two open months never use the same credit."""
    import_rows(small, ["8,waves,vm5,cpu,50,2024-03-03T10:00:00Z"], "march.csv")
    assert told(small, "cork")[2:] == [
        ("balance", "PendingCharges", "-7.98"),
        ("gift", "PendingCharges", "-4.00"),
        ("balance", "PendingCharges", "-6.25"),
    ]
    summary = credit_of(small, "cork").summary
    assert (summary.current, summary.estimated) == (usd("104"), usd("85.77"))


def test_a_free_trial_uses_its_credit_though_it_has_no_invoice(small: Office) -> None:
    """Closing again takes nothing more; its rest lapses once March, which its last day lies in, is settled too."""
    for _ in range(2):
        assert "trial" not in {one.scope.id for one in close(small).issued}
    assert told(small, "trial") == [
        ("trial-credit", "NewCredit", "200.00"), ("trial-credit", "SettledCharges", "-0.70"),
        ("trial-credit", "PendingExpiredCredit", "-199.30"),
    ]  # fmt: skip
    later = at(small, date(2024, 4, 20))
    close(later)
    assert told(later, "trial")[1:] == [
        ("trial-credit", "CreditExpired", "-199.30"),
        ("trial-credit", "SettledCharges", "-0.70"),
    ]
    (lapsed,) = [one for one in credit_of(later, "trial").events if one.type is EventType.CREDIT_EXPIRED]
    assert (lapsed.on_day, check_balances()) == (date(2024, 3, 2), [])


def test_months_show_the_first_and_last_balance(small: Office) -> None:
    """New credit in February, applied in March."""
    close(small)
    told_months = [(row.month.month, row.starting, row.applied, row.ending) for row in credit_of(small, "cork").months]
    assert told_months == [(2, usd("0"), usd("0"), usd("104")), (3, usd("104"), usd("11.98"), usd("92.02"))]


def test_an_adjustment_is_noted_once(small: Office) -> None:
    """The audit trail names lot, code and amount, and not the reason in words."""
    for _ in range(2):
        adjust_lot(small, "gift", Decimal("2.5"), "O7", "slow disks", "ticket 8")
    assert [entry.facts for entry in AuditEntry.objects.filter(action="credit.adjust")] == [
        '{"amount":"2.5","code":"O7","lot":"gift"}'
    ]


def test_what_holds_no_credit_is_told(small: Office) -> None:
    """A subscription that is invoiced with others, or nothing at all."""
    for name in ("waves", "nobody"):
        with pytest.raises(UnableToShowCredit, match=f"called {name}"):
            credit_of(small, name)
