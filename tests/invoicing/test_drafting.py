"""From charges to lines, sections and totals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice
from kvitto.money import EXACT, exact_sum, round_half_away
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine
from tests.campaign import size
from tests.invoicing.cast import (
    FEBRUARY,
    ISSUED_ON,
    KNOWN,
    charged,
    mca,
    monthly_credit,
    mosp,
    price,
    subscription,
)

amounts = st.decimals(min_value=-10_000, max_value=10_000, places=11, allow_nan=False)


def drafted(scope: InvoiceScope, lines: Iterable[ChargeLine], prices: Iterable[Price] = (price(),)) -> Invoice:
    """The draft for February."""
    return draft(facts(scope, lines, prices))


def facts(scope: InvoiceScope, lines: Iterable[ChargeLine], prices: Iterable[Price] = (price(),)) -> DraftFacts:
    """What the draft for February is made of."""
    return DraftFacts(scope, FEBRUARY, lines, {one.id: one for one in prices}, ISSUED_ON, KNOWN)


def test_a_line_is_rounded_once_half_away_from_zero() -> None:
    """Charges of 0.125 and -0.125 become lines of 0.13 and -0.13, and keep their exact amounts beside it."""
    invoice = drafted(mosp(), [charged("0.125"), charged("-0.125", meter="E8s")])
    assert [line.amount for line in invoice.lines] == [Decimal("0.13"), Decimal("-0.13")]
    assert [line.amount_unrounded for line in invoice.lines] == [Decimal("0.125"), Decimal("-0.125")]


def test_totals_are_sums_of_rounded_lines_and_tell_the_exact_sum_too() -> None:
    """Three lines of 0.004 come to 0.00, not to 0.01; the unrounded total says 0.012."""
    invoice = drafted(mosp(), [charged("0.004", tier_from=str(tier)) for tier in range(3)])
    assert invoice.totals.lines == Decimal("0.00")
    assert invoice.totals.unrounded == Decimal("0.012")


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=10_000))
@given(st.lists(amounts, max_size=30), st.sampled_from(["0", "6", "21", "25", "12.5"]), st.booleans())
def test_the_identities_of_en_16931_hold_exactly(values: list[Decimal], rate: str, has_credit: bool) -> None:  # noqa: FBT001 - made by hypothesis
    """BR-CO-10, 11, 13, 14, 15, 16 and 17 hold to the cent, whatever the lines are."""
    offer = monthly_credit("150") if has_credit else monthly_credit("0")
    lines = [charged(f"{value:f}", tier_from=str(tier)) for tier, value in enumerate(values)]
    invoice = drafted(mosp(offer, rate=rate), lines)
    totals = invoice.totals
    assert totals.lines == exact_sum(line.amount for line in invoice.lines)
    assert totals.lines == exact_sum(section.total for section in invoice.sections)
    assert totals.allowances == exact_sum(one.amount for one in invoice.allowances)
    assert totals.without_tax == totals.lines - totals.allowances
    (group,) = invoice.tax_groups
    assert group.taxable == totals.without_tax
    assert group.tax == round_half_away(EXACT.multiply(group.taxable, Decimal(rate)) / 100, 2)
    assert totals.tax == group.tax
    assert totals.with_tax == totals.without_tax + totals.tax
    assert totals.payable == totals.with_tax
    assert totals.unrounded == exact_sum(values)


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_charges_does_not_change_the_invoice(random: object) -> None:
    """Charge lines in any order give the same sections, lines and numbers."""
    members = [subscription("a", "Same", section="s2"), subscription("b", "Same", section="s1")]
    scope = mca(*members, sections=(("s1", "Zeta"), ("s2", "Alpha"), ("s3", "Unused")))
    prices = [price(1, "D8s", "D8s v5"), price(2, "E8s", "E8s v5"), price(3, "blob", "Blob", "Storage")]
    meters = {1: "D8s", 2: "E8s", 3: "blob"}
    lines = [
        charged("1.005", key, meter=meters[number], price_id=number, tier_from=tier)
        for key in "ab" for number in meters for tier in ("0", "100")
    ]  # fmt: skip
    expected = drafted(scope, lines, prices)
    random.shuffle(lines)  # type: ignore[attr-defined]
    assert drafted(scope, lines, prices) == expected
    assert [line.number for line in expected.lines] == list(range(1, 13))


def test_a_customer_agreements_sections_stand_in_the_order_of_their_names() -> None:
    """Sections with lines come by name, then lines by category, subscription, meter name and tier."""
    members = [subscription("x", "Beta", section="s1"), subscription("y", "Alpha", section="s1")]
    scope = mca(*members, subscription("z", section="s2"), sections=(("s1", "Zeta"), ("s2", "Alpha"), ("s3", "None")))
    prices = [price(1, "D8s", "VM"), price(2, "disk", "Disk", "Storage"), price(3, "ip", "Address", "Network")]
    lines = [
        charged("1", "x"),
        charged("2", "y", tier_from="10"),
        charged("3", "y"),
        charged("4", "y", meter="disk", price_id=2),
        charged("5", "z", meter="ip", price_id=3),
        charged("6", "x", meter="disk", price_id=2),
    ]
    invoice = drafted(scope, lines, prices)
    assert [section.name for section in invoice.sections] == ["Alpha", "Zeta"]
    assert [line.amount for line in invoice.lines] == [5, 4, 6, 3, 2, 1]
    assert [section.total for section in invoice.sections] == [5, 16]
    assert {line.section_id for line in invoice.sections[1].lines} == {"s1"}


def test_an_invoice_of_one_subscription_has_one_section() -> None:
    """The section of a MOSP invoice is its subscription."""
    invoice = drafted(mosp(), [charged("1"), charged("2", meter="E8s")])
    assert [(section.id, section.name) for section in invoice.sections] == [("lab", "Lab")]
    assert (invoice.subscription_id, invoice.profile_id, invoice.offer) == ("lab", "", "pay-as-you-go")


def test_a_customer_agreement_without_usage_gives_an_invoice_over_zero() -> None:
    """No lines, no sections, zero totals, and still one row of tax (BR-CO-18)."""
    invoice = drafted(mca(subscription(section="s1")), [])
    assert invoice.sections == ()
    assert (invoice.totals.payable, invoice.totals.unrounded) == (Decimal(0), Decimal(0))
    assert len(invoice.tax_groups) == 1
    assert (invoice.profile_name, invoice.subscription_id, invoice.offer) == ("Riga office", "", "")
    assert invoice.purchase_order == "PO-7"


def test_a_line_tells_the_days_of_its_service_and_how_it_was_priced() -> None:
    """The service period runs from the first to the last day of use; unit, names and tier come from the price."""
    invoice = drafted(mosp(), [charged("12.5", tier_from="100")], [price(name="D8s v5")])
    (line,) = invoice.lines
    assert line.service_period == Period(date(2024, 2, 1), date(2024, 3, 1))
    assert (line.meter, line.meter_name, line.category, line.region) == (
        "D8s", "D8s v5", "Virtual machines", "westeurope",
    )  # fmt: skip
    assert (line.quantity, line.unit, line.unit_price, line.tier_from) == (
        Decimal(25),
        "h",
        Decimal("0.5"),
        Decimal(100),
    )


def test_dates_follow_the_issue_day_and_the_period() -> None:
    """Due after the payment terms; the tax point is the period's last day; the as-of is kept."""
    invoice = drafted(mosp(), [charged("1")])
    assert (invoice.issue_date, invoice.due_date) == (date(2024, 3, 5), date(2024, 4, 4))
    assert invoice.tax_point_date == date(2024, 2, 29)
    assert invoice.as_of == KNOWN
    assert not invoice.number


def test_new_taiwan_dollars_are_billed_whole() -> None:
    """A currency without decimals rounds lines and tax to whole dollars."""
    invoice = drafted(mosp(currency="TWD", rate="5"), [charged("1234.5"), charged("0.4", meter="E8s")])
    assert [line.amount for line in invoice.lines] == [1235, 0]
    assert invoice.totals.tax == 62


def test_charges_of_a_stranger_are_a_fault() -> None:
    """A charge of a subscription that is not in the scope is never billed to it in silence."""
    with pytest.raises(KeyError):
        drafted(mosp(), [charged("1", "somebody-else")])
