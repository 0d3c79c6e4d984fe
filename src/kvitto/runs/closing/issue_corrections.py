"""Issuing corrections: on an invoice of their own, and as credit notes; each in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from kvitto.invoicing.corrections import LATE_USAGE
from kvitto.invoicing.corrections_given_back import give_back_lines
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf, CreditedInvoice, DocumentType, Invoice
from kvitto.invoicing.settlement import LotState
from kvitto.invoicing.status import day_in
from kvitto.money import exact_sum
from kvitto.records import agreements
from kvitto.records.corrections import state_of
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.issuing import issue
from kvitto.records.links import LinkKind, link, locked, next_edition
from kvitto.records.settlement import locked_lots, take
from kvitto.runs.closing.pending_corrections import Pending
from kvitto.runs.invoice_life.giving_back import held, issue_credit_note
from kvitto.runs.office import Office


def issue_alone(office: Office, pending: Pending, as_of: AsOf) -> list[IssuedInvoice]:
    """Issue what is to be billed as an invoice of its own: another edition of the invoice of its period.

    None if something else was done with the period meanwhile.
    """
    now, scope = office.now(), pending.late.invoice.scope
    seller = agreements.seller() or pending.scope.seller
    with transaction.atomic():
        if not pending.hold():
            return []
        lots = locked_lots(scope) if pending.rated.lots else ()
        edition = next_edition(locked(pending.original.number), DocumentType.INVOICE)
        drafted = _drafted(pending, lots, edition, day_in(seller.time_zone, now), as_of)
        issued = issue(drafted, scope, seller.series, now, seller.number_form).invoice
        link(pending.original.number, issued.number, LinkKind.CORRECTION, now)
        if lots:
            take(issued.number, drafted, scope, now)
    pending.billed_on = issued.number
    return [issued]


def issue_credit_notes(office: Office, pending: Pending, as_of: AsOf) -> None:
    """Issue the credit notes over what is to be given back.

    They tell that the late usage is known only if nothing of it is still to be billed.
    """
    late, original = pending.late, pending.original.number
    known = AsOf(late.usage_sequence, late.revisions[-1]) if pending.correction.to_bill else as_of
    numbers = []
    with transaction.atomic():
        if not pending.hold():
            return
        one = held(office, original)
        back = give_back_lines(pending.correction.to_give_back, pending.billed, one.today)
        for note in back.credit_notes:
            number = note.refers_to.number if note.refers_to else original
            is_of_original = number == original
            kind = LinkKind.CORRECTION if is_of_original else LinkKind.CREDIT
            credited = one if is_of_original else held(office, number)
            issued = issue_credit_note(credited, replace(note, as_of=known), kind)
            if not is_of_original:
                link(original, issued.number, LinkKind.CORRECTION, one.now)
            numbers.append(issued.number)
        state = state_of(pending.key)
    pending.state, pending.credit_notes, pending.beyond = state, tuple(numbers), back.beyond
    pending.given_back = exact_sum(note.totals.without_tax for note in back.credit_notes)


def _drafted(pending: Pending, lots: tuple[LotState, ...], edition: int, today: date, as_of: AsOf) -> Invoice:
    facts = replace(pending.rated, lots=lots).facts(today, as_of)
    original = pending.original
    return draft(
        replace(
            facts,
            lines=(),
            edition=edition,
            corrections=pending.correction.to_bill,
            refers_to=CreditedInvoice(original.number, original.issue_date, LATE_USAGE),
        )
    )
