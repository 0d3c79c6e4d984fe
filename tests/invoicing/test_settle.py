"""Lots of credit on an invoice: before tax and after it, in their order, never for what they may not pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.invoice import CorrectedPeriod, Line, TaxGroup
from kvitto.invoicing.settlement import LotState, Settlement, settle
from kvitto.money import Money, exact_sum, round_half_away
from kvitto.periods import Period
from tests.campaign import size
from tests.invoicing.cast import FEBRUARY, account, mca, monthly_credit, mosp, seller, subscription

PROFILE = Scope(ScopeKind.BILLING_PROFILE, "riga")
LAB = Scope(ScopeKind.SUBSCRIPTION, "lab")
ENROLLED = Scope(ScopeKind.BILLING_ACCOUNT, "daugava")
GIVEN, BOUGHT = LotSource.PROMOTIONAL, LotSource.PURCHASED


def line(
    amount: str,
    kind: ChargeKind = ChargeKind.USAGE,
    *,
    subscription: str = "lab",
    meter: str = "D8s",
    rate: str = "25",
    days: Period = FEBRUARY,
) -> Line:
    """A line over this amount."""
    return Line(
        1, "s1", subscription, subscription.title(), meter, meter, "", "", 1, Decimal(0), days, Decimal(1), "h",
        Decimal(amount), Decimal(amount), Decimal(amount), charge_kind=kind, tax_category="S", tax_rate=Decimal(rate),
    )  # fmt: skip


def lot(
    key: str,
    left: str,
    source: LotSource = GIVEN,
    *,
    scope: Scope = PROFILE,
    starts: date = date(2024, 1, 1),
    expires: date | None = date(2025, 1, 1),
    treatment: LotTreatment = LotTreatment.DISCOUNT,
    purchase_order: str = "",
) -> LotState:
    """A lot with so much left of 10,000 dollars."""
    agreed = CreditLot(key, scope, source, usd("10000"), starts, expires, treatment, purchase_order)
    return LotState(agreed, usd(left))


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money(Decimal(amount), "USD")


def taxed(settled: Settlement) -> tuple[TaxGroup, ...]:
    """The tax groups of a settlement, as drafting makes them."""
    groups = []
    for category, rate in sorted({(one.tax_category, one.tax_rate) for one in settled.lines}):
        lines = [one.amount for one in settled.lines if one.tax_rate == rate]
        less = [one.amount for one in settled.allowances if one.tax_rate == rate]
        taxable = exact_sum(lines) - exact_sum(less)
        groups.append(TaxGroup(category, rate, "", taxable, round_half_away(taxable * rate / 100, 2)))
    return tuple(groups)


def used(settled: Settlement) -> list[tuple[str, str]]:
    """What was deducted before tax, as pairs of lot, or reason, and amount."""
    return [(one.lot_id or one.reason, f"{one.amount:.2f}") for one in settled.allowances]


def paid(settled: Settlement) -> list[tuple[str, str]]:
    """What was paid after tax, as pairs of lot and amount."""
    return [(one.lot_id, f"{one.amount:.2f}") for one in settled.prepayments(taxed(settled))]


def credits(settled: Settlement) -> list[str]:  # noqa: A001 - the builtin is for interactive sessions
    """The credit of each line."""
    return [f"{one.credit:.2f}" for one in settled.lines]


PROFILE_SCOPE = mca(subscription(section="s1"))


def test_commitment_usage_of_an_enrollment_comes_off_before_tax() -> None:
    """agreements.md §6.3: extended amount − commitment usage = net amount, and tax is on the net amount only."""
    enrollment = InvoiceScope(seller(), account(AgreementType.EA), None, (), (subscription(),))
    prepayment = lot("prepaid", "800", LotSource.PREPAYMENT, scope=ENROLLED)
    settled = settle(enrollment, [line("1000")], [prepayment])
    (group,) = taxed(settled)
    assert used(settled) == [("prepaid", "800.00")]
    assert (group.taxable, group.tax) == (Decimal(200), Decimal(50))
    assert paid(settled) == []


@pytest.mark.parametrize("kind", [ChargeKind.MARKETPLACE, ChargeKind.SEPARATE, ChargeKind.SUPPORT])
@pytest.mark.parametrize("treatment", list(LotTreatment))
def test_what_is_not_eligible_is_paid_by_no_credit(kind: ChargeKind, treatment: LotTreatment) -> None:
    """agreements.md §6.2, §10: marketplace, separately sold services and support stay to pay, with their tax."""
    settled = settle(PROFILE_SCOPE, [line("100"), line("60", kind)], [lot("a", "500", treatment=treatment)])
    with_tax = exact_sum(group.taxable + group.tax for group in taxed(settled))
    prepaid = exact_sum(one.amount for one in settled.prepayments(taxed(settled)))
    assert with_tax - prepaid == 75
    assert settled.lines[1].credit == 0


def test_a_free_trial_pays_until_its_thirty_days_are_over() -> None:
    """agreements.md §9: USD 200 for 30 days; what is used on the thirty-first day is not covered."""
    trial = lot("trial", "200", LotSource.FREE_TRIAL, scope=LAB, starts=date(2024, 1, 10), expires=date(2024, 2, 9))
    first, last = Period(date(2024, 1, 10), date(2024, 2, 9)), Period(date(2024, 2, 9), date(2024, 2, 10))
    settled = settle(mosp(Offer(OfferKind.FREE_TRIAL)), [line("80", days=first), line("5", days=last)], [trial])
    assert credits(settled) == ["80.00", "0.00"]


def test_a_free_trial_with_its_limit_removed_keeps_its_credit() -> None:
    """cost-management.md §5: beyond the 200 dollars it is billed; with the limit on it is not."""
    trial = lot("trial", "200", LotSource.FREE_TRIAL, scope=LAB)
    scope = mosp(Offer(OfferKind.FREE_TRIAL))
    limited = replace(scope, subscriptions=(replace(scope.subscriptions[0], spending_limit=True),))
    assert used(settle(scope, [line("230")], [trial])) == [("trial", "200.00")]
    assert used(settle(limited, [line("230")], [trial])) == [("trial", "200.00"), ("spending-limit", "30.00")]


def test_prepaid_keys_are_stacked() -> None:
    """agreements.md §8: several keys of 12 months each; the one that ends first is used first."""
    scope = mosp(Offer(OfferKind.AZURE_IN_OPEN))
    keys = [
        lot("second", "100", LotSource.PREPAID_KEY, scope=LAB, expires=date(2024, 12, 1)),
        lot("first", "100", LotSource.PREPAID_KEY, scope=LAB, expires=date(2024, 7, 1)),
    ]
    assert used(settle(scope, [line("130")], keys)) == [("first", "100.00"), ("second", "30.00")]


def test_a_sponsorship_pays_for_its_subscription() -> None:
    """agreements.md §9: a balance of its own."""
    sponsored = lot("sponsored", "5000", LotSource.SPONSORSHIP, scope=LAB)
    assert used(settle(mosp(Offer(OfferKind.SPONSORSHIP)), [line("130")], [sponsored])) == [("sponsored", "130.00")]


def test_lots_are_used_in_their_order() -> None:
    """Given before bought, then the soonest to expire, then the first to begin, then by id."""
    lots = [
        lot("5-bought", "10", BOUGHT, expires=date(2024, 4, 1)),
        lot("4-endless", "10", expires=None),
        lot("3-later", "10", starts=date(2024, 1, 2), expires=date(2024, 6, 1)),
        lot("2-b", "10", expires=date(2024, 6, 1)),
        lot("2-a", "10", expires=date(2024, 6, 1)),
        lot("1-soonest", "10", LotSource.SERVICE_CREDIT, expires=date(2024, 5, 1)),
    ]
    settled = settle(PROFILE_SCOPE, [line("55")], lots)
    assert [key for key, _ in used(settled)] == ["1-soonest", "2-a", "2-b", "3-later", "4-endless", "5-bought"]
    assert used(settled)[-1] == ("5-bought", "5.00")


def test_the_monthly_credit_comes_first_and_stays_with_its_subscription() -> None:
    """What it does not need stays unused; the lot of the profile pays for everybody's rest."""
    scope = mca(subscription("a", offer=monthly_credit("50"), section="s1"), subscription("b", section="s1"))
    lines = [line("30", subscription="a"), line("40", subscription="b")]
    settled = settle(scope, lines, [lot("shared", "25")])
    assert used(settled) == [("monthly-credit", "30.00"), ("shared", "25.00")]
    assert credits(settled) == ["30.00", "25.00"]


