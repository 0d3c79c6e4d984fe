"""Credit notes: what they mirror, what they may not exceed, and that all of an invoice adds up to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.invoicing.credit_left import left_of
from kvitto.invoicing.credit_notes import (
    UnableToCredit,
    credit_note_over,
    full_credit_note,
    partial_credit_note,
    parts_of,
)
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import (
    AccountingTax,
    Allowance,
    CurrencyRate,
    DocumentType,
    Invoice,
    Line,
    Prepayment,
    Section,
    TaxGroup,
    Totals,
)
from kvitto.money import EXACT, Money, exact_sum, round_half_away
from tests.campaign import size
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, charged, monthly_credit, mosp, price

APRIL = date(2024, 4, 2)
NOTHING = Decimal(0)


def invoiced(*amounts: str, credit: str = "150") -> Invoice:
    """The issued invoice over these charges, less a monthly credit, at 25 %."""
    lines = [charged(amount, meter=f"m{number}") for number, amount in enumerate(amounts)]
    scope = mosp(monthly_credit(credit))
    drafted = draft(DraftFacts(scope, FEBRUARY, lines, {1: price()}, ISSUED_ON, KNOWN))
    return replace(drafted, number="K-2024-000001")


def exactly(*amounts: str | int) -> tuple[Decimal, ...]:
    """The amounts as decimals."""
    return tuple(Decimal(amount) for amount in amounts)


def numbered(note: Invoice, number: int) -> Invoice:
    """The credit note as issued."""
    return replace(note, number=f"K-2024-00010{number}")


def check_adds_up(note: Invoice, tax_within: str = "0.01") -> None:
    """EN 16931 BR-CO-10 … 16, to the last digit; tax within one minor unit of its rate (BR-CO-17)."""
    totals = note.totals
    assert totals.lines == exact_sum(line.amount for line in note.lines)
    assert totals.lines == exact_sum(section.total for section in note.sections)
    assert totals.allowances == exact_sum(allowance.amount for allowance in note.allowances)
    assert totals.without_tax == totals.lines - totals.allowances
    assert totals.without_tax == exact_sum(group.taxable for group in note.tax_groups)
    assert totals.tax == exact_sum(group.tax for group in note.tax_groups)
    assert totals.with_tax == totals.without_tax + totals.tax
    assert totals.prepaid == exact_sum(one.amount for one in note.prepayments)
    assert totals.payable == totals.with_tax - totals.prepaid + totals.rounding
    for group in note.tax_groups:
        exact = EXACT.multiply(group.taxable, EXACT.scaleb(group.rate, -2))
        assert abs(exact - group.tax) < Decimal(tax_within)


def test_a_full_credit_note_mirrors_its_invoice() -> None:
    """Every line, allowance, tax group and total, all positive, with the invoice's parties; it refers to it."""
    invoice = invoiced("250.005", "10")
    note = full_credit_note(invoice, [], "void", APRIL)
    check_adds_up(note)
    assert note.document_type is DocumentType.CREDIT_NOTE
    assert (note.sections, note.allowances, note.tax_groups) == (
        invoice.sections, invoice.allowances, invoice.tax_groups,
    )  # fmt: skip
    assert note.totals == invoice.totals
    assert note.totals.payable == Decimal("137.51")
    assert note.refers_to is not None
    assert (note.refers_to.number, note.refers_to.issue_date, note.refers_to.cause) == (
        "K-2024-000001", ISSUED_ON, "void",
    )  # fmt: skip
    assert (note.number, note.issue_date, note.due_date, note.bill_to) == ("", APRIL, APRIL, invoice.bill_to)
    assert (note.period, note.tax_point_date, note.as_of) == (invoice.period, invoice.tax_point_date, invoice.as_of)


def test_a_part_of_a_line_is_given_back_with_its_tax() -> None:
    """20.00 of the second line, and 25 % on it."""
    invoice = invoiced("250", "40")
    note = partial_credit_note(invoice, [], parts_of(invoice, {2: Decimal(20)}), "correction", APRIL)
    check_adds_up(note)
    (line,) = note.lines
    assert (line.number, line.meter, line.quantity, line.unit_price, line.amount) == (1, "m1", *exactly(1, 20, 20))
    assert (note.totals.without_tax, note.totals.tax, note.totals.payable) == exactly(20, 5, 25)


def test_a_line_given_back_whole_keeps_its_quantity_and_price() -> None:
    """It is the line of the invoice."""
    invoice = invoiced("250", "40")
    (line,) = parts_of(invoice, {2: Decimal(40)})
    assert (line.quantity, line.unit_price) == exactly(80, "0.5")


