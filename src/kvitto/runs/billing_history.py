"""The billing history of a subscription that is bought online: its last six billing periods, and what is unbilled.

It is the Account Administrator's alone (roles.md §2). Others are told what they may use instead. Every period has its
total charge, its invoice or why there is none, and its usage as a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kvitto.access.actions import Action
from kvitto.access.answers import Allowed
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.models import Person
from kvitto.records.people import person_called
from kvitto.runs.asked_scope import asked_scope, charged_scope, scope_called
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, period_rows

PERIODS = 6  # of each kind of invoice (invoices.md §11)
_INSTEAD = {
    Action.SEE_INVOICES: phrase("the list of invoices in the portal"),
    Action.SEE_CHARGES: phrase("daily usage in the portal"),
    Action.DOWNLOAD_USAGE: phrase("the usage files of the portal"),
}


class UnableToShowHistory(UnableTo):
    """It is the history of something that has none."""


@dataclass(frozen=True)
class BillingHistory:
    """`unbilled`: the open period, as known at `moment`; `rows`: the latest ended ones, newest first."""

    scope: InvoiceScope
    moment: datetime
    unbilled: tuple[PeriodRow, ...]
    rows: tuple[PeriodRow, ...]


@dataclass(frozen=True)
class AccountCenter:
    """A subscription that is, or was, bought online by itself. `history`: of one that moved, what of it is open."""

    scope: InvoiceScope
    history: gate.History | None

    def rows(self, office: Office) -> list[PeriodRow]:
        """Its billing periods, newest first, of each kind of invoice."""
        found = period_rows(office, self.scope)
        return [row for row in found if self.history is None or self.history.holds(row.period)]


def billing_history(office: Office, name: str, person: str | Person | None = None) -> BillingHistory:
    """The history of the subscription that is called so (see `runs.asked_scope`).

    `person`: who asks (or an e-mail address), None for the office. Raises `UnknownPerson`, `UnableToFindScope`,
    `UnableToShowHistory`, `gate.NotFound`, or `gate.Refused` with what the person may use instead.
    """
    asker = person_called(person) if isinstance(person, str) else person
    return history_of(office, asker, scope_called(name) if asker is None else _known(asker, name))


def history_of(office: Office, person: Person | None, subscription: Scope) -> BillingHistory:
    """The history of this subscription, as this person (None: the office); raises as `billing_history` does."""
    account_center = account_center_of(person, subscription)
    rows = account_center.rows(office)
    unbilled = tuple(row for row in rows if row.is_current and row.invoice is None)
    ended = [row for row in rows if row not in unbilled]
    starts = sorted({(row.kind, row.period.start) for row in ended}, key=lambda one: one[1], reverse=True)
    latest = {kind: [start for other, start in starts if other is kind][:PERIODS] for kind, _ in starts}
    shown = tuple(row for row in ended if row.period.start in latest[row.kind])
    return BillingHistory(account_center.scope, office.now(), unbilled, shown)


def account_center_of(person: Person | None, subscription: Scope) -> AccountCenter:
    """The subscription as the Account Center has it, as this person (None: the office); raises as `billing_history`."""
    found = own_invoice_scope(subscription) if subscription.kind is ScopeKind.SUBSCRIPTION else None
    if found is None or found.subscription is None:
        if person:
            gate.require(person, subscription, Action.SEE_SUBSCRIPTION)
        raise UnableToShowHistory(
            phrase(
                "{name} was never bought online by itself. See the invoices and the statement of its billing profile or"
                " enrollment.",
                name=subscription.id,
            )
        )
    return AccountCenter(found, _require(person, subscription) if person else None)


def _known(person: Person, name: str) -> Scope:
    scope = asked_scope(person, name).scope or charged_scope(person, name)
    if scope is None:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=name))
    return scope


def _require(person: Person, scope: Scope) -> gate.History | None:
    """Of a subscription that had several accounts, those whose periods the person may see; else None."""
    history = gate.history_of(person, scope, Action.USE_ACCOUNT_CENTER)
    if history is None:
        try:
            gate.require(person, scope, Action.USE_ACCOUNT_CENTER)
        except gate.Refused as refused:
            raise gate.Refused(refused.refusal, _instead(person, scope)) from refused
    return history


def _instead(person: Person, scope: Scope) -> Phrase:
    open_to = [
        said for action, said in _INSTEAD.items() if isinstance(gate.decision_on(person, scope, action), Allowed)
    ]
    if not open_to:
        return phrase("The billing history is the Account Administrator's alone.")
    return phrase(
        "The billing history is the Account Administrator's alone. You may use instead: {ways}.", ways=tuple(open_to)
    )
