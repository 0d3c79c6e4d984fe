"""Voiding an invoice: a credit note over all that is left of it, and nothing to pay on it any more."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from kvitto.invoicing.credit_notes import full_credit_note
from kvitto.invoicing.invoice import Invoice
from kvitto.money import Money, zero
from kvitto.records.invoices import IssuedInvoice, issued_called
from kvitto.records.links import LinkKind, linked
from kvitto.runs.invoice_life.giving_back import Held, held, issue_credit_note
from kvitto.runs.office import Office


@dataclass(frozen=True)
class VoidPlan:
    """What voiding would do: the credit note without a number, and what would be on account for the payer then.

    `credit_note` is None if the invoice is void already.
    """

    invoice: Invoice
    credit_note: Invoice | None
    on_account: Money


@dataclass(frozen=True)
class Voided:
    """The credit note that made the invoice void; `is_new` is False if it was void before."""

    credit_note: IssuedInvoice
    is_new: bool


def plan_void(office: Office, number: str) -> VoidPlan:
    """What `void` would do now. Raises `NotIssued`, and `UnableToChange` for a credit note."""
    with transaction.atomic():
        one = held(office, number)
    if one.standing.is_void:
        return VoidPlan(one.invoice, None, one.standing.on_account)
    drafted = full_credit_note(one.invoice, one.credit_notes, "void", one.today)
    open_before = one.standing.amount_due - one.standing.on_account
    balance = Money(drafted.totals.payable, drafted.currency) - open_before
    return VoidPlan(one.invoice, drafted, max(balance, zero(drafted.currency)))


def void(office: Office, number: str, cause: str = "void") -> Voided:
    """Issue a credit note over all that is left of the invoice, and let it be void from now on, in one transaction.

    What lots had paid of it goes back to them; what the payer had paid of it is on account then. Of a void invoice the
    credit note it has is told. Raises `NotIssued`, `UnableToNumber`, and `UnableToChange` for a credit note.
    """
    with transaction.atomic():
        return void_held(held(office, number), cause)


def void_held(one: Held, cause: str) -> Voided:
    """The same for an invoice that the caller's transaction holds."""
    made_before = linked(one.record.number, LinkKind.VOID)
    if made_before:
        return Voided(issued_called(made_before), is_new=False)
    drafted = full_credit_note(one.invoice, one.credit_notes, cause, one.today)
    return Voided(issue_credit_note(one, drafted, LinkKind.VOID), is_new=True)
