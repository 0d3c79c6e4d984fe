"""New prepayment that pays overage of before: worked examples of agreements.md §6.3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.overage_offset import UnableToOffset
from kvitto.invoicing.payments import MethodFamily, Payment, PaymentKind
from kvitto.invoicing.status import Status
from kvitto.money import Money
from kvitto.records.invoices import issued_called, load
from kvitto.records.lot_states import lots_of
from kvitto.records.models import AuditEntry
from kvitto.records.payments import standing_of
from kvitto.records.settlement import check_balances
from kvitto.runs.invoice_life.offset import offset, offset_plan
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.office import Office
from tests.runs.closing.agreement_offices import EA, agreed, closed, opened, used
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
WORKS = Scope(ScopeKind.BILLING_ACCOUNT, "works")
MARCH = date(2024, 3, 1)


def with_more(amount: str, starts_on: date = MARCH) -> str:
    """The enrollment after it bought more prepayment."""
    days = f"starts_on = {starts_on}, expires_on = 2026-01-01"
    more = f'{{ id = "more", source = "prepayment", amount = "{amount}", {days} }}'
    return EA.replace("expires_on = 2025-01-01 }]", f"expires_on = 2025-01-01 }}, {more}]")


@pytest.fixture
def owing(office: MakeOffice) -> tuple[Office, str]:
    """January came to 40 for usage, of which prepayment paid 30, 2 in the Marketplace and 5 separately; 25 % tax."""
    there = opened(office(), EA)
    used(
        there, ("forge", "cpu", "400", "2024-01-10"), ("forge", "guard", "1", "2024-01-11"),
        ("forge", "ubuntu", "10", "2024-01-12"),
    )  # fmt: skip
    issued = closed(there, date(2024, 2, 14))
    ((number, invoice),) = [(one.number, one) for one in issued.values()]
    assert invoice.totals.without_tax == Decimal(17)
    return there, number


def bought(there: Office, amount: str, day: date = MARCH) -> Office:
    """The office on a later day, with more prepayment."""
    agreed(there, with_more(amount), on=day)
    return at(there, day)


def test_the_overage_is_credited_with_its_tax_and_the_rest_stays_due(owing: tuple[Office, str]) -> None:
    """Ten dollars of usage, 12.50 with tax; Marketplace and separate services are still to pay: 7 and their tax."""
    there, number = owing
    (done,) = offset(bought(there, "100"), "more")
    assert (done.offset.number, done.offset.amount.amount) == (number, Decimal(10))
    note = load(done.credit_note.number)
    assert (note.totals.without_tax, note.totals.with_tax) == (Decimal(10), Decimal("12.5"))
    assert note.refers_to
    assert (note.refers_to.number, note.refers_to.cause) == (number, "offset")
    assert standing_of(issued_called(number)).amount_due.amount == Decimal("8.75")
    left = {state.lot.id: state.left.amount for state in lots_of(WORKS)}
    assert left == {"prepaid": Decimal(0), "more": Decimal(90)}
    assert check_balances() == []
    assert AuditEntry.objects.latest("number").action == "credit.offset"


def test_it_happens_once(owing: tuple[Office, str]) -> None:
    """What is credited is not unpaid any more."""
    there, number = owing
    later = bought(there, "100")
    offset(later, "more")
    with pytest.raises(UnableToOffset, match=f"{number}: a part of it was paid or credited already"):
        offset(later, "more")


def test_the_balance_covers_everything_or_nothing_is_offset(owing: tuple[Office, str]) -> None:
    """9.99 of ten is not enough."""
    there, number = owing
    later = bought(there, "9.99")
    with pytest.raises(UnableToOffset, match="the balance must cover all of it"):
        offset(later, "more")
    assert standing_of(issued_called(number)).status_on(MARCH) is Status.DUE


def test_up_to_a_year_after_the_service_ended(owing: tuple[Office, str]) -> None:
    """January 2024 ended on the 31st: 31 January 2025 is the last day."""
    there, number = owing
    later = bought(there, "100")
    assert offset_plan(at(later, date(2025, 1, 31)), "more").offsets
    with pytest.raises(UnableToOffset, match=f"{number}: the service ended on 31 January 2024, more than a year ago"):
        offset_plan(at(later, date(2025, 2, 1)), "more")


def test_what_was_paid_in_part_is_not_unpaid(owing: tuple[Office, str]) -> None:
    """Even a dollar."""
    there, number = owing
    later = bought(there, "100")
    wire = Payment(PaymentKind.PAYMENT, MARCH, Money(Decimal(1), "USD"), "w", MethodFamily.CHECK_WIRE)
    record_payment(later, number, wire)
    with pytest.raises(UnableToOffset, match="a part of it was paid"):
        offset_plan(later, "more")


def test_never_marketplace(office: MakeOffice) -> None:
    """An invoice with nothing else has nothing to offset."""
    there = opened(office(), EA)
    used(there, ("forge", "guard", "1", "2024-01-11"))
    closed(there, date(2024, 2, 14))
    with pytest.raises(UnableToOffset, match="No overage of works is unpaid"):
        offset_plan(bought(there, "100"), "more")


def test_only_prepayment_of_an_enrollment(owing: tuple[Office, str]) -> None:
    """Which is alive."""
    there, _ = owing
    with pytest.raises(UnableToOffset, match="There is no prepayment"):
        offset_plan(there, "none-such")
    with pytest.raises(UnableToOffset, match="cannot be used on 29 February 2024"):
        offset_plan(at(bought(there, "100"), date(2024, 2, 29)), "more")
