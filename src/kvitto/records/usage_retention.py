"""Usage that was kept long enough: whole files, of months and buckets of which nothing is needed any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from kvitto.invoicing.canonical import from_text
from kvitto.invoicing.retention import rule_of
from kvitto.periods import midnight
from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.models import AgreementRecord, InvoiceRecord, RefusedRow, UsageFile, UsageTombstone
from kvitto.records.office import office_fact, set_office_fact
from kvitto.records.usage_files import bucket_count, holding_the_store
from kvitto.usage.store import bucket_of

_KEPT_FROM = "usage_kept_from"
_AT_ONCE = 500


def usage_kept_from() -> datetime | None:
    """The moment before which usage was deleted and is refused if it is sent again; None if none ever was."""
    day = office_fact(_KEPT_FROM)
    return midnight(date.fromisoformat(day)) if day else None


def first_day_kept(until: date) -> date:
    """The first day of usage that has to be kept, by the longest rule among all sellers that the office ever had."""
    sellers = AgreementRecord.objects.filter(kind="seller").values_list("facts", flat=True)
    rules = [rule_of(facts["party"]["address"]["country"]) for facts in sellers] or [rule_of("")]
    return date(until.year - max(rule.years for rule in rules), 1, 1)


def expired_files(until: date, without: Iterable[str] = ()) -> list[UsageFile]:
    """Files of months before that day, in buckets without a subscription on an invoice that is still kept.

    `without`: numbers of invoices to be taken as deleted.
    """
    limit = first_day_kept(until)
    old = UsageFile.objects.filter(month__lt=f"{limit:%Y-%m}").order_by("path")
    needed = _needed_parts(limit, set(without))
    return [file for file in old if file.bucket not in needed[file.month]]


def bury_usage(files: Sequence[UsageFile], until: date, at: datetime) -> int:
    """Let the files exist no longer, in one transaction, and forget refused rows of that time; how many of these."""
    limit = first_day_kept(until)
    with holding_the_store():
        paths = [file.path for file in files]
        UsageTombstone.objects.bulk_create(
            [
                UsageTombstone(
                    path=file.path, batch_id=file.batch_id, month=file.month, bucket=file.bucket, rows=file.rows,
                    digest=file.digest, deleted_at=at,
                )
                for file in files
            ],
            batch_size=_AT_ONCE,
        )  # fmt: skip
        for first in range(0, len(paths), _AT_ONCE):
            UsageFile.objects.filter(path__in=paths[first : first + _AT_ONCE]).delete()
        imported_before = datetime(limit.year, 1, 1, tzinfo=UTC)
        forgotten, _ = RefusedRow.objects.filter(usage_import__imported_at__lt=imported_before).delete()
        kept_from = usage_kept_from()
        if files and (kept_from is None or kept_from < midnight(limit)):
            set_office_fact(_KEPT_FROM, limit.isoformat())
        if files or forgotten:
            facts: dict[str, Fact] = {
                "files": len(files),
                "rows": sum(file.rows for file in files),
                "refused": forgotten,
            }
            note("usage.delete", Result.DONE, door=Door.COMMAND, facts={**facts, "before": limit.isoformat()}, at=at)
    return forgotten


def _needed_parts(limit: date, without: set[str]) -> dict[str, set[int]]:
    """By month, the buckets with a subscription on an invoice that is kept."""
    needed: dict[str, set[int]] = defaultdict(set)
    buckets = bucket_count()
    kept = InvoiceRecord.objects.filter(period_start__lt=limit).values_list("number", "facts")
    for number, facts in kept.iterator(_AT_ONCE):
        if number in without:
            continue
        invoice = from_text(facts)
        for line in invoice.lines:
            for month in {*invoice.period.months(), *line.service_period.months()}:
                needed[month].add(bucket_of(line.subscription_id, buckets))
    return needed
