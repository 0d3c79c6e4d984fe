"""Crediting a part of an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from kvitto.errors import UnableTo
from kvitto.invoicing.credit_notes import credit_note_over, partial_credit_note, parts_of
from kvitto.invoicing.invoice import Invoice
from kvitto.language import phrase
from kvitto.money import Money
from kvitto.records.invoices import IssuedInvoice, issued_called
from kvitto.records.links import LinkKind, given_back_as
from kvitto.runs.invoice_life.amounts import check_amount, check_reference
from kvitto.runs.invoice_life.giving_back import Held, held, issue_credit_note, refuse_void
from kvitto.runs.office import Office

CORRECTION = "correction"


class UnableToSayWhat(UnableTo):
    """It was not said what is to be given back."""


@dataclass(frozen=True)
class Part:
    """What is to be given back: an amount with tax, spread over the invoice, or amounts of its lines without tax."""

    amount: Money | None = None
    lines: Mapping[int, Decimal] | None = None


@dataclass(frozen=True)
class Credited:
    """The credit note; `is_new` is False if it was issued before under the same reference."""

    credit_note: IssuedInvoice
    is_new: bool


def plan_credit(office: Office, number: str, part: Part, cause: str = CORRECTION) -> Invoice:
    """The credit note without a number that `credit` would issue now; raises what that raises."""
    with transaction.atomic():
        one = held(office, number)
    refuse_void(one)
    return _drafted(one, part, cause)


def credit(office: Office, number: str, part: Part, reference: str, cause: str = CORRECTION) -> Credited:
    """Issue a credit note over a part of the invoice, in one transaction; once for each `reference`.

    Raises `NotIssued`, `UnableToChange` for a void invoice or a credit note, `UnableToCredit` for more than is left.
    """
    check_reference(reference)
    with transaction.atomic():
        one = held(office, number)
        made_before = given_back_as(number, reference)
        if made_before:
            return Credited(issued_called(made_before), is_new=False)
        refuse_void(one)
        drafted = _drafted(one, part, cause)
        return Credited(issue_credit_note(one, drafted, LinkKind.CREDIT, reference), is_new=True)


def _drafted(one: Held, part: Part, cause: str) -> Invoice:
    if part.amount is not None:
        check_amount(part.amount, one.record)
        return credit_note_over(one.invoice, one.credit_notes, part.amount, cause, one.today)
    if part.lines:
        for amount in part.lines.values():
            check_amount(Money(amount, one.record.currency), one.record)
        lines = parts_of(one.invoice, part.lines)
        return partial_credit_note(one.invoice, one.credit_notes, lines, cause, one.today)
    raise UnableToSayWhat(
        phrase("Say what to give back of invoice {number}: an amount, or lines of it.", number=one.record.number)
    )
