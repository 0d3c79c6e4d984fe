"""Corrections of closed periods: all documents of one come to what one invoice over all of its usage would have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.price_sheet import ChargeKind, Price
from kvitto.invoicing.corrections import BilledDocument, BilledPeriod, Correction, correction_of, lines_for, own_lines
from kvitto.invoicing.corrections_given_back import give_back_lines
from kvitto.invoicing.credit_notes import credit_note_over
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice
from kvitto.money import Money, exact_sum
from kvitto.rating.charge import ChargeLine
from tests.campaign import size
from tests.invoicing.cast import (
    FEBRUARY,
    ISSUED_ON,
    KNOWN,
    PAY_AS_YOU_GO,
    charged,
    mca,
    monthly_credit,
    mosp,
    price,
    subscription,
)

PRICES = {number: price(number, meter) for number, meter in ((1, "D8s"), (2, "disk"), (3, "net"))}
PRICES |= {4: replace(price(4, "guard"), kind=ChargeKind.MARKETPLACE)}
Usage = dict[tuple[str, int], Decimal]  # subscription and price to the exact amount


def lines_of(usage: Usage) -> list[ChargeLine]:
    """Charge lines over these amounts."""
    return [
        charged(str(amount), key, meter=PRICES[number].meter, price_id=number)
        for (key, number), amount in usage.items()
    ]


def invoiced(scope: InvoiceScope, usage: Usage, prices: dict[int, Price] | None = None) -> Invoice:
    """The invoice of February over this usage."""
    return draft(DraftFacts(scope, FEBRUARY, lines_of(usage), prices or PRICES, ISSUED_ON, KNOWN))


@dataclass
class Books:
    """February of one scope, with all that is billed and given back for it."""

    scope: InvoiceScope
    usage: Usage
    billed: BilledPeriod = field(init=False)
    beyond: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        original = replace(invoiced(self.scope, self.usage), number="K-1")
        self.billed = BilledPeriod(BilledDocument(original))

    def take(self, late: Usage) -> Correction:
        """More usage came: correct the period, bill it on another invoice, and give back what is to be given back."""
        for key, amount in late.items():
            self.usage[key] = self.usage.get(key, Decimal(0)) + amount
        correction = self.correction()
        if correction.to_give_back:
            given = give_back_lines(correction.to_give_back, self.billed, ISSUED_ON)
            self.beyond = given.beyond
            for note in given.credit_notes:
                self._keep(note)
        if correction.to_bill:
            facts = DraftFacts(self.scope, FEBRUARY, (), PRICES, ISSUED_ON, KNOWN, corrections=correction.to_bill)
            later = replace(draft(facts), number=f"K-{len(self.billed.later) + 2}")
            self.billed = replace(self.billed, later=(*self.billed.later, BilledDocument(later)))
        return correction

    def correction(self) -> Correction:
        """What is still to be corrected."""
        return correction_of(self.scope, invoiced(self.scope, self.usage), self.billed)

    def _keep(self, note: Invoice) -> None:
        def noted(document: BilledDocument) -> BilledDocument:
            is_own = note.refers_to and note.refers_to.number == document.invoice.number
            return replace(document, credit_notes=(*document.credit_notes, note)) if is_own else document

        self.billed = BilledPeriod(noted(self.billed.original), tuple(noted(one) for one in self.billed.later))

    @property
    def net(self) -> Decimal:
        """What all documents come to, without tax."""
        asked = exact_sum(one.invoice.totals.without_tax for one in self.billed.documents)
        given = exact_sum(note.totals.without_tax for one in self.billed.documents for note in one.credit_notes)
        return asked - given

    def check_bounds(self) -> None:
        """No invoice gives back more than it asked for, in all and in tax, and none is below zero."""
        for one in self.billed.documents:
            for what in ("without_tax", "tax", "with_tax", "payable"):
                asked = getattr(one.invoice.totals, what)
                assert exact_sum(getattr(note.totals, what) for note in one.credit_notes) <= asked
                assert asked >= 0


def lab(amount: str, number: int = 1) -> Usage:
    """Usage of the Lab subscription."""
    return {("lab", number): Decimal(amount)}


def test_nothing_changed_is_no_correction() -> None:
    """The same usage again."""
    assert not Books(mosp(), lab("10.005")).correction()


def test_lines_are_rounded_once_over_the_whole() -> None:
    """10.004 is 10.00; 0.002 more make 10.006, which is 10.01: one cent for what alone is none."""
    books = Books(mosp(), lab("10.004"))
    (line,) = books.take(lab("0.002")).to_bill[0].lines
    assert (line.amount, line.amount_unrounded) == (Decimal("0.01"), Decimal("0.002"))
    assert books.net == Decimal("10.01")


def test_a_credit_that_is_left_pays_for_what_comes_late() -> None:
    """A profile's subscription with 50.00 a month used 30.00: of 25.00 more, 5.00 are billed, without a quantity."""
    scope = mca(subscription("lab", offer=monthly_credit("50"), section="s1"), subscription("ops", section="s1"))
    books = Books(scope, {**lab("30"), ("ops", 1): Decimal(10)})
    assert books.net == Decimal("10.00")
    (line,) = books.take(lab("25")).to_bill[0].lines
    assert (line.amount, line.quantity, line.unit_price) == (Decimal("5.00"), Decimal(1), Decimal("5.00"))
    assert books.net == Decimal("15.00")
    books.take(lab("-10"))  # back below the credit: only what was paid in money is given back
    assert books.net == Decimal("10.00")