def test_a_monthly_credit_is_not_spent_on_every_kind_of_invoice() -> None:
    """A reservation stands on the marketplace invoice of MOSP: lots may pay for it, the month's credit does not."""
    scope = mosp(monthly_credit("50"))
    settled = settle(
        scope, [line("80", ChargeKind.RESERVATION)], [lot("key", "20", scope=LAB)], InvoiceKind.MARKETPLACE
    )
    assert used(settled) == [("key", "20.00")]


def test_a_monthly_credit_does_not_pay_for_an_earlier_period() -> None:
    """A correction bills a period whose own credit is gone."""
    late = replace(line("30"), corrects=CorrectedPeriod("K-2024-000001", FEBRUARY, "late-usage"))
    assert used(settle(mosp(monthly_credit("50")), [late, line("20")])) == [("monthly-credit", "20.00")]


def test_the_lot_of_another_scope_is_left_alone() -> None:
    """Nobody's credit pays for somebody else."""
    other = lot("other", "500", scope=Scope(ScopeKind.BILLING_PROFILE, "tallinn"))
    assert used(settle(PROFILE_SCOPE, [line("100")], [other])) == []


def test_a_lot_pays_for_the_days_of_its_life() -> None:
    """It ends on 8 February, after 7 of the 29 days of a line: it pays 7/29 of it, whenever the invoice is made."""
    ends = lot("ends", "500", expires=date(2024, 2, 8))
    begins = lot("begins", "500", starts=date(2024, 2, 8))
    assert used(settle(PROFILE_SCOPE, [line("290")], [ends])) == [("ends", "70.00")]
    assert used(settle(PROFILE_SCOPE, [line("290")], [ends, begins])) == [("ends", "70.00"), ("begins", "220.00")]
    assert used(settle(PROFILE_SCOPE, [line("290")], [ends, lot("same", "500", expires=date(2024, 2, 8))])) == [
        ("ends", "70.00")
    ]
    assert used(settle(PROFILE_SCOPE, [line("290")], [lot("over", "500", expires=date(2024, 2, 1))])) == []


