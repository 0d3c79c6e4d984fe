"""Issuing what is ready, some invoices to a transaction, each scope's periods in the order of time.

In one transaction: hold the periods to be corrected → lock the lots → draft with them → take numbers and keep the
facts → take from the lots what the invoices say. What gets no invoice uses its credit too, between the invoices before
and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.drafting import completed, draft
from kvitto.invoicing.invoice import AsOf, Invoice, OpenBalance, PreviousInvoice
from kvitto.invoicing.status import day_in
from kvitto.records.in_force import previous_invoices
from kvitto.records.invoices import Payer
from kvitto.records.issuing import Issuing, Waiting, issue_all
from kvitto.records.links import LinkKind, link
from kvitto.records.lot_states import hold_lots
from kvitto.records.open_balances import open_balances
from kvitto.records.settlement import locked_lots, take
from kvitto.runs.closing.pending_corrections import Pending, PendingCorrections
from kvitto.runs.closing.settle_alone import settle_alone
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod

TOGETHER = 500  # invoices of a transaction; an interruption loses at most the work of so many


def issue_portion(  # noqa: PLR0913, PLR0917 - what to issue, and whom to tell
    office: Office,
    ready: Iterable[RatedPeriod],
    without: Iterable[RatedPeriod],
    as_of: AsOf,
    done: Callable[[int], None],
    corrections: PendingCorrections,
) -> list[Issuing]:
    """Issue the ready ones and settle those without an invoice; `done` is told how many more were issued.

    What waits in `corrections` for one of these invoices is put on it.
    """
    issuings: list[Issuing] = []
    steps = [*((one, True) for one in ready), *((one, False) for one in without if one.lots)]
    steps.sort(key=lambda step: step[0].period.end)  # stable: else in their order
    for batch, is_issued in _batches(steps):
        if is_issued:
            issuings += _issue(office, batch, as_of, corrections)
            done(len(batch))
        else:
            for one in batch:
                settle_alone(office, one, as_of)
    return issuings


def _batches(steps: Iterable[tuple[RatedPeriod, bool]]) -> Iterator[tuple[list[RatedPeriod], bool]]:
    """Neighbours that are done alike, of one kind of invoice, and no scope twice: its next period needs this one."""
    batch: list[RatedPeriod] = []
    scopes: set[Scope] = set()
    was_issued, kind = True, InvoiceKind.SERVICES
    for one, is_issued in steps:
        is_other = is_issued is not was_issued or one.kind is not kind or one.scope.scope in scopes
        if batch and (is_other or len(batch) == TOGETHER):
            yield batch, was_issued
            batch, scopes = [], set()
        batch.append(one)
        scopes.add(one.scope.scope)
        was_issued, kind = is_issued, one.kind
    if batch:
        yield batch, was_issued


def _issue(office: Office, batch: Sequence[RatedPeriod], as_of: AsOf, corrections: PendingCorrections) -> list[Issuing]:
    now, kind = office.now(), batch[0].kind
    previous = previous_invoices({_payer(one): one.period.start for one in batch}, kind)
    with transaction.atomic():
        added = corrections.held(batch)
        hold_lots(one.scope.scope for one in batch if one.lots)
        balances = open_balances([_payer(one) for one in batch if one.scope.subscription], now, kind)
        drafted = [
            _draft(one, now, as_of, added.get(one.scope.scope, ()), previous.get(payer), balances.get(payer))
            for one in batch
            for payer in [_payer(one)]
        ]
        issuings = issue_all(
            [
                Waiting(invoice, one.scope.scope, one.scope.seller.series, one.scope.seller.number_form)
                for one, invoice in zip(batch, drafted, strict=True)
            ],
            now,
        )
        for one, invoice, issuing in zip(batch, drafted, issuings, strict=True):
            if issuing.is_new and one.lots:
                take(issuing.invoice.number, invoice, one.scope.scope, now)
            if issuing.is_new:
                _link(added.get(one.scope.scope, ()), issuing.invoice.number, now)
    return issuings


def _link(corrections: Iterable[Pending], number: str, at: datetime) -> None:
    for one in corrections:
        link(one.original.number, number, LinkKind.CORRECTION, at)
        one.billed_on = number


def _draft(  # noqa: PLR0913, PLR0917 - what an invoice is made of
    one: RatedPeriod,
    now: datetime,
    as_of: AsOf,
    corrections: Sequence[Pending],
    previous: PreviousInvoice | None,
    balance: OpenBalance | None,
) -> Invoice:
    """The invoice with the lots as they are now, held; without any, or a correction, it is what was drafted before."""
    issue_date = day_in(one.scope.seller.time_zone, now)
    if not one.lots and not corrections:
        return completed(one.preview, one.scope, issue_date, as_of, previous=previous, balance=balance)
    lots = locked_lots(one.scope.scope, one.period, one.kind) if one.lots else ()
    facts = replace(one, lots=lots).facts(issue_date, as_of, previous=previous, balance=balance)
    sections = tuple(section for each in corrections for section in each.correction.to_bill)
    return draft(replace(facts, corrections=sections))


def _payer(one: RatedPeriod) -> Payer:
    return Payer(one.scope.scope, one.scope.account.id)
