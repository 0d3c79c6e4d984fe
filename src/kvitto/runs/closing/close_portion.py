"""Closing the periods that are due, portion by portion: rate, decide what gets an invoice, check it, issue it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kvitto.invoicing.invoice import AsOf
from kvitto.records.issuing import Issuing
from kvitto.runs.closing.close_report import Blocked, WithoutInvoice
from kvitto.runs.closing.issue_portion import issue_portion
from kvitto.runs.closing.pending_corrections import PendingCorrections
from kvitto.runs.closing.periods_to_close import Due
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.closing.sort_portion import SortedPortion, start_to_sort
from kvitto.runs.office import Office


@dataclass(frozen=True)
class ClosedPortion:
    """What became of the periods of a portion."""

    issuings: tuple[Issuing, ...]
    without_invoice: tuple[WithoutInvoice, ...]
    blocked: tuple[Blocked, ...]


def close_portions(  # noqa: PLR0913, PLR0917 - what to close, by whom, and whom to tell
    office: Office,
    portions: Iterable[Sequence[Due]],
    as_of: AsOf,
    second: SecondRating | None,
    done: Callable[[int], None],
    corrections: PendingCorrections,
) -> Iterator[ClosedPortion]:
    """Issue what may be issued of each portion; `second` None leaves the reference out, as measurements do.

    While the reference works on one portion, the next one is rated and drafted; but never before an earlier period of
    the same scope was issued, because that may use credit. `done` is told how many more periods are finished. What
    waits in `corrections` goes on the invoices it waits for.
    """

    def closed(portion: Sequence[Due], sort: Callable[[], SortedPortion]) -> ClosedPortion:
        found = sort()
        done(len(portion) - len(found.ready))
        issuings = issue_portion(office, found.ready, found.settled_alone, as_of, done, corrections)
        return ClosedPortion(tuple(issuings), found.without_invoice, found.blocked)

    begun: list[tuple[Sequence[Due], Callable[[], SortedPortion]]] = []
    for portion in portions:
        if begun and (second is None or _share_a_scope(begun[0][0], portion)):
            yield closed(*begun.pop())
        begun.append((portion, start_to_sort(office, portion, as_of, second)))
        if len(begun) > 1:
            yield closed(*begun.pop(0))
    if begun:
        yield closed(*begun.pop())


def _share_a_scope(one: Sequence[Due], other: Sequence[Due]) -> bool:
    return not {due.scope.scope for due in one}.isdisjoint(due.scope.scope for due in other)