def test_one_lot_is_an_allowance_in_each_tax_group() -> None:
    """Each group's taxable amount falls by its share; the allowance names the lot's purchase order."""
    lines = [line("100", rate="25"), line("50", rate="12")]
    settled = settle(PROFILE_SCOPE, lines, [lot("a", "30", purchase_order="PO-9")])
    assert [(str(one.tax_rate), one.amount, one.purchase_order) for one in settled.allowances] == [
        ("12", Decimal(10), "PO-9"),
        ("25", Decimal(20), "PO-9"),
    ]


def test_a_remainder_goes_to_the_largest_fraction() -> None:
    """10.00 over three equal lines: 3.34, 3.33 and 3.33, never 9.99."""
    lines = [line("20", meter=meter) for meter in "abc"]
    assert credits(settle(PROFILE_SCOPE, lines, [lot("a", "10")])) == ["3.34", "3.33", "3.33"]


def test_a_payment_comes_after_tax_and_lowers_none() -> None:
    """100 and its 25 of tax are paid by 125 of the lot; the taxable amount stays."""
    settled = settle(PROFILE_SCOPE, [line("100")], [lot("balance", "500", BOUGHT, treatment=LotTreatment.PAYMENT)])
    assert [group.taxable for group in taxed(settled)] == [100]
    assert paid(settled) == [("balance", "125.00")]
    assert credits(settled) == ["0.00"]


def test_a_payment_pays_what_discounts_left() -> None:
    """Discounts of 60 leave 40 and its tax of 10; two lots pay them in their order."""
    lots = [
        lot("gift", "60"),
        lot("late", "100", BOUGHT, treatment=LotTreatment.PAYMENT),
        lot("soon", "20", BOUGHT, treatment=LotTreatment.PAYMENT, expires=date(2024, 3, 1)),
    ]
    settled = settle(PROFILE_SCOPE, [line("100")], lots)
    assert paid(settled) == [("soon", "20.00"), ("late", "30.00")]


