"""A billing period that somebody asks for by its first day: of a thing, or of the part of one that they may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.parts import part_of
from kvitto.language import phrase
from kvitto.periods import Period
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.models import Person
from kvitto.runs.listed_periods import begun_periods
from kvitto.runs.office import Office


@dataclass(frozen=True)
class AskedPeriod:
    """What was asked for and the person may see, its periods that have begun, and the one of the day."""

    scope: InvoiceScope
    periods: Sequence[Period]
    period: Period


def asked_period(office: Office, person: Person, asked: Scope, day: date, action: Action) -> AskedPeriod:
    """The period of the asked thing that begins on the day. Raises `Refused`, or `NotFound` also if none begins then.

    Of a subscription that stood under several accounts, each period is that account's who is invoiced for it.
    """
    history = gate.history_of(person, asked, action)
    if history:
        held = [period for period in begun_periods(history.scope, office.today()) if history.holds(period)]
        if period := _beginning(held, day):
            return AskedPeriod(history.scope, held, period)
    scope = part_of(gate.scope_for(person, asked, action), asked)
    periods = begun_periods(scope, office.today())
    period = _beginning(periods, day)
    if period is None or (history and scope == history.scope):
        raise gate.NotFound(phrase("No billing period begins on {day}.", day=day))
    return AskedPeriod(scope, periods, period)


def _beginning(periods: Sequence[Period], day: date) -> Period | None:
    return next((period for period in periods if period.start == day), None)
