"""Closing one portion of the periods that are due: rate, decide what gets an invoice, check by the reference, issue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import is_billed, why_no_invoice
from kvitto.invoicing.invoice import AsOf
from kvitto.records.issuing import Issuing
from kvitto.runs.closing.close_report import Blocked, WithoutInvoice
from kvitto.runs.closing.issue_portion import issue_portion
from kvitto.runs.closing.pending_corrections import PendingCorrections
from kvitto.runs.closing.periods_to_close import Due
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.closing.second_rating import causes_to_hold
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod, absence_facts, rate_periods


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
    rated, blocked = _drafted(_rated(office, portion, as_of))
    billed, without = _parted(office, rated)
    done(len(portion) - len(billed))
    causes = causes_to_hold(office, billed, as_of, second, _nobody) if second else [()] * len(billed)
    ready = [one for one, held in zip(billed, causes, strict=True) if not held]
    blocked += [
        Blocked(one.scope, one.period, held, one.kind) for one, held in zip(billed, causes, strict=True) if held
    ]
    done(len(billed) - len(ready))
    issuings = issue_portion(office, ready, (one for one, _ in without), as_of, done, corrections)
    told = (one for _, one in without if one is not None)
    return ClosedPortion(tuple(issuings), tuple(told), tuple(blocked))


def _rated(office: Office, portion: Iterable[Due], as_of: AsOf) -> list[RatedPeriod]:
    """In the order of the portion, though each kind of invoice is rated for itself."""
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


def _nobody(_count: int) -> None:
    """For callers that show no progress."""
