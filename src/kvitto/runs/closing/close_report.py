"""What `period close` tells: everything that was done, everything that was not, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.absence import Absence
from kvitto.language import Phrase, phrase, phrases
from kvitto.periods import Period
from kvitto.rating.charge import Unpriced
from kvitto.records.invoices import IssuedInvoice

_DAYS_NAMED = 7  # more are told by the first and the last


@dataclass(frozen=True)
class NotDue:
    """A period whose invoice is still to come, and the moment from which it can be made."""

    scope: InvoiceScope
    period: Period
    invoice_at: datetime
    absence: Absence
    kind: InvoiceKind = InvoiceKind.SERVICES


@dataclass(frozen=True)
class WithoutInvoice:
    """A period that gets no invoice, and why."""

    scope: InvoiceScope
    period: Period
    absence: Absence
    kind: InvoiceKind = InvoiceKind.SERVICES


@dataclass(frozen=True)
class Blocked:
    """An invoice that is held back, with a sentence for each cause."""

    scope: InvoiceScope
    period: Period
    causes: tuple[Phrase, ...]
    kind: InvoiceKind = InvoiceKind.SERVICES


@dataclass(frozen=True)
class LateUsage:
    """How many usage rows were accepted for an invoice's period after it was issued, and what became of them.

    `billed_on` is the number of the invoice that bills them, `credit_notes` those that give back because of them.
    `causes` are sentences that hold the correction back, `told` those that say what was done and what was not.
    """

    invoice: IssuedInvoice
    rows: int
    billed_on: str = ""
    credit_notes: tuple[str, ...] = ()
    causes: tuple[Phrase, ...] = ()
    told: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class CloseReport:
    """Every period that was considered is in exactly one of the first five lists.

    Of marketplace and support invoices only those periods are considered in which something of that kind is charged.
    `documents_trouble` says why a document could not be made; its invoice is issued, and closing again makes it.
    """

    issued: tuple[IssuedInvoice, ...] = ()
    issued_before: tuple[IssuedInvoice, ...] = ()
    not_due: tuple[NotDue, ...] = ()
    without_invoice: tuple[WithoutInvoice, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    late_usage: tuple[LateUsage, ...] = ()
    documents_made: int = 0
    documents_trouble: Phrase | None = None

    @property
    def is_complete(self) -> bool:
        """True if nothing that is due is held back, no correction either, and every invoice has its document."""
        is_held_back = self.blocked or any(one.causes for one in self.late_usage)
        return not is_held_back and self.documents_trouble is None


def unpriced_sentences(unpriced: Iterable[Unpriced]) -> tuple[Phrase, ...]:
    """A sentence for each subscription, meter and cause that holds an invoice back."""
    days: dict[tuple[str, str, str, str], set[date]] = defaultdict(set)
    rows: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for one in unpriced:
        key = (one.subscription, one.meter, one.cause, one.unit)
        days[key].add(one.day)
        rows[key] += one.rows
    return tuple(_unpriced_sentence(key, rows[key], sorted(days[key])) for key in sorted(days))


def _unpriced_sentence(key: tuple[str, str, str, str], rows: int, days: list[date]) -> Phrase:
    subscription, meter, cause, unit = key
    named = (
        tuple(days)
        if len(days) <= _DAYS_NAMED
        else phrase("{count} days from {first} to {last}", count=len(days), first=days[0], last=days[-1])
    )
    if cause == "unit":
        return phrases(
            "Subscription {subscription}: {count} row of meter {meter} was sent in “{unit}”, which its price does"
            " not convert: {days}. Import a price for that unit.",
            "Subscription {subscription}: {count} rows of meter {meter} were sent in “{unit}”, which their price does"
            " not convert: {days}. Import a price for that unit.",
            rows, subscription=subscription, meter=meter, unit=unit, days=named,
        )  # fmt: skip
    return phrases(
        "Subscription {subscription}: {count} row of meter {meter} has no price: {days}. Import one that is"
        " valid then.",
        "Subscription {subscription}: {count} rows of meter {meter} have no price: {days}. Import one that is"
        " valid then.",
        rows, subscription=subscription, meter=meter, days=named,
    )  # fmt: skip