def test_the_rest_names_what_was_given_back_before() -> None:
    """Lines of the earlier credit note stand as negative ones with its number; the sums come out exactly."""
    invoice = invoiced("250", "40")
    first = numbered(partial_credit_note(invoice, [], parts_of(invoice, {2: Decimal(40)}), "correction", APRIL), 1)
    rest = full_credit_note(invoice, [first], "void", APRIL)
    check_adds_up(rest)
    assert [line.amount for line in rest.lines] == [250, 40, -40]
    assert rest.lines[2].quantity == -80
    corrects = rest.lines[2].corrects
    assert corrects is not None
    assert (corrects.invoice_number, corrects.cause) == (first.number, "given-back-before")
    assert rest.totals.payable + first.totals.payable == invoice.totals.payable


def test_never_more_than_is_left() -> None:
    """The monthly credit paid 150.00 of the 290.00: only 140.00 were asked for, and only that can be given back."""
    invoice = invoiced("250", "40")
    lines = parts_of(invoice, {1: Decimal("140.01")})
    with pytest.raises(UnableToCredit, match=r"Only 140.00.USD is left of invoice K-2024-000001, so 140.01.USD cannot"):
        partial_credit_note(invoice, [], lines, "correction", APRIL)
    with pytest.raises(UnableToCredit, match=r"Only 175.00.USD is left .* 175.01.USD"):
        credit_note_over(invoice, [], Money(Decimal("175.01"), "USD"), "refund", APRIL)
    first = partial_credit_note(invoice, [], parts_of(invoice, {1: Decimal(100)}), "correction", APRIL)
    with pytest.raises(UnableToCredit, match=r"Only 40.00.USD is left"):
        partial_credit_note(invoice, [first], parts_of(invoice, {1: Decimal("40.01")}), "correction", APRIL)


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_nothing_and_less_cannot_be_given_back(amount: str) -> None:
    """Also not by lines that cancel each other."""
    invoice = invoiced("250", "40")
    with pytest.raises(UnableToCredit, match="positive amount"):
        credit_note_over(invoice, [], Money(Decimal(amount), "USD"), "refund", APRIL)
    with pytest.raises(UnableToCredit):
        parts_of(invoice, {1: Decimal(amount)})
    (line,) = parts_of(invoice, {1: Decimal(10)})
    with pytest.raises(UnableToCredit, match="positive amount"):
        partial_credit_note(invoice, [], [line, replace(line, amount=Decimal(-10))], "late-usage", APRIL)


def test_what_is_not_on_the_invoice_cannot_be_given_back() -> None:
    """A line it does not have, more than a line, and a tax group it does not have."""
    invoice = invoiced("250", "40")
    with pytest.raises(UnableToCredit, match="has no line 9"):
        parts_of(invoice, {9: Decimal(1)})
    with pytest.raises(UnableToCredit, match=r"Line 2 of invoice K-2024-000001 is over 40.00.USD"):
        parts_of(invoice, {2: Decimal("40.01")})
    strange = replace(invoice.lines[0], tax_category="S", tax_rate=Decimal(6), amount=Decimal(1))
    with pytest.raises(UnableToCredit, match="nothing under tax category S at 6 %"):
        partial_credit_note(invoice, [], [strange], "correction", APRIL)


def test_an_invoice_over_nothing_is_given_back_whole() -> None:
    """A billing profile gets an invoice over zero; voiding it makes a credit note over zero."""
    note = full_credit_note(invoiced("100"), [], "void", APRIL)
    check_adds_up(note)
    assert (note.totals.payable, note.totals.lines, note.totals.allowances) == exactly(0, 100, 100)


def paid_in_part_by_lots() -> Invoice:
    """100.40 with tax, of which two lots paid 30 and 20; the rest was rounded to whole kronor: 50 to pay."""
    invoice = invoiced("80.32", credit="0")
    totals = replace(invoice.totals, prepaid=Decimal(50), rounding=Decimal("-0.40"), payable=Decimal(50))
    lots = (Prepayment("old", "prepayment", Decimal(30)), Prepayment("new", "prepayment", Decimal(20)))
    rate = CurrencyRate("USD", "SEK", Decimal("10.5"), "Riksbanken", date(2024, 2, 29))
    return replace(
        invoice, totals=totals, prepayments=lots, accounting_tax=AccountingTax(Decimal("210.84"), rate)
    )  # fmt: skip


