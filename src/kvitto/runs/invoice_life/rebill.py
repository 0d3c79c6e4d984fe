"""Rebilling: the original becomes void, a credit note cancels it, a new invoice replaces it (invoices.md §4).

All three stay, and name each other. What was paid for the original is carried to the new invoice, as far as that asks
for it; the rest stays on account with the original.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction

from kvitto.invoicing.invoice import DocumentType, Invoice
from kvitto.invoicing.payments import MethodFamily, Payment, PaymentKind
from kvitto.money import Money
from kvitto.records.invoices import IssuedInvoice, issued_called, load
from kvitto.records.issuing import issue
from kvitto.records.links import LinkKind, link, linked, next_edition, scope_of
from kvitto.records.settlement import take
from kvitto.runs.invoice_life.corrected_draft import REBILL, corrected_draft
from kvitto.runs.invoice_life.giving_back import Held, held
from kvitto.runs.invoice_life.record_payment import add_record
from kvitto.runs.invoice_life.void import void_held
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of


@dataclass(frozen=True)
class RebillPlan:
    """What rebilling would issue, without numbers; `credit_note` is None if the invoice is void already.

    Both are None if the invoice was rebilled before.
    """

    invoice: Invoice
    credit_note: Invoice | None
    replacement: Invoice | None


@dataclass(frozen=True)
class Rebilled:
    """The credit note and the new invoice; `is_new` is False if the invoice was rebilled before."""

    credit_note: IssuedInvoice
    replacement: IssuedInvoice
    is_new: bool


def plan_rebill(office: Office, number: str, *, as_known_now: bool = False) -> RebillPlan:
    """What `rebill` would issue now; raises what that raises."""
    with transaction.atomic():
        one = held(office, number)
        if linked(number, LinkKind.REBILL):
            return RebillPlan(one.invoice, None, None)
        done = rebill(office, number, as_known_now=as_known_now)
        note = None if one.standing.is_void else replace(load(done.credit_note.number), number="")
        plan = RebillPlan(one.invoice, note, replace(load(done.replacement.number), number=""))
        transaction.set_rollback(True)  # done to see what comes of it, lots and all, and then undone
    return plan


def rebill(office: Office, number: str, *, as_known_now: bool = False) -> Rebilled:
    """Void the invoice and issue one in its place with what is agreed now, in one transaction.

    `as_known_now`: also count usage and prices that came after the original; else its charges stay what they were. A
    void invoice that was not replaced yet can be. Raises `NotIssued`, `UnableToRebill`, `UnableToNumber`, and
    `UnableToChange` for a credit note.
    """
    with transaction.atomic():
        one = held(office, number)
        made_before = linked(number, LinkKind.REBILL)
        if made_before:
            note = issued_called(linked(number, LinkKind.VOID))
            return Rebilled(note, issued_called(made_before), is_new=False)
        voided = void_held(one, REBILL)
        drafted = _drafted(office, one, as_known_now=as_known_now)
        issued = issue(drafted, scope_of(one.record), one.seller.series, one.now, one.seller.number_form).invoice
        take(issued.number, drafted, scope_of(one.record), one.now)
        link(number, issued.number, LinkKind.REBILL, one.now)
        _carry_payments(office, one, issued)
        return Rebilled(voided.credit_note, issued, is_new=True)


def _drafted(office: Office, one: Held, *, as_known_now: bool) -> Invoice:
    as_of = current_as_of() if as_known_now else one.invoice.as_of
    drafted = corrected_draft(office, one.record, one.invoice, as_of, one.today)
    return replace(drafted, edition=next_edition(one.record, DocumentType.INVOICE))


def _carry_payments(office: Office, one: Held, replacement: IssuedInvoice) -> None:
    """What came for the original and is not asked for by it any more pays for the new invoice."""
    carried = min(one.standing.paid, replacement.payable)
    if carried.amount <= 0 or carried.currency != replacement.payable.currency:
        return
    reference = f"{REBILL} {replacement.number}"
    add_record(one, _carried(PaymentKind.REFUND, one, carried, reference))
    add_record(held(office, replacement.number), _carried(PaymentKind.PAYMENT, one, carried, reference))


def _carried(kind: PaymentKind, one: Held, amount: Money, reference: str) -> Payment:
    return Payment(kind, one.today, amount, reference, MethodFamily.CREDITS, REBILL)
