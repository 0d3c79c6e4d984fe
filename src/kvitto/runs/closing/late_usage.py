"""Closed periods for which usage was accepted after their invoice was issued, or after they were corrected last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.periods import Period
from kvitto.records.corrections import CorrectingDocument, correcting_documents, key_of
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import UsageFile
from kvitto.records.usage_files import files_after
from kvitto.runs.office import Office
from kvitto.usage.store import daily_sums


@dataclass(frozen=True)
class LatePeriod:
    """A closed period to be looked at again: its invoice in force, and the documents that correct it and are in force.

    `rows`: the usage rows that came too late.
    """

    invoice: IssuedInvoice
    rows: int
    corrected_by: tuple[CorrectingDocument, ...] = ()

    @property
    def usage_sequence(self) -> int:
        """The usage that its documents know."""
        known = (one.as_of.usage_sequence for one in self.corrected_by)
        return max((self.invoice.as_of.usage_sequence, *known))

    @property
    def revisions(self) -> tuple[int, ...]:
        """The revisions by which its documents were priced; that of the invoice comes first."""
        return (self.invoice.as_of.revision, *sorted({one.as_of.revision for one in self.corrected_by}))

    @property
    def was_rebilled(self) -> bool:
        """True if its invoice replaced one that had been corrected: it may bill once more what a correction billed."""
        return any(one.is_invoice and one.invoice != self.invoice.number for one in self.corrected_by)


def late_periods(
    office: Office, invoices: Iterable[IssuedInvoice], scopes: Mapping[Scope, InvoiceScope]
) -> list[LatePeriod]:
    """Of the invoices in force those to be looked at again, in their order.

    Files are opened only where a month of the period has any that are younger than what its documents know.
    """
    newest = dict(UsageFile.objects.values_list("month").annotate(newest=Max("batch_id")))
    correcting = correcting_documents()
    looked_at = [
        LatePeriod(one, 0, tuple(each for each in correcting.get(key_of(one), ()) if each.is_in_force))
        for one in invoices
        if one.as_of.usage_sequence < max((newest.get(month, 0) for month in one.period.months()), default=0)
        or (correcting and key_of(one) in correcting)
    ]
    together: dict[tuple[Period, int], list[LatePeriod]] = defaultdict(list)
    for late in looked_at:
        together[late.invoice.period, late.usage_sequence].append(late)
    rows: dict[str, int] = {}
    for (period, sequence), group in together.items():
        if any(newest.get(month, 0) > sequence for month in period.months()):
            subscriptions = {late.invoice.number: _subscriptions(late.invoice, scopes) for late in group}
            wanted = sorted({one for each in subscriptions.values() for one in each})
            counts = _late_rows(office, period, sequence, wanted)
            rows |= {number: sum(counts[one] for one in each) for number, each in subscriptions.items()}
    return [
        LatePeriod(late.invoice, rows.get(late.invoice.number, 0), late.corrected_by)
        for late in looked_at
        if rows.get(late.invoice.number) or late.was_rebilled
    ]


def as_they_stand(late: Sequence[LatePeriod]) -> list[LatePeriod]:
    """The same periods with the invoice that is in force now, and what corrects them now."""
    standing = {key_of(one): one for one in invoices_in_force({each.invoice.scope for each in late})}
    correcting = correcting_documents()
    return [
        LatePeriod(
            standing.get(key_of(one.invoice), one.invoice),
            one.rows,
            tuple(each for each in correcting.get(key_of(one.invoice), ()) if each.is_in_force),
        )
        for one in late
    ]


def _subscriptions(invoice: IssuedInvoice, scopes: Mapping[Scope, InvoiceScope]) -> tuple[str, ...]:
    scope = scopes.get(invoice.scope)
    return tuple(subscription.id for subscription in scope.subscriptions) if scope else ()


def _late_rows(office: Office, period: Period, sequence: int, subscriptions: Sequence[str]) -> Counter[str]:
    files = [office.usage_folder / path for path in files_after(sequence, period.months(), subscriptions)]
    counts: Counter[str] = Counter()
    for subscription, *_, rows in daily_sums(files, subscriptions, period):
        counts[subscription] += rows
    return counts
