"""Usage that was accepted for a period after its invoice was issued."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Max

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.periods import Period
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import UsageFile
from kvitto.records.usage_files import files_after
from kvitto.runs.closing.close_report import LateUsage
from kvitto.runs.office import Office
from kvitto.usage.store import daily_sums


def late_usage(
    office: Office, invoices: Iterable[IssuedInvoice], scopes: Mapping[Scope, InvoiceScope]
) -> list[LateUsage]:
    """The invoices for whose periods usage came too late, with the rows counted; in their order.

    Files are opened only where a month of the period has any that are younger than the invoice.
    """
    invoices = list(invoices)
    newest = dict(UsageFile.objects.values_list("month").annotate(newest=Max("batch_id")))
    together: dict[tuple[Period, int], list[IssuedInvoice]] = defaultdict(list)
    for invoice in invoices:
        if any(newest.get(month, 0) > invoice.as_of.usage_sequence for month in invoice.period.months()):
            together[invoice.period, invoice.as_of.usage_sequence].append(invoice)
    rows: dict[str, int] = {}
    for (period, sequence), group in together.items():
        subscriptions = {invoice.number: _subscriptions(invoice, scopes) for invoice in group}
        counts = _late_rows(office, period, sequence, sorted({one for each in subscriptions.values() for one in each}))
        rows |= {number: sum(counts[one] for one in each) for number, each in subscriptions.items()}
    return [LateUsage(invoice, rows[invoice.number]) for invoice in invoices if rows.get(invoice.number)]


def _subscriptions(invoice: IssuedInvoice, scopes: Mapping[Scope, InvoiceScope]) -> tuple[str, ...]:
    scope = scopes.get(invoice.scope)
    return tuple(subscription.id for subscription in scope.subscriptions) if scope else ()


def _late_rows(office: Office, period: Period, sequence: int, subscriptions: Sequence[str]) -> Counter[str]:
    files = [office.usage_folder / path for path in files_after(sequence, period.months(), subscriptions)]
    counts: Counter[str] = Counter()
    for subscription, *_, rows in daily_sums(files, subscriptions, period):
        counts[subscription] += rows
    return counts
