"""Fees that come back every month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import (
    AgreementType,
    Cadence,
    Enrollment,
    EnrollmentAccount,
    InvoiceScope,
    Subscription,
)
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.money import CurrencyMismatch, Money
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine
from kvitto.rating.recurring import RECURRING_PRICES, SUPPORT_PLAN, fee_lines
from tests.invoicing.cast import FEBRUARY, mca, mosp, subscription

STANDARD = Offer(OfferKind.SUPPORT, monthly_fee=Money(Decimal(100), "USD"))


def plan(started: date = date(2023, 11, 1), ended: date | None = None) -> Subscription:
    """A support plan."""
    return replace(subscription("plan", offer=STANDARD, section="s1", started=started), ended_on=ended)


def fees(scope: InvoiceScope, period: Period = FEBRUARY, kind: InvoiceKind = InvoiceKind.SERVICES) -> list[ChargeLine]:
    """The fees on one invoice."""
    return list(fee_lines(scope, period, kind))


def test_a_support_plan_has_an_invoice_of_its_own() -> None:
    """MOSP: one fee for its month, on the invoice of support and no other."""
    scope = replace(mosp(), subscriptions=(plan(),))
    (line,) = fees(scope, kind=InvoiceKind.SUPPORT)
    assert (line.meter, line.price_id, line.quantity, line.unit_price, line.amount) == (
        SUPPORT_PLAN, 0, Decimal(1), Decimal(100), Decimal(100),
    )  # fmt: skip
    assert (line.first_day, line.last_day) == (FEBRUARY.start, FEBRUARY.last_day)
    assert fees(scope) == fees(scope, kind=InvoiceKind.MARKETPLACE) == []
    assert RECURRING_PRICES[0].meter == SUPPORT_PLAN


def test_a_profile_has_the_fee_among_its_services() -> None:
    """MCA: one invoice for everything."""
    assert [line.amount for line in fees(mca(plan(), subscription(section="s1")))] == [100]


def test_a_plan_that_ends_is_paid_to_the_end_of_its_month() -> None:
    """Without a prorated refund (agreements.md §4.2); the month after has none."""
    ended = plan(ended=date(2024, 2, 10))
    assert [line.amount for line in fees(mca(ended))] == [100]
    assert fees(mca(ended), Period(date(2024, 3, 1), date(2024, 4, 1))) == []
    alone = replace(mosp(), subscriptions=(ended,))
    assert [line.amount for line in fees(alone, kind=InvoiceKind.SUPPORT)] == [100]


@pytest.mark.parametrize(
    ("days", "quantity"),
    [
        ((Period(date(2024, 2, 15), date.max),), "0.517241379310"),  # 15 of 29
        ((Period(date(2023, 11, 1), date(2024, 2, 15)),), "0.482758620690"),  # 14 of 29
        ((Period(date(2023, 11, 1), date(2024, 2, 1)),), None),
    ],
)
def test_a_plan_that_moved_pays_for_its_days(days: tuple[Period, ...], quantity: str | None) -> None:
    """Where it was and where it went; the two shares make up the month."""
    scope = replace(mca(plan()), days={"plan": days})
    assert [line.quantity for line in fees(scope)] == ([Decimal(quantity)] if quantity else [])


def test_a_plan_that_began_inside_a_calendar_month_pays_for_the_rest() -> None:
    """15 of the 29 days of February."""
    (line,) = fees(mca(plan(started=date(2024, 2, 15))))
    assert (line.first_day, line.quantity) == (date(2024, 2, 15), Decimal("0.517241379310"))


def test_a_quarter_has_three_fees_on_one_line() -> None:
    """An enrollment that is invoiced quarterly."""
    scope = mca(replace(plan(), section_id="", enrollment_account_id="ops"))
    enrollment = Enrollment("8812345", date(2023, 1, 1), cadence=Cadence.QUARTERLY)
    account = replace(scope.account, agreement=AgreementType.EA, enrollment=enrollment)
    scope = replace(
        scope, profile=None, account=account, enrollment_accounts=(EnrollmentAccount("ops", "daugava", "Ops"),)
    )
    (line,) = fees(scope, Period(date(2024, 1, 1), date(2024, 4, 1)))
    assert (line.quantity, line.amount) == (Decimal(3), Decimal(300))


def test_spans_that_are_taxed_apart_share_the_fee() -> None:
    """A change of rate in the middle of the month; the shares add up to it."""
    scope, middle = mca(plan()), date(2024, 2, 15)
    parts = [Period(FEBRUARY.start, middle), Period(middle, FEBRUARY.end)]
    lines = list(fee_lines(scope, FEBRUARY, InvoiceKind.SERVICES, parts))
    assert [line.period_start for line in lines] == [FEBRUARY.start, middle]
    assert sum(line.quantity for line in lines) == 1


def test_a_fee_in_another_currency_is_a_fault() -> None:
    """Euros are never charged as dollars."""
    euros = replace(plan(), offer=replace(STANDARD, monthly_fee=Money(Decimal(100), "EUR")))
    with pytest.raises(CurrencyMismatch):
        fees(mca(euros))


def test_what_has_no_fee_has_no_line() -> None:
    """Usage is rated elsewhere."""
    assert fees(mca(subscription(section="s1"))) == []
