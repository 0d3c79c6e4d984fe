"""Closing one portion of the periods that are due: rate, decide what gets an invoice, check by the reference, issue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kvitto.invoicing.invoice import AsOf
from kvitto.records.issuing import Issuing
from kvitto.runs.closing.close_report import Blocked, WithoutInvoice
from kvitto.runs.closing.issue_portion import issue_portion
from kvitto.runs.closing.pending_corrections import PendingCorrections
from kvitto.runs.closing.periods_to_close import Due
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.closing.sort_portion import sort_portion
from kvitto.runs.office import Office


@dataclass(frozen=True)
class ClosedPortion:
    """What became of the periods of a portion."""

    issuings: tuple[Issuing, ...]
    without_invoice: tuple[WithoutInvoice, ...]
    blocked: tuple[Blocked, ...]


def close_portion(  # noqa: PLR0913, PLR0917 - what to close, by whom, and whom to tell
    office: Office,
    portion: Sequence[Due],
    as_of: AsOf,
    second: SecondRating | None,
    done: Callable[[int], None],
    corrections: PendingCorrections,
) -> ClosedPortion:
    """Issue what may be issued of these periods; `second` None leaves the reference out, as measurements do.

    `done` is told how many more periods are finished. What waits in `corrections` goes on the invoices it waits for.
    """
    found = sort_portion(office, portion, as_of, second)
    done(len(portion) - len(found.ready))
    issuings = issue_portion(office, found.ready, found.settled_alone, as_of, done, corrections)
    return ClosedPortion(tuple(issuings), found.without_invoice, found.blocked)