def test_money_is_given_back_before_lots_and_the_last_lot_first() -> None:
    """60 of 100.40: the 50 that were to pay, then 10 of the lot that was taken last; the rest brings all to zero."""
    invoice = paid_in_part_by_lots()
    first = credit_note_over(invoice, [], Money(Decimal(60), "USD"), "refund", APRIL)
    check_adds_up(first)
    assert (first.totals.payable, first.totals.prepaid) == exactly(50, 10)
    assert [(one.lot_id, one.amount) for one in first.prepayments] == [("new", Decimal(10))]
    rest = full_credit_note(invoice, [numbered(first, 1)], "void", APRIL)
    check_adds_up(rest)
    assert [(one.lot_id, one.amount) for one in rest.prepayments] == [("old", Decimal(30)), ("new", Decimal(10))]
    assert (rest.totals.payable, rest.totals.rounding) == exactly(0, "-0.40")
    assert first.accounting_tax
    assert rest.accounting_tax
    assert first.accounting_tax.tax + rest.accounting_tax.tax == Decimal("210.84")


AMOUNTS = st.lists(st.decimals("0.01", "999.99", places=2), min_size=1, max_size=4)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """Issued invoices with up to three tax groups, allowances and prepayments."""
    rates = draw(st.lists(st.sampled_from(["25", "12", "6", "21", "0", "5.5"]), min_size=1, max_size=3, unique=True))
    base = invoiced("1", credit="0")
    lines: list[Line] = []
    groups: list[TaxGroup] = []
    allowances: list[Allowance] = []
    for rate in map(Decimal, rates):
        amounts = draw(AMOUNTS)
        lines += [
            replace(
                base.lines[0], amount=amount, amount_unrounded=amount, tax_category="S", tax_rate=rate,
                number=len(lines) + number,
            )
            for number, amount in enumerate(amounts, start=1)
        ]  # fmt: skip
        allowed = draw(st.sampled_from([NOTHING, Decimal("0.01"), exact_sum(amounts)]))
        if allowed:
            allowances.append(Allowance("promotional", allowed, "S", rate, f"lot{rate}"))
        taxable = exact_sum(amounts) - allowed
        groups.append(TaxGroup("S", rate, "", taxable, round_half_away(taxable * rate / 100, 2)))
    with_tax = exact_sum(group.taxable + group.tax for group in groups)
    prepaid = draw(st.sampled_from([NOTHING, with_tax, round_half_away(with_tax / 2, 2)]))
    payable = with_tax - prepaid
    rounded = draw(st.sampled_from([payable, round_half_away(payable, 0)]))
    lots = (Prepayment("lot", "prepayment", prepaid),) if prepaid else ()
    total, deducted = exact_sum(line.amount for line in lines), exact_sum(one.amount for one in allowances)
    return replace(
        base, sections=(Section("lab", "Lab", tuple(lines), total),), tax_groups=tuple(groups),
        allowances=tuple(allowances), prepayments=lots,
        totals=Totals(
            total, deducted, total - deducted, exact_sum(group.tax for group in groups), with_tax, rounded, total,
            prepaid, rounded - payable,
        ),
    )  # fmt: skip


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=20_000))
@given(invoice=invoices(), data=st.data())
def test_all_credit_notes_of_an_invoice_come_to_exactly_the_invoice(invoice: Invoice, data: st.DataObject) -> None:
    """Whatever parts are given back, by amount or by line, none is over more than is left, and the rest leaves zero."""
    notes: list[Invoice] = []
    for number in range(data.draw(st.integers(0, 4))):
        left = left_of(invoice, notes)
        if not left.with_tax:
            break
        if data.draw(st.booleans()):
            amount = data.draw(st.decimals("0.01", left.with_tax, places=2))
            note = credit_note_over(invoice, notes, Money(amount, "USD"), "refund", APRIL)
            assert note.totals.with_tax == amount
            check_adds_up(note, tax_within="0.02")
        else:
            open_groups = [one for one in left.groups.values() if one.taxable]
            if not open_groups:
                break
            group = data.draw(st.sampled_from(open_groups))
            part = data.draw(st.decimals("0.01", group.taxable, places=2))
            line = replace(
                invoice.lines[0], tax_category=group.category, tax_rate=group.rate, amount=part, amount_unrounded=part
            )
            note = partial_credit_note(invoice, notes, [line], "late-usage", APRIL)
            assert note.totals.without_tax == part
            check_adds_up(note)
        assert all(group.taxable >= 0 and group.tax >= 0 for group in note.tax_groups)
        assert note.totals.payable >= 0
        notes.append(numbered(note, number))
    rest = full_credit_note(invoice, notes, "void", APRIL)
    check_adds_up(rest)
    notes.append(numbered(rest, 9))
    gone = left_of(invoice, notes)
    assert gone.with_tax == gone.payable == gone.rounding == 0
    assert not gone.prepayments
    assert not gone.allowances
    assert all(group.taxable == group.tax == 0 for group in gone.groups.values())
    assert exact_sum(note.totals.payable for note in notes) == invoice.totals.payable
    assert exact_sum(note.totals.lines - note.totals.allowances for note in notes) == invoice.totals.without_tax
