"""What holds invoices back: usage without a price, charges below zero, or a reference that finds another digit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice

from django.db.models import Sum

from kvitto.invoicing.checking import Difference, differences, unpriced_differ
from kvitto.invoicing.invoice import AsOf
from kvitto.language import Phrase, phrase, phrases
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Unpriced
from kvitto.records.models import UsageFile
from kvitto.records.prices import prices_as_of
from kvitto.records.usage_files import manifest
from kvitto.runs.closing.close_report import unpriced_sentences
from kvitto.runs.closing.reference_check import CheckTask, rate_again
from kvitto.runs.office import Office
from kvitto.runs.rate_period import members_of
from kvitto.runs.rated_periods import RatedPeriod

_INVOICES_PER_TASK = 20
_DIFFERENCES_NAMED = 5
_Key = tuple[str, date]  # pool and first day


def causes_to_hold(
    office: Office, rated: Sequence[RatedPeriod], as_of: AsOf, done: Callable[[int], None]
) -> list[tuple[Phrase, ...]]:
    """For each rated period, in order, the sentences that hold its invoice back; none if it may be issued.

    Every period is rated again by the reference, on rows read by another query than the engine's.
    """
    tasks = list(_tasks(office, rated, as_of))
    checked = rate_again(tasks, _rows_to_read(rated, as_of), done)
    lines: dict[_Key, list[ChargeLine]] = defaultdict(list)
    unpriced: dict[_Key, list[Unpriced]] = defaultdict(list)
    for line in checked.lines:
        lines[line.pool, line.period_start].append(line)
    for one in checked.unpriced:
        unpriced[one.pool, one.period_start].append(one)
    return [_causes(one, lines[_key(one)], unpriced[_key(one)]) for one in rated]


def _causes(rated: RatedPeriod, lines: Sequence[ChargeLine], unpriced: Sequence[Unpriced]) -> tuple[Phrase, ...]:
    causes = [*unpriced_sentences(rated.unpriced), *_difference_sentences(differences(rated.lines, lines))]
    if unpriced_differ(rated.unpriced, unpriced):
        causes.append(phrase("Engine and reference do not find the same usage without a price. Report this fault."))
    if rated.estimate.without_tax.amount < 0:
        causes.append(
            phrase(
                "The charges come to {charges}, and an invoice is never below zero. Look for usage with negative"
                " quantity.",
                charges=rated.estimate.charges,
            )
        )
    return tuple(causes)


def _difference_sentences(found: Sequence[Difference]) -> Iterator[Phrase]:
    yield from (difference.phrase for difference in found[:_DIFFERENCES_NAMED])
    more = len(found) - _DIFFERENCES_NAMED
    if more > 0:
        yield phrases("{count} more number differs.", "{count} more numbers differ.", more)


def _tasks(office: Office, rated: Sequence[RatedPeriod], as_of: AsOf) -> Iterator[CheckTask]:
    """Invoices over the same period together, some at a time, so that many small ones share their reading."""
    by_period: dict[Period, list[RatedPeriod]] = defaultdict(list)
    for one in rated:
        by_period[one.period].append(one)
    for period, together in by_period.items():
        rest = iter(together)
        while some := list(islice(rest, _INVOICES_PER_TASK)):
            yield _task(office, period, some, as_of)


def _task(office: Office, period: Period, rated: Sequence[RatedPeriod], as_of: AsOf) -> CheckTask:
    invoices = tuple(tuple(members_of(one.scope, period)) for one in rated)
    subscriptions = {member.subscription for members in invoices for member in members}
    meters = {line.meter for one in rated for line in one.lines} | {
        left.meter for one in rated for left in one.unpriced
    }
    return CheckTask(
        invoices,
        period,
        tuple(office.usage_folder / path for path in manifest(period.months(), subscriptions, as_of.usage_sequence)),
        tuple(prices_as_of(as_of.revision, meters, {one.scope.account.price_sheet for one in rated})),
    )


def _rows_to_read(rated: Sequence[RatedPeriod], as_of: AsOf) -> int:
    months = {month for one in rated for month in one.period.months()}
    files = UsageFile.objects.filter(month__in=months, batch_id__lte=as_of.usage_sequence)
    return files.aggregate(rows=Sum("rows"))["rows"] or 0


def _key(rated: RatedPeriod) -> _Key:
    return (rated.scope.scope.id, rated.period.start)
