"""Why there is no invoice for a billing period of a subscription, or which one there is; also for one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind, Subscription
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import Reason
from kvitto.invoicing.status import Status
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.records.agreements import invoice_scope_of_subscription, subscription_called
from kvitto.records.gate import Action, NotFound, Refused, invoice_for, scope_for
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import Person
from kvitto.runs.named_period import named_period
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, row_of


class UnableToExplain(UnableTo):
    """There is no such subscription or person."""


@dataclass(frozen=True)
class Answer:
    """The sentences that answer, most important first.

    `invoice` with its `status` if there is one that the asker may know of; `reason` if there is none, or if it may not
    be downloaded. `changes_on` and `invoice_day` as in `invoicing.absence.Absence`. `scope` and `period` are None for
    someone who may not know them.
    """

    sentences: tuple[Phrase, ...]
    subscription: Subscription
    scope: InvoiceScope | None = None
    period: Period | None = None
    reason: Reason | None = None
    invoice: IssuedInvoice | None = None
    status: Status | None = None
    changes_on: date | None = None
    invoice_day: date | None = None


def why(office: Office, subscription: str, period: str, person: str | None = None) -> Answer:
    """The answer for the period named by its first day's month ("2024-02") or by that day itself.

    `subscription` is an id, a name by which usage calls it, or its own name; one under a Customer Agreement answers for
    its billing profile. With `person` (an e-mail address) the gate is asked first, and the answer holds what he or she
    may know. Raises `NotFound`, `UnableToExplain` or `UnableToFindPeriod`.
    """
    asker = _person(person) if person else None
    found = subscription_called(subscription)
    if found is None:
        raise _unknown(subscription, asker)
    try:
        scope = _scope(found, asker, subscription)
    except Refused as refused:
        return Answer((refused.phrase,), found, reason=_no_permission(found))
    named = named_period(scope, period, office.now())
    row = row_of(office, scope, named)
    answer = _invoiced(found, scope, row) if row.invoice else _absent(found, scope, row)
    return answer if asker is None else _as_known_to(asker, answer)


def _invoiced(subscription: Subscription, scope: InvoiceScope, row: PeriodRow) -> Answer:
    invoice = row.invoice
    assert invoice  # noqa: S101 - the caller has looked
    return Answer((_said_of(invoice, row),), subscription, scope, row.period, invoice=invoice, status=row.status)


def _said_of(invoice: IssuedInvoice, row: PeriodRow) -> Phrase:
    if row.status is Status.VOID:
        return phrase(
            "Invoice {number} for {period} was voided: nothing is to pay on it, and no other one replaced it.",
            number=invoice.number, period=invoice.period,
        )  # fmt: skip
    if row.standing and row.standing.paid and not row.amount_due:
        return phrase(
            "Invoice {number} for {period}: {total}, paid.",
            number=invoice.number, period=invoice.period, total=invoice.payable,
        )  # fmt: skip
    if row.amount_due and row.amount_due != invoice.payable:
        return phrase(
            "Invoice {number} for {period}: {total}, of which {left} is left to pay, due on {due_date}.",
            number=invoice.number, period=invoice.period, total=invoice.payable, left=row.amount_due,
            due_date=invoice.due_date,
        )  # fmt: skip
    return phrase(
        "Invoice {number} for {period}: {total}, due on {due_date}.",
        number=invoice.number, period=invoice.period, total=invoice.payable, due_date=invoice.due_date,
    )  # fmt: skip


def _absent(subscription: Subscription, scope: InvoiceScope, row: PeriodRow) -> Answer:
    absence = row.absence
    assert absence  # noqa: S101 - a row without an invoice has one
    return Answer(
        (absence.phrase, absence.advice),
        subscription,
        scope,
        row.period,
        reason=absence.code,
        changes_on=absence.changes_on,
        invoice_day=absence.invoice_day,
    )


def _as_known_to(person: Person, answer: Answer) -> Answer:
    """With the reason why this person may not download the invoice, if that is so."""
    if not answer.invoice:
        return answer
    try:
        invoice_for(person, answer.invoice.number, Action.DOWNLOAD_INVOICE)
    except Refused as refused:
        sentences = (refused.phrase, *answer.sentences)
        return Answer(
            sentences,
            answer.subscription,
            answer.scope,
            answer.period,
            reason=_no_permission(answer.subscription),
            invoice=answer.invoice,
            status=answer.status,
        )
    return answer


def _scope(subscription: Subscription, asker: Person | None, typed: str) -> InvoiceScope:
    if asker is None:
        scope = invoice_scope_of_subscription(subscription.id)
        if scope is None:
            raise _unknown(typed, asker)
        return scope
    try:
        return scope_for(asker, Scope(ScopeKind.SUBSCRIPTION, subscription.id), Action.SEE_INVOICES)
    except NotFound:
        raise _unknown(typed, asker) from None  # with the name that was typed: the id would tell that it exists


def _unknown(typed: str, asker: Person | None) -> UnableTo:
    if asker:
        return NotFound(phrase("There is no {id} here that you could see.", id=typed))
    return UnableToExplain(phrase("There is no subscription with the id or name {name}.", name=typed))


def _person(email: str) -> Person:
    found = Person.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise UnableToExplain(phrase("Nobody with the address {email} can sign in here.", email=email))
    return found


def _no_permission(subscription: Subscription) -> Reason:
    return Reason.NO_PERMISSION_ON_PROFILE if subscription.section_id else Reason.NO_PERMISSION_ON_SUBSCRIPTION
