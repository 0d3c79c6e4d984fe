"""What holds invoices back: usage without a price, charges below zero, or a reference that finds another digit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.db.models import Sum

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.checking import Difference, differences, unpriced_differ
from kvitto.invoicing.invoice import AsOf
from kvitto.language import Phrase, phrase, phrases
from kvitto.periods import Period
from kvitto.records.models import UsageFile
from kvitto.records.prices import prices_as_of
from kvitto.records.usage_files import manifest
from kvitto.runs.closing.close_report import unpriced_sentences
from kvitto.runs.closing.reference_check import CheckedRating, CheckTask, SecondRating
from kvitto.runs.office import Office
from kvitto.runs.own_charges import OwnCharges, may_be_charged, own_charges
from kvitto.runs.rate_period import PricesOf, cut_members
from kvitto.runs.rated_periods import RatedPeriod

_INVOICES_PER_TASK = 250
_DIFFERENCES_NAMED = 5


def causes_to_hold(
    office: Office, rated: Sequence[RatedPeriod], as_of: AsOf, second: SecondRating, done: Callable[[int], None]
) -> list[tuple[Phrase, ...]]:
    """For each rated period, in order, the sentences that hold its invoice back; none if it may be issued.

    Every period is rated again by the reference, on rows read by another query than the engine's; `done` is told how
    many are.
    """
    found = causes_to_doubt(office, rated, as_of, second, done)
    return [(*causes, *_below_zero(one)) for one, causes in zip(rated, found, strict=True)]


def causes_to_doubt(  # noqa: PLR0913, PLR0917 - what to rate, by whom, and whom to tell
    office: Office,
    rated: Sequence[RatedPeriod],
    as_of: AsOf,
    second: SecondRating,
    done: Callable[[int], None],
    prices_of: PricesOf = prices_as_of,
) -> list[tuple[Phrase, ...]]:
    """The same, whatever the charges come to. `prices_of` gave the engine its prices."""
    causes: dict[int, tuple[Phrase, ...]] = {}
    for kind in InvoiceKind:
        own = [index for index, one in enumerate(rated) if one.kind is kind]
        some = [rated[index] for index in own]
        again = _rated_again(office, some, as_of, kind, second, _after(len(causes), done), prices_of)
        found = [_causes(rated[index], other) for index, other in zip(own, again, strict=True)]
        causes |= dict(zip(own, found, strict=True))
    return [causes[index] for index in range(len(rated))]


def _rated_again(  # noqa: PLR0913, PLR0917 - what to rate, by whom, and whom to tell
    office: Office,
    rated: Sequence[RatedPeriod],
    as_of: AsOf,
    kind: InvoiceKind,
    second: SecondRating,
    done: Callable[[int], None],
    prices_of: PricesOf,
) -> list[OwnCharges]:
    """Invoices of one kind, rated again; each kind has billing periods of its own."""
    asked = [(one.scope, one.period) for one in rated]
    checked = CheckedRating()
    if may_be_charged(asked, as_of, kind):
        checked = second.rate_again(list(_tasks(office, rated, as_of, prices_of)), _rows_to_read(rated, as_of), done)
    return own_charges(checked.lines, checked.unpriced, asked, as_of, kind)


def _after(before: int, done: Callable[[int], None]) -> Callable[[int], None]:
    return lambda count: done(before + count)


def _causes(rated: RatedPeriod, again: OwnCharges) -> tuple[Phrase, ...]:
    causes = [
        *unpriced_sentences(rated.unpriced),
        *rated.obstacles,
        *_difference_sentences(differences(rated.lines, again.lines)),
    ]
    if unpriced_differ(rated.unpriced, again.unpriced):
        causes.append(phrase("Engine and reference do not find the same usage without a price. Report this fault."))
    return tuple(causes)


def _below_zero(rated: RatedPeriod) -> Iterator[Phrase]:
    if not rated.obstacles and rated.estimate.without_tax.amount < 0:
        yield phrase(
            "The charges come to {charges}, and an invoice is never below zero. Look for usage with negative quantity.",
            charges=rated.estimate.charges,
        )


def _difference_sentences(found: Sequence[Difference]) -> Iterator[Phrase]:
    yield from (difference.phrase for difference in found[:_DIFFERENCES_NAMED])
    more = len(found) - _DIFFERENCES_NAMED
    if more > 0:
        yield phrases("{count} more number differs.", "{count} more numbers differ.", more)


def _tasks(office: Office, rated: Sequence[RatedPeriod], as_of: AsOf, prices_of: PricesOf) -> Iterator[CheckTask]:
    """Invoices over the same period together, some at a time, so that many small ones share their reading."""
    by_period: dict[Period, list[RatedPeriod]] = defaultdict(list)
    for one in rated:
        by_period[one.period].append(one)
    for period, together in by_period.items():
        rest = iter(together)
        while some := list(islice(rest, _INVOICES_PER_TASK)):
            yield _task(office, period, some, as_of, prices_of)


def _task(office: Office, period: Period, rated: Sequence[RatedPeriod], as_of: AsOf, prices_of: PricesOf) -> CheckTask:
    meters = {line.meter for one in rated for line in one.lines} | {
        left.meter for one in rated for left in one.unpriced
    }
    prices = prices_of(as_of.revision, meters, {one.scope.account.price_sheet for one in rated})
    invoices = tuple(tuple(cut_members([(one.scope, period)], prices, one.kind)) for one in rated)
    subscriptions = {member.subscription for members in invoices for member in members}
    return CheckTask(
        invoices,
        period,
        tuple(office.usage_folder / path for path in manifest(period.months(), subscriptions, as_of.usage_sequence)),
        tuple(prices),
    )


def _rows_to_read(rated: Sequence[RatedPeriod], as_of: AsOf) -> int:
    months = {month for one in rated for month in one.period.months()}
    files = UsageFile.objects.filter(month__in=months, batch_id__lte=as_of.usage_sequence)
    return files.aggregate(rows=Sum("rows"))["rows"] or 0
