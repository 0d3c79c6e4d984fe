"""Voiding, crediting, rebilling and refunding issued invoices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.credit_notes import UnableToCredit
from kvitto.invoicing.refunds import RefundStatus, RefundStep, UnableToRefund
from kvitto.invoicing.status import Status
from kvitto.records.invoices import altered_invoices, issued_called, list_invoices, load
from kvitto.records.links import AlreadyUsed, Link, LinkKind, links_of
from kvitto.records.models import InvoiceRecord
from kvitto.records.payments import standing_of
from kvitto.records.settlement import check_balances
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.invoice_life.credit import Part, UnableToSayWhat, credit, plan_credit
from kvitto.runs.invoice_life.giving_back import UnableToChange
from kvitto.runs.invoice_life.rebill import plan_rebill, rebill
from kvitto.runs.invoice_life.record_payment import Means, record_payment
from kvitto.runs.invoice_life.refund import approve_refund, close_refund, complete_refund, request_refund
from kvitto.runs.invoice_life.void import plan_void, void
from kvitto.runs.make_documents import render_missing
from kvitto.runs.office import Office
from tests.records.lots import left
from tests.runs.invoice_life.billed import CORK, LAB, LATER, QUAY, billed, payment, usd
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, import_rows, made, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def status(number: str, today: date = LATER) -> Status:
    """The invoice's status on that day."""
    return standing_of(issued_called(number)).status_on(today)


def test_voiding_issues_one_credit_note_over_all(office: Callable[..., Office]) -> None:
    """Linked both ways, in the numbers of the series; the invoice's facts stay as they were."""
    there = billed(office())
    before = load(CORK)
    plan = plan_void(there, CORK)
    assert plan.credit_note
    assert (plan.credit_note.totals.payable, plan.on_account) == (Decimal("12.98"), usd("0"))
    voided = void(there, CORK)
    assert (voided.is_new, voided.credit_note.number, voided.credit_note.payable) == (
        True, "K-2024-000004", usd("12.98"),
    )  # fmt: skip
    assert (voided.credit_note.refers_to, voided.credit_note.issue_date) == (CORK, LATER)
    assert status(CORK) is Status.VOID
    assert links_of([CORK])[CORK] == links_of(["K-2024-000004"])["K-2024-000004"] == (
        Link(CORK, "K-2024-000004", LinkKind.VOID),
    )  # fmt: skip
    assert load(CORK) == before
    assert altered_invoices() == []


def test_voiding_twice_issues_one_credit_note(office: Callable[..., Office]) -> None:
    """The second time the first is told; the plan says that there is nothing to do."""
    there = billed(office())
    first, second = void(there, CORK), void(there, CORK)
    assert (second.is_new, second.credit_note) == (False, first.credit_note)
    assert plan_void(there, CORK).credit_note is None
    with pytest.raises(UnableToChange, match="is a credit note"):
        void(there, first.credit_note.number)


def test_what_was_paid_for_a_voided_invoice_is_on_account(office: Callable[..., Office]) -> None:
    """The plan says so before."""
    there = billed(office())
    record_payment(there, CORK, payment("10"))
    assert plan_void(there, CORK).on_account == usd("10")
    void(there, CORK)
    assert standing_of(issued_called(CORK)).on_account == usd("10")


def test_an_invoice_over_nothing_can_be_voided(office: Callable[..., Office]) -> None:
    """By a credit note over nothing."""
    there = billed(office())
    assert void(there, QUAY).credit_note.payable == usd("0")
    assert status(QUAY) is Status.VOID


def test_every_document_gets_its_pdf(office: Callable[..., Office]) -> None:
    """Credit notes and new invoices as the first ones."""
    there = billed(office())
    rebill(there, LAB)
    assert render_missing(there) == 2
    assert InvoiceRecord.objects.filter(documents=None).count() == 0