def test_what_credit_cannot_pay_for_is_billed_whole() -> None:
    """A marketplace charge on a profile's invoice is not eligible."""
    scope = mca(subscription("lab", offer=monthly_credit("50"), section="s1"))
    books = Books(scope, lab("30"))
    books.take(lab("7", 4))
    assert books.net == Decimal("7.00")


def test_a_spending_limit_lets_nothing_through() -> None:
    """More usage than the credit pays for is never billed, early or late."""
    limited = replace(subscription("lab", offer=monthly_credit("50")), spending_limit=True)
    scope = replace(mosp(), subscriptions=(limited,))
    books = Books(scope, lab("60"))
    assert not books.take(lab("20"))
    assert books.net == 0


def test_every_correction_names_what_it_corrects() -> None:
    """Number, period and cause, and the lines say the same as those of the original."""
    books = Books(mosp(), lab("10"))
    (line,) = books.take(lab("5")).to_bill[0].lines
    assert line.corrects
    assert (line.corrects.invoice_number, line.corrects.period, line.corrects.cause) == ("K-1", FEBRUARY, "late-usage")
    (original,) = own_lines(books.billed.original.invoice)
    assert (line.meter_name, line.unit, line.unit_price, line.service_period) == (
        original.meter_name, original.unit, original.unit_price, original.service_period,
    )  # fmt: skip
    assert lines_for(books.billed.later[0].invoice, books.billed.original.invoice)


def test_each_tax_group_has_its_own_net() -> None:
    """What grew at one rate is billed, what shrank at another is given back: no group is ever below zero."""
    prices = {**PRICES, 2: replace(PRICES[2], tax_class="reduced")}
    account = mosp().account
    scope = replace(mosp(), account=replace(account, tax=replace(account.tax, country="DE")))
    original = replace(invoiced(scope, {**lab("10"), ("lab", 2): Decimal(10)}, prices), number="K-1")
    assert [group.rate for group in original.tax_groups] == [19, 7]
    after = invoiced(scope, {**lab("14"), ("lab", 2): Decimal(7)}, prices)
    correction = correction_of(scope, after, BilledPeriod(BilledDocument(original)))
    assert correction.charged == Decimal("4.00")
    (line,) = correction.to_give_back
    assert (line.amount, line.tax_rate) == (Decimal("3.00"), Decimal(7))


def test_what_was_billed_later_is_given_back_after_the_original() -> None:
    """10 and 5 were billed: of 12 less, 10 come from the original and 2 from the correction."""
    books = Books(mosp(), lab("10"))
    books.take(lab("5"))
    books.take(lab("-12"))
    given = {
        one.invoice.number: [str(note.totals.without_tax) for note in one.credit_notes]
        for one in books.billed.documents
    }
    assert given == {"K-1": ["10.00"], "K-2": ["2.00"]}
    assert books.net == Decimal("3.00")


def test_below_zero_nothing_is_left_and_the_rest_is_remembered() -> None:
    """30 less than the 10 that were billed; of 50 more later, 20 are already owed to the payer."""
    books = Books(mosp(), lab("10"))
    books.take(lab("-30"))
    assert (books.net, books.beyond) == (Decimal(0), Decimal("20.00"))
    books.take(lab("50"))
    assert books.net == Decimal("30.00")


def test_what_was_granted_stays_granted() -> None:
    """A credit note for another reason is no part of the correction, but bounds what can be given back."""
    books = Books(mosp(), lab("10"))
    original = books.billed.original.invoice
    granted = credit_note_over(original, (), Money(Decimal("5.00"), "USD"), "correction", ISSUED_ON)
    books.billed = BilledPeriod(BilledDocument(original, (granted,)))
    assert not books.correction()
    books.take(lab("-8"))
    assert (books.net, books.beyond) == (Decimal(0), Decimal("2.00"))  # 4.00 of 10.00 were given back before


amounts = st.decimals(-60, 80, places=3, allow_nan=False, allow_infinity=False)
keys = st.tuples(st.sampled_from(["lab", "ops"]), st.sampled_from([1, 2, 4]))
usages = st.dictionaries(keys, amounts, min_size=1, max_size=4)
first_usages = st.dictionaries(keys, st.decimals(0, 80, places=3), max_size=4)
offers = st.sampled_from([PAY_AS_YOU_GO, monthly_credit("20"), monthly_credit("75.50")])


@pytest.mark.campaign
@example(
    first={("lab", 4): Decimal("0.175")},
    late=[
        {("lab", 1): Decimal("0.035"), ("ops", 1): Decimal("-0.222")},
        {("ops", 1): Decimal("0.137")},
        {("ops", 1): Decimal("0.001")},
    ],
    offer=monthly_credit("20"),
)
@settings(max_examples=size(sample=60, full=2000), deadline=None)
@given(first=first_usages, late=st.lists(usages, min_size=1, max_size=5), offer=offers)
def test_any_order_and_cut_comes_to_what_one_invoice_would(first: Usage, late: list[Usage], offer: object) -> None:
    """Σ of all documents = the invoice over all usage, to the cent; nothing is left where that is below zero."""
    scope = mca(
        subscription("lab", offer=offer, section="s1"),  # type: ignore[arg-type]
        subscription("ops", section="s1"),
    )
    books = Books(scope, dict(first))
    for some in late:
        books.take(some)
        books.check_bounds()
        whole = invoiced(scope, books.usage).totals.without_tax
        assert books.net == max(whole, Decimal(0))
        assert not books.correction().to_bill
        if whole >= 0:
            assert not books.correction()
