"""Issuing invoices and credit notes: number, facts and audit entry are written in one transaction, or not at all.

The series' row is locked first, so whoever issues in a series waits for whoever does; numbers have no gaps and no
doubles, whatever is interrupted or rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.numbering import NUMBER_FORM, check_issue_date, document_number, series_name
from kvitto.records.audit import Door, Note, Result, note_many
from kvitto.records.invoices import SUMMARY, IssuedInvoice, record_of, records_of, summary
from kvitto.records.models import InvoiceRecord, NumberSeries

_AT_ONCE = 200  # rows of a statement; databases limit its parameters

_KEY_COLUMNS = ("scope_kind", "scope_key", "period_start", "document_type", "kind", "edition")
_Key = tuple[str, str, date, str, str, int]  # what there is one document of, as the table's constraint has it


@dataclass(frozen=True)
class Issuing:
    """The result of issuing: the document, and whether this call made it or found it made before."""

    invoice: IssuedInvoice
    is_new: bool


@dataclass(frozen=True)
class Waiting:
    """A draft that waits for its number. `letters` name the seller's series of such documents."""

    draft: Invoice
    scope: Scope
    letters: str
    number_form: str = NUMBER_FORM

    @property
    def series(self) -> str:
        """The series it will be numbered in."""
        return series_name(self.letters, self.draft.issue_date, self.number_form)

    @property
    def key(self) -> _Key:
        """What there is one document of."""
        draft = self.draft
        return (
            self.scope.kind.value, self.scope.id, draft.period.start, draft.document_type.value, draft.kind.value,
            draft.edition,
        )  # fmt: skip


def issue(draft: Invoice, scope: Scope, letters: str, issued_at: datetime, number_form: str = NUMBER_FORM) -> Issuing:
    """Give the draft the next number of the seller's series and keep it for ever; see `issue_all`."""
    (issuing,) = issue_all([Waiting(draft, scope, letters, number_form)], issued_at)
    return issuing


def issue_all(waiting: Sequence[Waiting], issued_at: datetime) -> list[Issuing]:
    """Give each draft, in this order, the next number of its series, and keep all for ever, in one transaction.

    If there is a document of the same type, kind and edition for the scope and period already, that one is given back
    and no number is taken. Raises `UnableToNumber` if an issue date lies before the latest one in the series; then
    nothing is issued. Inside a transaction of the caller it is part of that. No two may be for the same.
    """
    with transaction.atomic():
        series = {name: _locked(one) for name, one in sorted({one.series: one for one in waiting}.items())}
        made_before = _made_before(waiting)
        records = {
            one.key: _numbered(one, series[one.series], issued_at) for one in waiting if one.key not in made_before
        }
        InvoiceRecord.objects.bulk_create(records.values(), batch_size=_AT_ONCE)
        NumberSeries.objects.bulk_update(series.values(), ["latest_number", "latest_issue_date"])
        note_many(issue_note(record) for record in records.values())
    return [
        Issuing(_told(records[one.key]), is_new=True)
        if one.key in records
        else Issuing(made_before[one.key], is_new=False)
        for one in waiting
    ]


def issue_note(record: InvoiceRecord) -> Note:
    """What the audit trail tells of an issued document."""
    return Note(
        "invoice.issue",
        Result.DONE,
        Door.RUN,
        record.issued_at,
        scope=Scope(ScopeKind(record.scope_kind), record.scope_key),
        facts={"number": record.number, "type": record.document_type, "facts_digest": record.facts_digest},
    )


def latest_issue_date(letters: str) -> date | None:
    """The latest issue date in the seller's series of all years; None before the first invoice."""
    own = Q(name=letters) | Q(name__startswith=f"{letters}-")
    numbered = NumberSeries.objects.filter(own, latest_number__gt=0)
    latest: date | None = numbered.aggregate(latest=Max("latest_issue_date"))["latest"]
    return latest


def _locked(first: Waiting) -> NumberSeries:
    """The series' row, held until the transaction ends; SQLite's immediate transaction holds the whole database."""
    issue_date = first.draft.issue_date
    NumberSeries.objects.get_or_create(
        name=first.series, defaults={"latest_number": 0, "latest_issue_date": issue_date}
    )
    series = NumberSeries.objects.select_for_update().get(name=first.series)
    series.latest_issue_date = latest_issue_date(first.letters) or series.latest_issue_date
    return series


def _numbered(one: Waiting, series: NumberSeries, issued_at: datetime) -> InvoiceRecord:
    """The record under the next number of the series, which it counts on."""
    issue_date = one.draft.issue_date
    check_issue_date(series.name, series.latest_issue_date, issue_date)
    series.latest_number += 1
    series.latest_issue_date = issue_date
    number = document_number(one.letters, issue_date, series.latest_number, one.number_form)
    return record_of(replace(one.draft, number=number), one.scope, issued_at)


def _made_before(waiting: Sequence[Waiting]) -> dict[_Key, IssuedInvoice]:
    wanted = {one.key for one in waiting}
    found = {}
    for records in records_of(one.scope for one in waiting):
        for row in records.filter(period_start__in={start for _, _, start, *_ in wanted}).values(*SUMMARY):
            key = tuple(row[name] for name in _KEY_COLUMNS)
            if key in wanted:
                found[key] = summary(row)
    return found


def _told(record: InvoiceRecord) -> IssuedInvoice:
    return summary({name: getattr(record, name) for name in SUMMARY})
