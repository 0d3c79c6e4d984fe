"""Offsetting overage with new prepayment: which invoices of an enrollment it may pay, how much (agreements.md §6.3).

Only what is unpaid, within one year of the end of the service (up to and including that day of the next year), of
months that are closed, never Marketplace; and the balance must cover all of it together. What the reference leaves open
is chosen: an invoice of which a part was paid or credited is not unpaid, and services that are billed separately are no
overage, because no prepayment pays for them. Prepayment pays before tax here, so the tax on what it pays is given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kvitto.agreements.credit_lots import LotSource, LotTreatment
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.settlement_lots import LotState, is_alive
from kvitto.invoicing.status import Standing
from kvitto.language import Phrase, phrase
from kvitto.money import EXACT, Money, total


class UnableToOffset(UnableTo):
    """The credit is no prepayment that may do so, does not cover everything, or there is nothing to offset."""


@dataclass(frozen=True)
class Overage:
    """An invoice of the enrollment, how it stands, and the moment from which its period is closed."""

    invoice: Invoice
    standing: Standing
    closed_at: datetime


@dataclass(frozen=True)
class Offset:
    """What prepayment pays of one invoice: amounts without tax by line, and their sum."""

    number: str
    lines: Mapping[int, Decimal]
    amount: Money


@dataclass(frozen=True)
class OffsetPlan:
    """What would be paid, and what would not, each with the reason."""

    offsets: tuple[Offset, ...]
    left_out: tuple[Phrase, ...]


def plan_offset(lot: LotState, invoices: Iterable[Overage], now: datetime) -> OffsetPlan:
    """What this prepayment pays of these invoices of its enrollment; all of it, or `UnableToOffset`."""
    _check(lot, now.date())
    offsets, left_out = [], []
    for one in invoices:
        if not one.standing.amount_due:
            continue
        if reason := _why_not(one, now):
            left_out.append(reason)
        elif found := _offset(one.invoice):
            offsets.append(found)
    wanted = total((one.amount for one in offsets), lot.left.currency)
    if not offsets:
        raise UnableToOffset(left_out[0] if left_out else phrase("No overage of {id} is unpaid.", id=lot.lot.scope.id))
    if lot.left < wanted:
        raise UnableToOffset(
            phrase(
                "{left} is left of the credit {lot}, and {wanted} is unpaid: the balance must cover all of it.",
                left=lot.left, lot=lot.lot.id, wanted=wanted,
            )
        )  # fmt: skip
    return OffsetPlan(tuple(offsets), tuple(left_out))


def _check(lot: LotState, today: date) -> None:
    if lot.lot.source is not LotSource.PREPAYMENT:
        raise UnableToOffset(phrase("The credit {lot} is no prepayment of an enrollment.", lot=lot.lot.id))
    if lot.lot.treatment is not LotTreatment.DISCOUNT:
        raise UnableToOffset(
            phrase(
                "The credit {lot} pays after tax: record what it pays of an invoice as a payment instead.",
                lot=lot.lot.id,
            )
        )
    if not is_alive(lot.lot, today):
        raise UnableToOffset(phrase("The credit {lot} cannot be used on {day}.", lot=lot.lot.id, day=today))


def _why_not(one: Overage, now: datetime) -> Phrase | None:
    number, last_day = one.invoice.number, one.invoice.period.last_day
    if one.standing.paid or one.standing.credited:
        return phrase("{number}: a part of it was paid or credited already.", number=number)
    if now.date() > _a_year_after(last_day):
        return phrase("{number}: the service ended on {day}, more than a year ago.", number=number, day=last_day)
    if now < one.closed_at:
        return phrase(
            "{number}: usage of its month is accepted until {moment}; an offset is possible after that.",
            number=number,
            moment=one.closed_at,
        )
    return None


def _offset(invoice: Invoice) -> Offset | None:
    """What no credit paid of the lines that prepayment may pay for."""
    lines = {
        line.number: EXACT.subtract(line.amount, line.credit)
        for line in invoice.lines
        if line.charge_kind.is_credit_eligible and line.amount > line.credit
    }
    amount = total((Money(open_, invoice.currency) for open_ in lines.values()), invoice.currency)
    return Offset(invoice.number, lines, amount) if lines else None


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)
