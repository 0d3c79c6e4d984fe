"""What is not billed yet: the open period, and ended ones whose invoice is still to come.

The estimate is that of the moment of asking: what was accepted up to now, rated by the same rules as the invoice, with
lots as they are. Tax is not in it. The reference lets an estimate be refreshed once a day; ours is never older than the
question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.money import Money, total
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope, tree_around
from kvitto.records.models import Person
from kvitto.records.people import person_called
from kvitto.runs.asked_scope import charged_scope, scope_called
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, period_rows

_UP_TO_NOW = phrase("Up to now")
_MONTH_TO_DATE = phrase("Month to date")
_WAITING = phrase("Waiting for its invoice")
_LAST_MONTH = phrase("Last month, pending")


class UnableToState(UnableTo):
    """What was asked for is not invoiced by itself, or is seen in part only."""


@dataclass(frozen=True)
class Statement:
    """Estimates without tax as known at `moment`, newest period first, with their sums in the scope's currency.

    `charges` adds up rounded lines, `credit` what monthly credits and lots would pay of them, `without_tax` what is
    left, `unrounded` the exact charges. A row without an estimate, because something is missing for it, is in no sum.
    """

    scope: InvoiceScope
    moment: datetime
    rows: tuple[PeriodRow, ...]
    charges: Money
    unrounded: Money
    credit: Money
    without_tax: Money

    def name_of(self, row: PeriodRow) -> Phrase:
        """What the row is: month to date, or the month before, as long as it has no invoice."""
        is_monthly = self.scope.agreement is not AgreementType.MOSP
        if row.is_current:
            return _MONTH_TO_DATE if is_monthly else _UP_TO_NOW
        is_latest = row.period == max((one.period for one in self.rows if not one.is_current), default=None)
        return _LAST_MONTH if is_monthly and is_latest else _WAITING


def statement(office: Office, scope: InvoiceScope, known: Iterable[PeriodRow] | None = None) -> Statement:
    """The unbilled charges of the scope; `known`: its periods, or those that are to be seen, if they are known."""
    periods = period_rows(office, scope) if known is None else known
    rows = tuple(row for row in periods if row.absence and not row.absence.is_lasting)
    estimates = [row.estimate for row in rows if row.estimate]
    currency = scope.currency
    return Statement(
        scope,
        rows[0].moment if rows else office.now(),
        rows,
        charges=total((one.charges for one in estimates), currency),
        unrounded=total((one.unrounded for one in estimates), currency),
        credit=total((one.credit for one in estimates), currency),
        without_tax=total((one.without_tax for one in estimates), currency),
    )


def statement_of(office: Office, name: str, person: str | Person | None = None) -> Statement:
    """The statement of what is called so (see `runs.asked_scope`), for someone who sees all its charges.

    `person`: who asks (or an e-mail address), None for the office. Raises `UnknownPerson`,
    `UnableToFindScope`, `UnableToState`, and `gate.NotFound` or `gate.Refused`.
    """
    asker = person_called(person) if isinstance(person, str) else person
    return statement(office, _whole(name) if asker is None else _seen(asker, name))


def _whole(name: str) -> InvoiceScope:
    scope = scope_called(name)
    found = tree_around([scope]).invoice_scope(scope)
    if found is None:
        raise _not_invoiced(name)
    return found


def _seen(person: Person, name: str) -> InvoiceScope:
    asked = _asked(person, name)
    seen = gate.scope_for(person, asked, Action.SEE_CHARGES)
    whole = own_invoice_scope(seen.scope)
    if whole is None or not gate.is_allowed(person, whole.scope, Action.SEE_CHARGES):
        raise UnableToState(
            phrase(
                "You see a part of what is invoiced together with {name}. See its daily usage for what it costs.",
                name=name,
            )
        )
    return whole


def _asked(person: Person, name: str) -> Scope:
    """What the person means; for a stranger the same words whether or not it is there."""
    found = charged_scope(person, name)
    if found is None:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=name))
    return found


def _not_invoiced(name: str) -> UnableToState:
    return UnableToState(
        phrase("{name} is not invoiced as a whole. Name one of its subscriptions or billing profiles.", name=name)
    )