def test_a_part_is_given_back_once_for_a_reference(office: Callable[..., Office]) -> None:
    """Several parts of one invoice are editions of its credit note, and lower what is due."""
    there = billed(office())
    part = Part(lines={2: Decimal(4)})
    assert plan_credit(there, CORK, part).totals.payable == 5
    first = credit(there, CORK, part, "complaint-1")
    assert (first.is_new, first.credit_note.payable, first.credit_note.edition) == (True, usd("5"), 1)
    assert credit(there, CORK, part, "complaint-1").is_new is False
    second = credit(there, CORK, Part(usd("1.00")), "complaint-2")
    assert (second.credit_note.payable, second.credit_note.edition) == (usd("1.00"), 2)
    assert standing_of(issued_called(CORK)).amount_due == usd("6.98")
    with pytest.raises(UnableToCredit, match=r"Only 6\.98.USD is left of invoice K-2024-000001"):
        credit(there, CORK, Part(usd("6.99")), "complaint-3")
    with pytest.raises(UnableToSayWhat):
        credit(there, CORK, Part(), "complaint-3")
    last = void(there, CORK).credit_note
    assert (last.payable, last.edition) == (usd("6.98"), 3)
    with pytest.raises(UnableToChange, match="is void"):
        credit(there, CORK, Part(usd("0.01")), "complaint-3")


def test_rebilling_replaces_an_invoice_with_what_is_agreed_now(office: Callable[..., Office]) -> None:
    """A new address and tax; the charges as they were; all three documents stay and name each other."""
    there = billed(office())
    corrected = AGREEMENTS.replace("Harbour Ltd, Cork", "Harbour Cork DAC").replace(
        'name = "Harbour"\ncreated_on', 'name = "Harbour"\ncreated_on'
    )
    apply(there, written(there, "agreements.toml", corrected))
    plan = plan_rebill(there, CORK)
    assert plan.replacement
    assert plan.replacement.bill_to.name == "Harbour Cork DAC"
    done = rebill(there, CORK)
    new = load(done.replacement.number)
    assert (done.credit_note.number, new.number, new.edition) == ("K-2024-000004", "K-2024-000005", 2)
    assert (new.bill_to.name, new.totals.payable, new.as_of) == ("Harbour Cork DAC", Decimal("12.98"), load(CORK).as_of)
    assert new.refers_to
    assert (new.refers_to.number, new.refers_to.cause) == (CORK, "rebill")
    assert {link.kind: link.other for link in links_of([CORK])[CORK]} == {
        LinkKind.VOID: "K-2024-000004", LinkKind.REBILL: "K-2024-000005",
    }  # fmt: skip
    assert (status(CORK), status(new.number)) == (Status.VOID, Status.DUE)
    again = rebill(there, CORK)
    assert (again.is_new, again.credit_note, again.replacement) == (False, done.credit_note, done.replacement)
    assert load(CORK).bill_to.name == "Harbour Ltd, Cork"


def test_a_rebilled_invoice_can_be_rebilled(office: Callable[..., Office]) -> None:
    """A chain, each voided by a credit note of its own."""
    there = billed(office())
    second = rebill(there, LAB).replacement
    third = rebill(there, second.number)
    assert (third.replacement.edition, third.credit_note.edition, third.credit_note.refers_to) == (3, 2, second.number)


def test_rebilling_can_count_what_came_since(office: Callable[..., Office]) -> None:
    """With the usage known now; without, the charges stay what they were."""
    there = billed(office())
    import_rows(there, ["late,lab,vm1,cpu,100,2024-02-20T00:00:00Z"], "late.csv")
    plain, with_late = plan_rebill(there, LAB).replacement, plan_rebill(there, LAB, as_known_now=True).replacement
    assert plain
    assert with_late
    assert (plain.totals.lines, with_late.totals.lines) == (Decimal("1.01"), Decimal("11.01"))


def test_what_was_paid_is_carried_to_the_new_invoice(office: Callable[..., Office]) -> None:
    """As far as it asks for it; the rest stays on account with the original."""
    there = billed(office())
    record_payment(there, LAB, payment("2.00"))
    new = rebill(there, LAB).replacement
    assert status(new.number) is Status.PAID
    assert standing_of(issued_called(LAB)).on_account == usd("0.74")


