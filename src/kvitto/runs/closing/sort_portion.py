"""Sorting due periods before anything is issued: which get an invoice, which get none, and which are held back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import is_billed, why_no_invoice
from kvitto.invoicing.invoice import AsOf
from kvitto.runs.closing.close_report import Blocked, WithoutInvoice
from kvitto.runs.closing.periods_to_close import Due
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.closing.second_rating import start_to_check
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod, absence_facts, rate_periods


@dataclass(frozen=True)
class SortedPortion:
    """`ready` may be issued; `settled_alone` get no invoice, as far as it is told in `without_invoice`."""

    ready: tuple[RatedPeriod, ...]
    settled_alone: tuple[RatedPeriod, ...]
    without_invoice: tuple[WithoutInvoice, ...]
    blocked: tuple[Blocked, ...]


def sort_portion(office: Office, portion: Sequence[Due], as_of: AsOf, second: SecondRating | None) -> SortedPortion:
    """Rate these periods, twice unless `second` is None, and tell what may become of each. Nothing is kept."""
    return start_to_sort(office, portion, as_of, second)()


def start_to_sort(
    office: Office, portion: Sequence[Due], as_of: AsOf, second: SecondRating | None
) -> Callable[[], SortedPortion]:
    """The same, but the reference may still be at work when it returns: call what it gives for the result."""
    rated, blocked = _drafted(rate_portion(office, portion, as_of))
    billed, without = _parted(office, rated)
    causes_of = start_to_check(office, billed, as_of, second) if second else lambda: [()] * len(billed)

    def portion_sorted() -> SortedPortion:
        checked = list(zip(billed, causes_of(), strict=True))
        held = (Blocked(one.scope, one.period, causes, one.kind) for one, causes in checked if causes)
        return SortedPortion(
            tuple(one for one, causes in checked if not causes),
            tuple(one for one, _ in without),
            tuple(told for _, told in without if told is not None),
            (*blocked, *held),
        )

    return portion_sorted


def rate_portion(office: Office, portion: Iterable[Due], as_of: AsOf) -> list[RatedPeriod]:
    """The periods rated, in the order of the portion, though each kind of invoice is rated for itself."""
    portion = list(portion)
    rated: dict[int, RatedPeriod] = {}
    for kind in InvoiceKind:
        own = [index for index, one in enumerate(portion) if one.kind is kind]
        found = rate_periods(office, [(portion[index].scope, portion[index].period) for index in own], as_of, kind)
        rated |= dict(zip(own, found, strict=True))
    return [rated[index] for index in range(len(portion))]


def _drafted(rated: Iterable[RatedPeriod]) -> tuple[list[RatedPeriod], list[Blocked]]:
    """Those that can be drafted, and those that cannot, because a rate of tax or exchange is missing."""
    fine, blocked = [], []
    for one in rated:
        try:
            one.estimate  # noqa: B018 - worked out once and kept
        except UnableTo as error:
            blocked.append(Blocked(one.scope, one.period, (error.phrase,), one.kind))
        else:
            fine.append(one)
    return fine, blocked


def _parted(
    office: Office, rated: Iterable[RatedPeriod]
) -> tuple[list[RatedPeriod], list[tuple[RatedPeriod, WithoutInvoice | None]]]:
    """Those that get an invoice, and those that get none, each with what is told of it, if anything.

    Nobody waits for a marketplace invoice where nothing was bought, so that nothing is told of it.
    """
    now = office.now()
    billed: list[RatedPeriod] = []
    without: list[tuple[RatedPeriod, WithoutInvoice | None]] = []
    for one in rated:
        facts = absence_facts(one, now, office.cutoff)
        if one.kind is InvoiceKind.MARKETPLACE and not one.has_usage:
            without.append((one, None))
        elif is_billed(facts):
            billed.append(one)
        else:
            without.append((one, WithoutInvoice(one.scope, one.period, why_no_invoice(facts), one.kind)))
    return billed, without
