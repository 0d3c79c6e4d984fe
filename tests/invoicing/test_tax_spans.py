"""Periods in which a rate of tax changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.tax_spans import changes_of, cut_at, joined
from kvitto.money import exact_sum
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Member
from kvitto.rating.reference import rate
from tests.campaign import size
from tests.invoicing.cast import ISSUED_ON, KNOWN, mosp, price

SPRING = Period(date(2026, 3, 10), date(2026, 4, 10))
APRIL = date(2026, 4, 1)
SWEDISH = TaxTreatment("S", Decimal(0), country="SE")
FOOD = replace(price(1, "meal", "Meal"), tax_class="food", denominator=1)
MACHINE = replace(price(2, "D8s"), denominator=1)
PRICES = {1: FOOD, 2: MACHINE}


def rated(usage: list[tuple[str, date, str]]) -> list[ChargeLine]:
    """What this usage of meters comes to, cut as its taxes ask for."""
    member = Member("lab", "lab", SPRING, "list", "USD")
    members = cut_at([member], changes_of(SWEDISH, PRICES.values(), SPRING))
    rows = [("lab", "vm", meter, day, Decimal(quantity), "s") for meter, day, quantity in usage]
    return rate(rows, members, PRICES.values()).lines


def test_a_period_is_cut_where_a_rate_changes() -> None:
    """Each part has its own tax point; tiers are counted from the beginning of the whole all the same."""
    member = Member("lab", "lab", SPRING, "list", "USD")
    before, after = cut_at([member], [APRIL])
    assert (before.period, after.period) == (Period(SPRING.start, APRIL), Period(APRIL, SPRING.end))
    assert (before.period_start, after.period_start) == (SPRING.start, APRIL)
    assert (before.counting_start, after.counting_start) == (SPRING.start, SPRING.start)


def test_nothing_is_cut_where_rates_stay() -> None:
    """Another category, a rate of the account's own, or other classes."""
    assert changes_of(TaxTreatment("AE", Decimal(0), "r", "SE"), [FOOD], SPRING) == ()
    assert changes_of(TaxTreatment("S", Decimal(25)), [FOOD], SPRING) == ()
    assert changes_of(SWEDISH, [MACHINE], SPRING) == ()
    assert changes_of(SWEDISH, [FOOD], SPRING) == (APRIL,)


def test_only_what_is_taxed_otherwise_stands_on_two_lines() -> None:
    """Food before April at 12 %, from April at 6 %; the machine's days are one line, and one rounding."""
    usage = [("meal", date(2026, 3, 31), "10"), ("meal", APRIL, "4"), ("D8s", date(2026, 3, 31), "1.11"),
             ("D8s", APRIL, "2.22")]  # fmt: skip
    lines = joined(rated(usage), PRICES, SWEDISH)
    scope = mosp()
    scope = replace(scope, account=replace(scope.account, tax=SWEDISH))
    invoice = draft(DraftFacts(scope, SPRING, lines, PRICES, ISSUED_ON, KNOWN))
    assert [(one.meter, one.quantity, one.tax_rate, one.service_period.start) for one in invoice.lines] == [
        ("D8s", Decimal("3.33"), Decimal(25), date(2026, 3, 31)),
        ("meal", Decimal(10), Decimal(12), date(2026, 3, 31)),
        ("meal", Decimal(4), Decimal(6), APRIL),
    ]  # fmt: skip
    assert [(one.rate, one.taxable, one.tax) for one in invoice.tax_groups] == [
        (Decimal(25), Decimal("1.67"), Decimal("0.42")),
        (Decimal(12), Decimal(5), Decimal("0.60")),
        (Decimal(6), Decimal(2), Decimal("0.12")),
    ]  # fmt: skip
    assert invoice.tax_point_date == SPRING.last_day


@pytest.mark.campaign
@settings(max_examples=size(sample=40, full=2_000))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["meal", "D8s"]), st.sampled_from(list(SPRING.days())),
            st.integers(-50, 500).map(lambda hundredths: str(Decimal(hundredths).scaleb(-2))),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_cutting_loses_and_adds_nothing(usage: list[tuple[str, date, str]]) -> None:
    """The same quantity and the same amount, and no line has two rates."""
    lines = joined(rated(usage), PRICES, SWEDISH)
    assert exact_sum(line.quantity for line in lines) == exact_sum(Decimal(quantity) for *_, quantity in usage)
    assert exact_sum(line.amount for line in lines) == exact_sum(Decimal(quantity) / 2 for *_, quantity in usage)
    assert not [line for line in lines if line.meter == "meal" and line.first_day < APRIL <= line.last_day]
    assert len([line for line in lines if line.meter == "D8s"]) <= 1
