"""Letting new prepayment of an enrollment pay overage that was invoiced and not paid.

For each invoice a credit note gives the charges back, with their tax, and the prepayment is lowered by them with the
code O4, all in one transaction. Both bear the same reference, so that nothing is ever offset twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from kvitto.agreements.invoice_days import closed_at
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.overage_offset import Offset, OffsetPlan, Overage, UnableToOffset, plan_offset
from kvitto.language import phrase
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.audit import Door, Result, note
from kvitto.records.invoices import IssuedInvoice, list_invoices, load
from kvitto.records.lot_states import agreed_lots, locked_lots, lots_of
from kvitto.records.payments import standings
from kvitto.records.settlement import adjust
from kvitto.runs.invoice_life.credit import Part, credit
from kvitto.runs.office import Office

OFFSET = "offset"  # the cause on the credit notes
CODE = "O4"


@dataclass(frozen=True)
class Offsetting:
    """An invoice that was offset, by how much without tax, and its credit note."""

    offset: Offset
    credit_note: IssuedInvoice


def offset_plan(office: Office, lot_id: str) -> OffsetPlan:
    """What the prepayment of this id would pay of its enrollment's unpaid invoices. Raises `UnableToOffset`."""
    lots = agreed_lots([lot_id])
    scope = own_invoice_scope(lots[0].scope) if lots else None
    if not lots or scope is None or scope.account.enrollment is None:
        raise UnableToOffset(phrase("There is no prepayment of an enrollment with the id {lot}.", lot=lot_id))
    (state,) = (one for one in lots_of(scope.scope) if one.lot.id == lot_id)
    invoices = [one for one in list_invoices([scope.scope]) if one.document_type is DocumentType.INVOICE]
    standing = standings(invoices)
    unpaid = [one for one in invoices if standing[one.number].amount_due and not standing[one.number].is_void]
    overages = (
        Overage(load(one.number), standing[one.number], closed_at(scope, one.period, office.cutoff))
        for one in sorted(unpaid, key=lambda one: (one.period.start, one.number))
    )
    return plan_offset(state, overages, office.now())


def offset(office: Office, lot_id: str) -> list[Offsetting]:
    """Offset all of it. Raises `UnableToOffset`, also if there is nothing (more) to offset."""
    with transaction.atomic():
        for lot in agreed_lots([lot_id]):
            locked_lots(lot.scope)
        plan = offset_plan(office, lot_id)
        return [_offset(office, lot_id, one) for one in plan.offsets]


def _offset(office: Office, lot_id: str, one: Offset) -> Offsetting:
    reference = f"{OFFSET} {lot_id} {one.number}"
    issued = credit(office, one.number, Part(lines=one.lines), reference, OFFSET).credit_note
    adjusted = adjust(lot_id, -one.amount.amount, CODE, f"{OFFSET} {one.number}", office.now(), reference)
    facts = {"lot": lot_id, "invoice": one.number, "credit_note": issued.number, "amount": f"{one.amount.amount:f}"}
    scope = adjusted.state.lot.scope
    note("credit.offset", Result.DONE, door=Door.COMMAND, scope=scope, facts=facts, at=office.now())
    return Offsetting(one, issued)
