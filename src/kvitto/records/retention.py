"""What may be deleted because it was kept long enough, and deleting it so that every number stays explained.

Documents that belong together (an invoice, the credit note that voids it, what replaces or corrects it) go together,
when the last of them may. What is deleted leaves a tombstone; what it took from a credit lot becomes one adjustment of
that lot, so that its balance still is the sum of its entries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.canonical import from_text
from kvitto.invoicing.retention import RULES, RetentionRule, rule_of
from kvitto.periods import Period
from kvitto.records.audit import Door, Note, Result, note_many
from kvitto.records.guards import letting_delete
from kvitto.records.models import (
    DocumentRecord,
    InvoiceLink,
    InvoiceRecord,
    LotEntry,
    NumberSeries,
    PaymentRecord,
    RefundRecord,
    Tombstone,
)
from kvitto.records.prepared import Given, prepared

# Everything that belongs to an invoice and goes with it; a test knows if a model is missing here.
BELONGINGS = (DocumentRecord, InvoiceLink, RefundRecord, PaymentRecord, LotEntry)
_AT_ONCE = 500
_SHORTEST = min(rule.years for rule in RULES.values())


@dataclass(frozen=True)
class Expired:
    """An issued document that need not be kept any longer, and the rule that says so."""

    number: str
    rule: RetentionRule


def expired_documents(until: date) -> list[list[Expired]]:
    """Documents that may be deleted on this day, in groups that belong together; oldest numbers first."""
    old = InvoiceRecord.objects.filter(issue_date__lt=date(until.year - _SHORTEST, 1, 1))
    rows = old.values_list("number", "issue_date", "period_end", "facts")
    past: dict[str, Expired] = {}
    for number, issued, end, facts in rows.iterator(_AT_ONCE):
        rule = rule_of(from_text(facts).seller.address.country)
        if rule.deletable_from(issued, end - timedelta(days=1)) <= until:
            past[number] = Expired(number, rule)
    groups = _groups(past)
    return [[past[number] for number in sorted(group)] for group in groups if group <= past.keys()]


def bury(expired: Sequence[Expired], until: date, at: datetime) -> list[str]:
    """Delete these documents with all that belongs to them, in one transaction; paths of the files nobody names now.

    Nobody can issue meanwhile. Whatever stops it half-way leaves everything as it was, guards included.
    """
    rules = {one.number: one.rule for one in expired}
    with transaction.atomic(), letting_delete(InvoiceRecord, *BELONGINGS):
        records = list(InvoiceRecord.objects.filter(number__in=rules))
        tombstones = _tombstones(records, rules, at)
        paths = list(DocumentRecord.objects.filter(invoice__in=rules).values_list("path", flat=True))
        _fold_lot_entries(rules, until, at)
        DocumentRecord.objects.filter(invoice__in=rules).delete()
        InvoiceLink.objects.filter(Q(invoice__in=rules) | Q(other__in=rules)).delete()
        RefundRecord.objects.filter(invoice__in=rules).delete()
        _delete_payments(rules)
        InvoiceRecord.objects.filter(number__in=rules).delete()
        Tombstone.objects.bulk_create(tombstones)
        note_many(_note(tombstone) for tombstone in tombstones)
    return paths


def buried_periods(scopes: Iterable[Scope] | None = None) -> Mapping[Scope, list[Period]]:
    """The periods, of all scopes or of these few, whose invoice was deleted: they are never invoiced again."""
    found: dict[Scope, list[Period]] = defaultdict(list)
    columns = ("scope_kind", "scope_key", "period_start", "period_end")
    if scopes is None:
        rows = list(Tombstone.objects.values_list(*columns))
    else:
        rows = _buried(keys=sorted({scope.id for scope in scopes}))
    for kind, key, start, end in rows:
        found[Scope(ScopeKind(kind), key)].append(Period(start, end))
    return found


@prepared
def _buried(keys: list[Given]) -> QuerySet[Tombstone, tuple[str, str, date, date]]:
    rows = Tombstone.objects.filter(scope_key__in=keys)
    return rows.values_list("scope_kind", "scope_key", "period_start", "period_end")


def unexplained_numbers() -> dict[str, int]:
    """For each series in which it is not 0: numbers taken, less the documents and tombstones that there are."""
    series = {each.name: each.latest_number for each in NumberSeries.objects.all()}
    left = dict(series)
    for number, issued in InvoiceRecord.objects.values_list("number", "issue_date").iterator(_AT_ONCE):
        left[series_of(number, issued, series)] -= 1
    for name in Tombstone.objects.values_list("series", flat=True).iterator(_AT_ONCE):
        left[name] -= 1
    return {name: count for name, count in left.items() if count}


def series_of(number: str, issue_date: date, names: Iterable[str]) -> str:
    """Of these names of series ("K-2024", or "K" if it counts on over the years) the one of this number."""
    year = f"-{issue_date.year}"
    fitting = [name for name in names if name.removesuffix(year) in number]
    return max(fitting, key=lambda name: (len(name.removesuffix(year)), name.endswith(year)))


def _groups(past: Mapping[str, Expired]) -> Iterator[set[str]]:
    """Documents that are linked, whether directly or over others; oldest numbers first."""
    beside: dict[str, set[str]] = defaultdict(set)
    refunds = RefundRecord.objects.exclude(credit_note=None)
    for pairs in (
        InvoiceLink.objects.values_list("invoice_id", "other_id"),
        InvoiceRecord.objects.exclude(refers_to="").values_list("number", "refers_to"),
        refunds.values_list("invoice_id", "credit_note_id"),
    ):
        for one, other in pairs:
            beside[one].add(other)
            beside[other].add(one)
    gone = set(Tombstone.objects.filter(number__in=list(beside)).values_list("number", flat=True))
    seen: set[str] = set()
    for number in sorted(past):
        if number not in seen:
            group = _reached(number, beside) - gone
            seen |= group
            yield group


def _reached(number: str, beside: Mapping[str, set[str]]) -> set[str]:
    group, waiting = {number}, [number]
    while waiting:
        new = beside.get(waiting.pop(), set()) - group
        group |= new
        waiting.extend(new)
    return group


def _tombstones(records: Iterable[InvoiceRecord], rules: Mapping[str, RetentionRule], at: datetime) -> list[Tombstone]:
    names = list(NumberSeries.objects.values_list("name", flat=True))
    return [
        Tombstone(
            number=record.number,
            series=series_of(record.number, record.issue_date, names),
            facts_digest=record.facts_digest,
            document_type=record.document_type,
            kind=record.kind,
            edition=record.edition,
            scope_kind=record.scope_kind,
            scope_key=record.scope_key,
            period_start=record.period_start,
            period_end=record.period_end,
            issue_date=record.issue_date,
            deleted_at=at,
            rule=str(rules[record.number]),
        )
        for record in records
    ]


def _fold_lot_entries(numbers: Iterable[str], until: date, at: datetime) -> None:
    moved: dict[str, int] = defaultdict(int)
    entries = LotEntry.objects.filter(invoice__in=list(numbers))
    for lot, amount in entries.values_list("lot_id", "amount_minor"):
        moved[lot] += amount
    entries.delete()
    LotEntry.objects.bulk_create(
        LotEntry(lot_id=lot, kind="adjustment", amount_minor=amount, on_day=until, cause="retention", recorded_at=at)
        for lot, amount in sorted(moved.items())
        if amount
    )


def _delete_payments(numbers: Iterable[str]) -> None:
    """Those that take another one back first: a payment cannot go while something refers to it."""
    payments = PaymentRecord.objects.filter(invoice__in=list(numbers))
    reversing = PaymentRecord.objects.filter(reverses=OuterRef("pk"))
    while free := list(payments.filter(~Exists(reversing)).values_list("pk", flat=True)):
        PaymentRecord.objects.filter(pk__in=free).delete()


def _note(tombstone: Tombstone) -> Note:
    return Note(
        "invoice.delete",
        Result.DONE,
        Door.COMMAND,
        tombstone.deleted_at,
        scope=Scope(ScopeKind(tombstone.scope_kind), tombstone.scope_key),
        facts={"number": tombstone.number, "facts_digest": tombstone.facts_digest, "rule": tombstone.rule},
    )
