"""Headings and the order under them; of an enrollment here, of the others in the tests of drafts and partners."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kvitto.agreements.credit_lots import CreditLot, LotSource
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.settlement import LotState
from kvitto.money import Money
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, charged, enrolled, price

SOLD = {number: replace(price(number, kind.value), kind=kind) for number, kind in enumerate(ChargeKind, start=1)}


def overage(prepayment: str = "0") -> Invoice:
    """An enrollment that used 10 dollars' worth of each kind, and something that costs nothing."""
    scope = enrolled("lab", "web")
    lines = [charged("10", meter=one.meter, price_id=number) for number, one in SOLD.items()]
    free = [
        charged("0.001", "web", price_id=1, meter="usage"),
        charged("2", "web", price_id=1, meter="usage", tier_from="9"),
    ]
    credit = Money(Decimal(prepayment), "USD")
    lot = LotState(CreditLot("2024", scope.scope, LotSource.PREPAYMENT, credit, date(2024, 1, 1)), credit)
    return draft(DraftFacts(scope, FEBRUARY, [*lines, *free], SOLD, ISSUED_ON, KNOWN, lots=(lot,)))


def test_an_enrollments_sections_are_what_is_sold() -> None:
    """Usage first and marketplace last (agreements.md §6.2), each with its own sum."""
    sections = overage().sections
    assert [(section.id, section.total) for section in sections] == [
        ("usage", Decimal(12)), ("reservation", Decimal(10)), ("separate", Decimal(10)), ("licence", Decimal(10)),
        ("support", Decimal(10)), ("marketplace", Decimal(10)),
    ]  # fmt: skip


def test_what_costs_nothing_comes_last_in_its_section() -> None:
    """Behind everything that has a cost, whatever its name."""
    usage = overage().sections[0]
    assert [(line.subscription_id, line.amount) for line in usage.lines] == [
        ("lab", Decimal(10)), ("web", Decimal(2)), ("web", Decimal(0)),
    ]  # fmt: skip


def test_commitment_usage_is_prepayment_used_before_tax() -> None:
    """Extended amount − commitment usage = net; tax on the net only; never for what is billed separately (§6.3)."""
    invoice = overage("15")
    assert [(one.reason, one.amount, one.lot_id) for one in invoice.allowances] == [("prepayment", Decimal(15), "2024")]
    assert [section.credit for section in invoice.sections if section.credit] == [
        Decimal("8.18"), Decimal("6.82"),
    ]  # fmt: skip
    assert (invoice.totals.lines, invoice.totals.without_tax, invoice.totals.tax) == tuple(
        map(Decimal, ("62", "47", "11.75"))
    )


def test_prepayment_never_pays_for_marketplace_support_or_separate_charges() -> None:
    """22 dollars are eligible, however much is left."""
    invoice = overage("1000")
    assert invoice.totals.allowances == 22
    assert {line.charge_kind for line in invoice.lines if line.credit} == {ChargeKind.USAGE, ChargeKind.RESERVATION}
