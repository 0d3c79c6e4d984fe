"""Whatever is sold under whichever agreement: the sums of EN 16931 hold to the cent, and no order changes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.dated import Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import AgreementType, CurrencyStep, InvoiceScope, TaxTreatment
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.canonical import to_text
from kvitto.invoicing.drafting import DraftFacts, completed, draft
from kvitto.invoicing.invoice import AsOf, Invoice
from kvitto.invoicing.settlement import LotState
from kvitto.invoicing.statement import estimate
from kvitto.money import EXACT, Money, exact_sum, round_half_away
from kvitto.periods import Period
from tests.campaign import size
from tests.invoicing.cast import (
    FEBRUARY,
    ISSUED_ON,
    KNOWN,
    charged,
    enrolled,
    mca,
    monthly_credit,
    mosp,
    price,
    subscription,
)
from tests.invoicing.test_partner_amounts import KRONOR_IN_FEBRUARY, partner

Item = TypeVar("Item")
KEYS = ("a", "b", "c")
SCOPES: dict[AgreementType, InvoiceScope] = {
    AgreementType.MOSP: replace(mosp(), subscriptions=(subscription("a", offer=monthly_credit("20")),)),
    AgreementType.MCA: mca(
        subscription("a", section="s1", offer=monthly_credit("10")),
        subscription("b", section="s2"),
        subscription("c", section="s2"),
        sections=(("s1", "Research"), ("s2", "Production")),
    ),
    AgreementType.EA: enrolled(*KEYS),
    AgreementType.MPA: partner(),
}
SWEDISH = TaxTreatment("S", Decimal(0), country="SE")
TREATMENTS = (
    TaxTreatment("S", Decimal(25)), TaxTreatment("S", Decimal("12.5")), SWEDISH, SWEDISH, SWEDISH,
    *(TaxTreatment(category, Decimal(0), "Because") for category in ("Z", "E", "AE", "K", "G", "O")),
)  # fmt: skip
CLASSES = ("", "books", "reduced", "zero")
PRICES = {
    number: replace(
        price(number, f"m{number}", category=f"Family {number % 2}"),
        kind=kind, tax_class=CLASSES[number % 4], earned_credit=15 * (number % 2),
    )
    for number, kind in enumerate([*ChargeKind, *ChargeKind, ChargeKind.USAGE])
}  # fmt: skip
RATES = (
    KRONOR_IN_FEBRUARY,
    Dated(ExchangeRate("USD-SEK", Decimal(1), "nobody", date(2023, 1, 1)), Period(date(2023, 1, 1), FEBRUARY.start)),
)

amounts = st.decimals(min_value=-50, max_value=900, places=11, allow_nan=False)


@st.composite
def facts_of_any_invoice(draw: st.DrawFn) -> DraftFacts:
    """Any agreement, tax treatment, charges and lots."""
    scope = SCOPES[draw(st.sampled_from(list(AgreementType)))]
    steps = draw(st.sampled_from([(), (CurrencyStep(scope.currency, Decimal(1)),)]))
    scope = replace(
        scope,
        account=replace(scope.account, tax=draw(st.sampled_from(TREATMENTS))),
        seller=replace(scope.seller, payable_rounding=steps),
    )
    keys = [one.id for one in scope.subscriptions]
    sold = draw(
        st.dictionaries(st.tuples(st.sampled_from(keys), st.sampled_from(sorted(PRICES))), amounts, max_size=14)
    )
    lines = [
        charged(f"{amount:f}", key, meter=PRICES[number].meter, price_id=number)
        for (key, number), amount in sold.items()
    ]
    return DraftFacts(scope, FEBRUARY, lines, PRICES, ISSUED_ON, KNOWN, lots=draw(lots_of(scope)), rates=RATES)


def lots_of(scope: InvoiceScope) -> st.SearchStrategy[list[LotState]]:
    """Some credit of this scope, before tax and after it."""
    return st.lists(
        st.builds(
            lambda key, cents, treatment, source: LotState(
                CreditLot(
                    f"lot-{key}", scope.scope, source, Money(Decimal(100_000), scope.currency), date(2024, 1, 1), None,
                    treatment,
                ),
                Money(Decimal(cents).scaleb(-2), scope.currency),
            ),
            st.integers(1, 9), st.integers(0, 50_000), st.sampled_from(LotTreatment), st.sampled_from(LotSource),
        ),
        max_size=3, unique_by=lambda state: state.lot.id,
    )  # fmt: skip


@pytest.mark.campaign
@settings(max_examples=size(sample=120, full=10_000), deadline=None)
@given(facts_of_any_invoice())
def test_the_identities_of_en_16931_hold_exactly(facts: DraftFacts) -> None:
    """BR-CO-10 … 18, and per category and rate BR-S-8, BR-Z-8, BR-E-8, BR-AE-8, BR-IC-8, BR-G-8 and BR-O-8."""
    invoice = draft(facts)
    lines, totals, groups = invoice.lines, invoice.totals, invoice.tax_groups
    assert totals.lines == exact_sum(line.amount for line in lines)
    assert totals.lines == exact_sum(section.total for section in invoice.sections)
    assert totals.allowances == exact_sum(one.amount for one in invoice.allowances)
    assert totals.without_tax == totals.lines - totals.allowances
    assert totals.without_tax == exact_sum(group.taxable for group in groups)
    assert totals.tax == exact_sum(group.tax for group in groups)
    assert totals.with_tax == totals.without_tax + totals.tax
    assert totals.prepaid == exact_sum(one.amount for one in invoice.prepayments)
    assert totals.payable == totals.with_tax - totals.prepaid + totals.rounding
    for group in groups:
        key = (group.category, group.rate)
        of_group = exact_sum(line.amount for line in lines if (line.tax_category, line.tax_rate) == key)
        allowed = exact_sum(one.amount for one in invoice.allowances if (one.tax_category, one.tax_rate) == key)
        assert group.taxable == of_group - allowed
        assert group.tax == round_half_away(EXACT.scaleb(EXACT.multiply(group.taxable, group.rate), -2), 2)
    assert_groups_are_told_right(invoice)
    assert_credit_is_shared_out(invoice)


def assert_groups_are_told_right(invoice: Invoice) -> None:
    """Each line and allowance has a group (BR-CO-4, BR-32), no group is doubled, O stands alone, reasons where due."""
    keys = [(group.category, group.rate) for group in invoice.tax_groups]
    assert keys
    assert len(set(keys)) == len(keys)
    assert {(line.tax_category, line.tax_rate) for line in invoice.lines} <= set(keys)
    assert {(one.tax_category, one.tax_rate) for one in invoice.allowances} <= set(keys)
    for group in invoice.tax_groups:
        assert (group.rate > 0) is (group.category == "S")
        assert bool(group.reason) is (group.category not in {"S", "Z"})
    if any(category == "O" for category, _ in keys):
        assert len(keys) == 1
        assert not any(party.vat_number for party in (invoice.seller, invoice.sold_to, invoice.bill_to))


def assert_credit_is_shared_out(invoice: Invoice) -> None:
    """What lots and allowances paid before tax is on the lines, never more than a line, and in their sections."""
    assert invoice.totals.allowances == exact_sum(line.credit for line in invoice.lines)
    assert [section.credit for section in invoice.sections] == [
        exact_sum(line.credit for line in section.lines) for section in invoice.sections
    ]
    for line in invoice.lines:
        assert 0 <= line.credit <= max(line.amount, Decimal(0))
        assert line.charge_kind.is_credit_eligible or not line.credit
    assert invoice.totals.prepaid >= 0


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=5_000), deadline=None)
@given(facts_of_any_invoice(), st.randoms(use_true_random=False))
def test_no_sum_and_no_line_depends_on_an_order(facts: DraftFacts, chance: Random) -> None:
    """Charges, lots, rates and prices in another order give the same canonical text."""
    shuffled = replace(
        facts,
        lines=_shuffled(list(facts.lines), chance),
        lots=_shuffled(list(facts.lots), chance),
        rates=_shuffled(list(facts.rates), chance),
        prices=dict(_shuffled(list(facts.prices.items()), chance)),
    )
    assert to_text(draft(shuffled)) == to_text(draft(facts))


@pytest.mark.campaign
@settings(max_examples=size(sample=40, full=2_000), deadline=None)
@given(facts_of_any_invoice())
def test_a_draft_that_was_looked_at_is_completed_as_if_it_were_drafted_on_the_day(facts: DraftFacts) -> None:
    """Day, as-of, previous invoice and balance decide nothing else."""
    seen = replace(facts, issue_date=facts.period.last_day, as_of=AsOf(0, 0), previous=None, balance=None)
    done = completed(
        draft(seen), facts.scope, facts.issue_date, facts.as_of, previous=facts.previous, balance=facts.balance
    )
    assert done == draft(facts)


@pytest.mark.campaign
@settings(max_examples=size(sample=40, full=2_000), deadline=None)
@given(facts_of_any_invoice())
def test_the_estimate_is_the_invoice_before_tax(facts: DraftFacts) -> None:
    """On the same charges and lots, whichever day and number it is issued under."""
    told, invoice = estimate(draft(replace(facts, issue_date=date(2030, 1, 1), edition=7))), draft(facts)
    assert (told.charges.amount, told.credit.amount) == (invoice.totals.lines, invoice.totals.allowances)
    assert (told.without_tax.amount, told.unrounded.amount) == (invoice.totals.without_tax, invoice.totals.unrounded)
    assert told.charges.currency == invoice.currency


def _shuffled(items: Sequence[Item], chance: Random) -> list[Item]:
    mixed = list(items)
    chance.shuffle(mixed)
    return mixed
