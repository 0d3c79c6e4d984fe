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
from kvitto.runs.closing.reference_check import CheckTask, SecondRating
from kvitto.runs.office import Office
from kvitto.runs.own_charges import OwnCharges, may_be_charged, own_charges
from kvitto.runs.rate_period import PricesOf, cut_members
from kvitto.runs.rated_periods import RatedPeriod

Causes = tuple[Phrase, ...]

_INVOICES_PER_TASK = 250
_DIFFERENCES_NAMED = 5


def start_to_check(
    office: Office, rated: Sequence[RatedPeriod], as_of: AsOf, second: SecondRating
) -> Callable[[], list[Causes]]:
    """Begin to rate every period again by the reference, on rows read by another query than the engine's.

    Call what it gives for each period's causes, in order: the sentences that hold its invoice back, none if it may be
    issued.
    """
    doubts = start_to_doubt(office, rated, as_of, second)
    return lambda: [(*causes, *_below_zero(one)) for one, causes in zip(rated, doubts(), strict=True)]


def start_to_doubt(
    office: Office, rated: Sequence[RatedPeriod], as_of: AsOf, second: SecondRating, prices_of: PricesOf = prices_as_of
) -> Callable[[], list[Causes]]:
    """The same, whatever the charges come to. `prices_of` gave the engine its prices."""
    by_kind = []
    for kind in InvoiceKind:
        own = [index for index, one in enumerate(rated) if one.kind is kind]
        by_kind.append((own, _start(office, [rated[index] for index in own], as_of, kind, second, prices_of)))

    def causes() -> list[Causes]:
        found = {
            index: _causes(rated[index], again)
            for own, rated_again in by_kind
            for index, again in zip(own, rated_again(), strict=True)
        }
        return [found[index] for index in range(len(rated))]

    return causes


def _start(  # noqa: PLR0913, PLR0917 - what to rate, by whom
    office: Office,
    rated: Sequence[RatedPeriod],
    as_of: AsOf,
    kind: InvoiceKind,
    second: SecondRating,
    prices_of: PricesOf,
) -> Callable[[], list[OwnCharges]]:
    """Invoices of one kind, rated again; each kind has billing periods of its own."""
    asked = [(one.scope, one.period) for one in rated]
    if not may_be_charged(asked, as_of, kind):
        return lambda: own_charges((), (), asked, as_of, kind)
    checked = second.start(list(_tasks(office, rated, as_of, prices_of)), _rows_to_read(rated, as_of))

    def charges() -> list[OwnCharges]:
        found = checked()
        return own_charges(found.lines, found.unpriced, asked, as_of, kind)

    return charges


def _causes(rated: RatedPeriod, again: OwnCharges) -> Causes:
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
