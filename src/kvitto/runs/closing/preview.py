"""What closing would do now, without doing it: which invoices, for how much, and what would be held back and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.language import Phrase
from kvitto.money import EXACT, Money
from kvitto.periods import Period
from kvitto.records.agreements import invoice_scopes
from kvitto.records.in_force import invoices_in_force
from kvitto.records.models import InvoiceRecord, Revision, Tombstone
from kvitto.records.usage_files import bucket_count
from kvitto.runs.closing.close_report import Blocked, unpriced_sentences
from kvitto.runs.closing.garbage import rarely_collected
from kvitto.runs.closing.periods_to_close import Due, PeriodsToClose, periods_to_close
from kvitto.runs.closing.portions import portions_of
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.closing.sort_portion import rate_portion, sort_portion
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of

Done = Callable[[int, int], None]


@dataclass(frozen=True)
class Unpriced:
    """Usage of a period that has no price yet, in sentences."""

    scope: InvoiceScope
    period: Period
    kind: InvoiceKind
    causes: tuple[Phrase, ...]


@dataclass(frozen=True)
class Preview:
    """How many invoices closing would issue now, and for how much in each currency, with tax.

    `without_invoice` counts the due periods that would get none, `blocked` are those that would be held back.
    `unpriced` is usage without a price in periods that are not due yet.
    """

    invoices: int
    amounts: tuple[Money, ...]
    without_invoice: int
    blocked: tuple[Blocked, ...]
    unpriced: tuple[Unpriced, ...]


def periods_now(office: Office) -> PeriodsToClose:
    """The periods without an invoice: those that are due now, those to come, and those that cannot be."""
    latest = Revision.objects.order_by("-number").values_list("number", "mark").first()
    number, mark = latest or (0, None)
    issued = (InvoiceRecord.objects.count(), Tombstone.objects.count())
    return _periods_at(office, number, str(mark), issued, office.now().strftime("%Y-%m-%dT%H"))


@rarely_collected()
def preview(office: Office, done: Done) -> Preview:
    """Rate everything that is due, and the open periods too, and say what closing would do. Nothing is kept.

    `done(periods, of)` is told on the way.
    """
    as_of, found = current_as_of(), periods_now(office)
    open_ones = [Due(one.scope, one.period, one.kind) for one in found.not_due]
    total, finished = len(found.due) + len(open_ones), 0
    done(0, total)
    count, without, amounts = 0, 0, dict[str, Money]()
    blocked, unpriced = list(found.blocked), list[Unpriced]()
    with SecondRating() as second:
        for portion in portions_of(found.due, bucket_count()):
            one = sort_portion(office, portion, as_of, second)
            count, without = count + len(one.ready), without + len(one.without_invoice)
            blocked += one.blocked
            _add(amounts, (Money(each.preview.totals.payable, each.preview.currency) for each in one.ready))
            finished += len(portion)
            done(finished, total)
    for portion in portions_of(open_ones, bucket_count()):
        unpriced += _without_price(office, portion)
        finished += len(portion)
        done(finished, total)
    return Preview(count, tuple(amounts[name] for name in sorted(amounts)), without, tuple(blocked), tuple(unpriced))


@lru_cache(maxsize=2)
def _periods_at(office: Office, revision: int, _mark: str, _issued: tuple[int, int], _hour: str) -> PeriodsToClose:
    """Looked up again once an agreement was recorded, an invoice issued or deleted, or an hour has gone by."""
    return periods_to_close(office, invoice_scopes(revision), invoices_in_force(), current_as_of(), None)


def _without_price(office: Office, portion: Iterable[Due]) -> list[Unpriced]:
    try:
        rated = rate_portion(office, portion, current_as_of())
    except UnableTo:
        return []  # one of them cannot be rated at all; closing tells it when it is due
    return [
        Unpriced(one.scope, one.period, one.kind, unpriced_sentences(one.unpriced)) for one in rated if one.unpriced
    ]


def _add(amounts: dict[str, Money], more: Iterable[Money]) -> None:
    for one in more:
        before = amounts.get(one.currency)
        amounts[one.currency] = Money(EXACT.add(before.amount, one.amount), one.currency) if before else one