def test_a_refund_is_asked_for_approved_and_paid_out(office: Callable[..., Office]) -> None:
    """Approving gives back by credit note what is not on account; each step counts once."""
    there = billed(office())
    record_payment(there, CORK, payment("12.98"))
    asked = request_refund(there, CORK, usd("5.00"), "AccidentalPurchase", "R1")
    assert (asked.refund.status, asked.is_new) == (RefundStatus.PENDING, True)
    assert request_refund(there, CORK, usd("5.00"), "AccidentalPurchase", "R1").is_new is False
    with pytest.raises(AlreadyUsed):
        request_refund(there, CORK, usd("6.00"), "AccidentalPurchase", "R1")
    with pytest.raises(UnableToRefund, match="requested, not decided yet"):
        complete_refund(there, CORK, "R1", LATER, Means())
    approved = approve_refund(there, CORK, "R1")
    assert (approved.refund.status, approved.standing.on_account) == (RefundStatus.APPROVED, usd("5.00"))
    assert approve_refund(there, CORK, "R1").is_new is False
    done = complete_refund(there, CORK, "R1", LATER, Means())
    assert (done.refund.status, done.standing.on_account, done.standing.amount_due) == (
        RefundStatus.COMPLETED, usd("0"), usd("0"),
    )  # fmt: skip
    assert complete_refund(there, CORK, "R1", LATER, Means()).is_new is False
    event = done.refund.event(RefundStep.APPROVED)
    assert event
    assert issued_called(event.credit_note).payable == usd("5.00")
    assert len(list_invoices()) == 4


def test_what_is_on_account_is_refunded_without_a_credit_note(office: Callable[..., Office]) -> None:
    """It was never asked for."""
    there = billed(office())
    record_payment(there, LAB, payment("2.00"))
    request_refund(there, LAB, usd("0.74"), "Other", "R1")
    assert approve_refund(there, LAB, "R1").refund.events[-1].credit_note == ""


def test_a_refund_that_cannot_be(office: Callable[..., Office]) -> None:
    """More than was paid; one that was never asked for; one that was declined."""
    there = billed(office())
    with pytest.raises(UnableToRefund, match=r"0\.00.USD was paid for invoice K-2024-000003"):
        request_refund(there, LAB, usd("1"), "Other", "R1")
    with pytest.raises(UnableToRefund, match="There is no refund R1"):
        approve_refund(there, LAB, "R1")
    record_payment(there, LAB, payment("1.26"))
    request_refund(there, LAB, usd("1"), "Other", "R1")
    declined = close_refund(there, LAB, "R1", RefundStep.DECLINED, "used as agreed")
    assert declined.refund.status is RefundStatus.DECLINED
    with pytest.raises(UnableToRefund, match="Refund R1 is turned down"):
        approve_refund(there, LAB, "R1")


def test_the_scope_of_a_credit_note_is_that_of_its_invoice(office: Callable[..., Office]) -> None:
    """So that whoever may see the one may see the other."""
    note = void(billed(office()), CORK).credit_note
    assert note.scope == Scope(ScopeKind.BILLING_PROFILE, "cork")


def with_credit(treatment: str) -> str:
    """The small office, where the Cork office has two lots of credit."""
    lots = ", ".join(
        f'{{ id = "{key}", source = "purchased", amount = "{amount}", starts_on = 2024-02-01,'
        f' expires_on = {expires}, treatment = "{treatment}" }}'
        for key, amount, expires in (("first", "4.00", "2024-12-01"), ("second", "6.00", "2025-01-01"))
    )
    return AGREEMENTS.replace('name = "Cork office"\n', f'name = "Cork office"\ncredits = [{lots}]\n')


@pytest.mark.parametrize(("treatment", "payable"), [("discount", "0.48"), ("payment", "2.98")])
def test_lots_get_back_exactly_what_they_paid(office: Callable[..., Office], treatment: str, payable: str) -> None:
    """A part gives back money first; the rest the lots; a rebilled invoice takes from them again."""
    there = at(made(office(), agreements=with_credit(treatment)), FIRST_CLOSE)
    close(there)
    there = at(there, LATER)
    assert issued_called(CORK).payable == usd(payable)
    assert left() == {"first": 0, "second": 0}
    if treatment == "payment":
        credit(there, CORK, Part(usd("3.98")), "a")
        assert left() == {"first": 0, "second": 100}
    void(there, CORK)
    assert left() == {"first": 400, "second": 600}
    new = rebill(there, CORK).replacement
    assert new.payable == usd(payable)
    assert left() == {"first": 0, "second": 0}
    assert plan_rebill(there, new.number).replacement
    assert left() == {"first": 0, "second": 0}
    assert check_balances() == []
