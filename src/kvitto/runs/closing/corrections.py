"""Corrections for usage that came late, from what they are to the documents they are told on.

What a period comes to more stands on the payer's next invoice of the same kind, if this close issues it. It waits for
that invoice as long as one is to come; but if a later period of the payer gets no invoice in this close (nothing was
used, say), or none is to come (the subscription ended or moved), or it cannot stand there (another currency or kind of
tax, or a tax that must also be told in the seller's currency, at the rate of its own day), it gets an invoice of its
own. What a period comes to less is a credit note.

Each document is issued in a transaction that holds the corrected period's documents and finds them as they were when
the correction was worked out; else the next close works it out again. What a correction knew of usage stands in its
document, and counts as long as that is in force: so nothing is billed twice, and nothing is forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.corrections import BilledDocument, BilledPeriod, correction_of
from kvitto.invoicing.invoice import AsOf
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.periods import Period, midnight
from kvitto.records.corrections import PeriodKey, key_of, state_of
from kvitto.records.invoices import IssuedInvoice, load
from kvitto.records.links import credit_notes_of, void_among
from kvitto.records.usage_retention import usage_kept_from
from kvitto.runs.closing.close_portion import ClosedPortion
from kvitto.runs.closing.close_report import Blocked, LateUsage, NotDue
from kvitto.runs.closing.issue_corrections import issue_alone, issue_credit_notes
from kvitto.runs.closing.late_rating import rate_again
from kvitto.runs.closing.late_usage import LatePeriod, as_they_stand
from kvitto.runs.closing.pending_corrections import Pending, PendingCorrections
from kvitto.runs.closing.periods_to_close import Due, PeriodsToClose
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod


@dataclass(frozen=True)
class WorkedOut:
    """What late usage comes to: corrections to be issued, and the periods that are not corrected, with the reason."""

    pending: PendingCorrections
    held_back: tuple[LateUsage, ...] = ()


def work_out(office: Office, late: Sequence[LatePeriod], as_of: AsOf, second: SecondRating | None) -> WorkedOut:
    """The corrections of these periods; nothing is issued yet. `second` None leaves the reference out."""
    if not late:
        return WorkedOut(PendingCorrections())
    # Before anything is read that decides: what somebody else issues after this, `Pending.hold` finds.
    states = {key_of(one.invoice): state_of(key_of(one.invoice)) for one in late}
    late = as_they_stand(late)
    refused = _refused(late)
    wanted = [one for one in late if one.invoice.number not in refused]
    held = [LateUsage(one.invoice, one.rows, told=(refused[one.invoice.number],)) for one in late if one not in wanted]
    pending = []
    for one, rerated in rate_again(office, wanted, as_of, second):
        causes = rerated.causes if rerated else (_gone(one),)
        if rerated and not causes:
            pending.append(_pending(one, rerated.rated, states[key_of(one.invoice)]))
        else:
            held.append(LateUsage(one.invoice, one.rows, causes=causes))
    return WorkedOut(PendingCorrections(pending), tuple(held))


def give_back(office: Office, pending: PendingCorrections, as_of: AsOf, month: Period | None) -> None:
    """Issue the credit notes; `month`: only of periods whose last day lies in it."""
    for one in pending.all:
        if one.correction.to_give_back and _is_asked_for(one, month):
            issue_credit_notes(office, one, as_of)


def bill_alone(
    office: Office,
    pending: PendingCorrections,
    found: PeriodsToClose,
    closed: Iterable[ClosedPortion],
    as_of: AsOf,
) -> list[IssuedInvoice]:
    """Issue invoices for what still waits and has no next invoice to wait for, after all that is due was closed."""
    waiting = [one for one in pending.all if one.is_waiting]
    if not waiting:
        return []
    closed = list(closed)
    held = [*found.blocked, *(one for portion in closed for one in portion.blocked)]
    issued = {key_of(issuing.invoice) for portion in closed for issuing in portion.issuings}
    done = issued | {_key(one) for one in held}
    coming: dict[tuple[Scope, InvoiceKind], list[InvoiceScope]] = defaultdict(list)
    missed: dict[tuple[Scope, InvoiceKind], list[Due]] = defaultdict(list)
    for due in found.due:
        if _key(due) not in done:
            missed[due.scope.scope, due.kind].append(due)
        else:
            coming[due.scope.scope, due.kind].append(due.scope)
    to_come: list[NotDue | Blocked] = [*found.not_due, *held]
    for each in to_come:
        coming[each.scope.scope, each.kind].append(each.scope)
    alone = []
    for one in waiting:
        name = (one.key.scope, one.key.kind)
        is_coming = any(one.may_stand_on(scope) for scope in coming[name])
        is_missed = any(
            one.may_stand_on(due.scope) and due.period.start >= one.original.period.end for due in missed[name]
        )
        if is_missed or not is_coming:
            alone += issue_alone(office, one, as_of)
    return alone


def _key(one: Due | NotDue | Blocked) -> PeriodKey:
    return PeriodKey(one.scope.scope, one.period.start, one.kind)


def told_of(worked_out: WorkedOut) -> tuple[LateUsage, ...]:
    """What the report of the close says of each period."""
    return (*(_told(one) for one in worked_out.pending.all if one.late.rows or one.correction), *worked_out.held_back)


def _pending(late: LatePeriod, rated: RatedPeriod, state: frozenset[tuple[str, str, str]]) -> Pending:
    later = [one.number for one in late.corrected_by if one.is_invoice]
    billed = BilledPeriod(_document(late.invoice.number), tuple(_document(number) for number in dict.fromkeys(later)))
    correction = correction_of(rated.scope, replace(rated, lots=()).preview, billed)
    return Pending(late, rated.scope, rated, billed, correction, state)


def _document(number: str) -> BilledDocument:
    return BilledDocument(load(number), tuple(credit_notes_of(number)))


def _is_asked_for(one: Pending, month: Period | None) -> bool:
    return month is None or one.original.period.last_day in month


def _refused(late: Sequence[LatePeriod]) -> dict[str, Phrase]:
    """Why some periods are not corrected, by the numbers of their invoices."""
    kept_from = usage_kept_from()
    void = void_among(one.invoice.number for one in late)
    refused = {}
    for one in late:
        number = one.invoice.number
        if number in void:
            refused[number] = phrase(
                "Invoice {number} is void and was not replaced, so nothing is corrected. Rebill it to bill its period"
                " again.",
                number=number,
            )
        elif kept_from and midnight(one.invoice.period.start) < kept_from:
            refused[number] = phrase(
                "Usage of {period} was kept as long as the law asks and then deleted, so invoice {number} can no longer"
                " be corrected.",
                period=one.invoice.period, number=number,
            )  # fmt: skip
    return refused


def _gone(late: LatePeriod) -> Phrase:
    return phrase("What invoice {number} was made for is no longer agreed.", number=late.invoice.number)


def _told(one: Pending) -> LateUsage:
    currency, country = one.original.currency, one.original.seller.address.country

    def money(amount: Decimal) -> Money:
        return Money(amount, currency).rounded(country)

    told = []
    if one.billed_on:
        told.append(
            phrase(
                "{amount} without tax stands on invoice {number}.",
                amount=money(one.correction.charged), number=one.billed_on,
            )
        )  # fmt: skip
    elif one.is_waiting:
        told.append(phrase("{amount} without tax waits for the next invoice.", amount=money(one.correction.charged)))
    if one.credit_notes:
        told.append(
            phrase(
                "{amount} without tax was given back: {numbers}.",
                amount=money(one.given_back), numbers=one.credit_notes,
            )
        )  # fmt: skip
    if one.beyond:
        told.append(
            phrase(
                "{amount} without tax cannot be given back, because nothing is left of what was billed.",
                amount=money(one.beyond),
            )
        )
    if one.was_changed:
        told.append(phrase("Something else was done with the period's invoices meanwhile. Close again."))
    if not one.correction:
        told.append(phrase("No amount changes."))
    return LateUsage(
        one.late.invoice, one.late.rows, billed_on=one.billed_on, credit_notes=one.credit_notes, told=tuple(told)
    )