def test_credit_never_makes_an_invoice_negative() -> None:
    """A line below zero lowers what credit may pay for, also in another tax group."""
    lines = [line("100"), line("-30", meter="returned"), line("-20", meter="returned", rate="12")]
    settled = settle(PROFILE_SCOPE, lines, [lot("a", "500")])
    assert exact_sum(one.amount - one.credit for one in settled.lines) == 0


amounts = st.integers(-2_000, 200_000).map(lambda minor: str(Decimal(minor).scaleb(-2)))
positive = st.integers(0, 100_000).map(lambda minor: str(Decimal(minor).scaleb(-2)))
days = st.dates(date(2024, 1, 15), date(2024, 3, 15))


@st.composite
def spans(draw: st.DrawFn) -> Period:
    """Some days of February."""
    first = draw(st.integers(1, 28))
    return Period(date(2024, 2, first), date(2024, 2, draw(st.integers(first + 1, 29))))


@st.composite
def some_lots(draw: st.DrawFn) -> list[LotState]:
    """Lots of every kind, some of them somebody else's."""
    lots = []
    for number in range(draw(st.integers(0, 5))):
        starts = draw(days)
        lots.append(
            lot(
                f"lot-{number}", draw(positive), draw(st.sampled_from(list(LotSource))), starts=starts,
                scope=draw(st.sampled_from([PROFILE, PROFILE, PROFILE, LAB])),
                expires=draw(st.none() | st.just(date(starts.year, 12, 31)) | st.just(date(2024, 3, 16))),
                treatment=draw(st.sampled_from(list(LotTreatment))),
            )
        )  # fmt: skip
    return lots


some_lines = st.lists(
    st.builds(
        line,
        amounts,
        st.sampled_from(list(ChargeKind)),
        subscription=st.sampled_from(["a", "b", "c"]),
        meter=st.sampled_from(["D8s", "Disk"]),
        rate=st.sampled_from(["25", "12", "0"]),
        days=spans(),
    ),
    max_size=12,
)
MEMBERS = mca(
    subscription("a", offer=monthly_credit("75.55"), section="s1"),
    replace(subscription("b", offer=monthly_credit("20"), section="s1"), spending_limit=True),
    subscription("c", section="s1"),
)


@pytest.mark.campaign
@settings(max_examples=size(sample=150, full=5_000))
@given(some_lines, some_lots(), st.randoms(use_true_random=False))
def test_settlement_adds_up(lines: list[Line], lots: list[LotState], shuffled: object) -> None:
    """Lines, allowances, groups and lots agree to the cent; no lot goes below zero; the order of lines is no matter."""
    settled = settle(MEMBERS, lines, lots)
    assert exact_sum(one.amount for one in settled.allowances) == exact_sum(one.credit for one in settled.lines)
    for one in settled.lines:
        assert 0 <= one.credit <= max(one.amount, Decimal(0))
        assert one.charge_kind.is_credit_eligible or not one.credit
    positive_groups = all(
        exact_sum(one.amount for one in lines if one.tax_rate == rate) >= 0 for rate in {one.tax_rate for one in lines}
    )
    prepaid = settled.prepayments(taxed(settled))
    with_tax = exact_sum(group.taxable + group.tax for group in taxed(settled))
    assert exact_sum(one.amount for one in prepaid) <= max(with_tax, Decimal(0))
    assert not positive_groups or all(group.taxable >= 0 for group in taxed(settled))
    for state in lots:
        before = exact_sum(one.amount for one in settled.allowances if one.lot_id == state.lot.id)
        taken = before + exact_sum(one.amount for one in prepaid if one.lot_id == state.lot.id)
        assert 0 <= taken <= state.left.amount
        assert state.lot.scope == PROFILE or not taken
    again = list(lines)
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    other = settle(MEMBERS, again, lots)
    assert (other.allowances, other.prepayments(taxed(other))) == (settled.allowances, prepaid)
