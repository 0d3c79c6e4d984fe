"""Subscriptions as a list shows them: what the open period has come to, and the latest invoice or why there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kvitto.agreements.billing_periods import period_containing
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.tree import PlacedSubscription
from kvitto.invoicing.absence import Absence
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.status import Standing, Status, day_in
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.agreements import tree_around
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.payments import standings
from kvitto.runs.estimates import KnownPeriod, known_periods, own_charges_of
from kvitto.runs.listed_periods import main_kind
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, rows_of_scopes
from kvitto.runs.rate_period import current_as_of


@dataclass(frozen=True)
class SubscriptionRow:
    """One subscription. `charges` are those of its own usage in the open `period`, without tax, known at `moment`.

    `period` is None when none is open, because the subscription ended or has not begun; `charges` is also None where
    they are not to be seen. `invoice` with its `status` and `standing` is the latest one of its invoice scope;
    `absence` says why there is none so far. All are None where invoices are not to be seen.
    """

    place: PlacedSubscription
    moment: datetime
    period: Period | None = None
    charges: Money | None = None
    invoice: IssuedInvoice | None = None
    status: Status | None = None
    absence: Absence | None = None
    standing: Standing | None = None


def subscription_rows(
    office: Office,
    places: Sequence[PlacedSubscription],
    may_see_charges: Collection[Scope],
    may_see_invoices: Collection[Scope],
) -> list[SubscriptionRow]:
    """A row for each place, in their order. What is not kept is rated in one go; each row tells its moment.

    Charges are told only of subscriptions, and invoices only of invoice scopes, that may be seen.
    """
    now, as_of = office.now(), current_as_of()
    tree = tree_around({place.invoice_scope for place in places})
    scopes = {scope.scope: scope for scope in tree.invoice_scopes()}
    shown = {place.invoice_scope for place in places} & scopes.keys()
    open_periods = _open_periods(office, [scopes[scope] for scope in shown], as_of)
    invoices = _latest_invoices({scope: scopes[scope] for scope in shown & set(may_see_invoices)})
    without = [scopes[scope] for scope in shown & set(may_see_invoices) if scope not in invoices]
    absences = {
        scope: _absence(rows)
        for scope, rows in rows_of_scopes(office, without, latest=2, main_only=True, may_be_older=True).items()
    }
    charges: dict[str, Money] = {}
    for scope, one in open_periods.items():
        seen = [
            each.subscription.id for each in places if each.invoice_scope == scope and each.scope in may_see_charges
        ]
        charges |= own_charges_of(office, one, seen, as_of) if seen else {}
    known = _Known(now, open_periods, charges, invoices, absences, standings(invoices.values()))
    return [known.row(place, scopes[place.invoice_scope]) for place in places if place.invoice_scope in scopes]


def charges_to_date(office: Office, places: Sequence[PlacedSubscription]) -> dict[Scope, Money]:
    """What the own usage of each place came to in its open period, as the rows tell it; without those not known.

    For an order by amount. The caller asks the gate for the places.
    """
    as_of = current_as_of()
    tree = tree_around({place.invoice_scope for place in places})
    wanted = {place.invoice_scope for place in places}
    found: dict[Scope, Money] = {}
    for scope, one in _open_periods(
        office, [each for each in tree.invoice_scopes() if each.scope in wanted], as_of
    ).items():
        own = {place.subscription.id: place.scope for place in places if place.invoice_scope == scope}
        found |= {own[key]: amount for key, amount in own_charges_of(office, one, own, as_of).items()}
    return found


def _open_periods(office: Office, scopes: Sequence[InvoiceScope], as_of: AsOf) -> dict[Scope, KnownPeriod]:
    found: dict[Scope, KnownPeriod] = {}
    for kind in (InvoiceKind.SERVICES, InvoiceKind.SUPPORT):
        own = [scope for scope in scopes if main_kind(scope) is kind]
        open_periods = [(scope, period_containing(scope, office.today(), kind)) for scope in own]
        wanted = [(scope, period) for scope, period in open_periods if period]
        known = known_periods(office, wanted, as_of, kind, may_be_older=True)
        found |= {one.scope.scope: one for one in known}
    return found


def _latest_invoices(scopes: Mapping[Scope, InvoiceScope]) -> dict[Scope, IssuedInvoice]:
    """The latest of the main kind; not one of the account that a subscription was bought by before."""
    oldest_first = invoices_in_force(scopes)[::-1]
    return {
        invoice.scope: invoice
        for invoice in oldest_first
        if invoice.kind is main_kind(scopes[invoice.scope]) and invoice.account_id == scopes[invoice.scope].account.id
    }


def _absence(rows: Sequence[PeriodRow]) -> Absence | None:
    """The reason of the latest period that has ended, else of the open one; rows come newest first."""
    ended = [row for row in rows if not row.is_current]
    return next((row.absence for row in (*ended, *rows)), None)


@dataclass(frozen=True)
class _Known:
    """What was found for all rows together, by invoice scope."""

    moment: datetime
    open_periods: Mapping[Scope, KnownPeriod]
    charges: Mapping[str, Money]
    invoices: Mapping[Scope, IssuedInvoice]
    absences: Mapping[Scope, Absence | None]
    standings: Mapping[str, Standing]

    def row(self, place: PlacedSubscription, scope: InvoiceScope) -> SubscriptionRow:
        known, invoice = self.open_periods.get(scope.scope), self.invoices.get(scope.scope)
        today = day_in(scope.seller.time_zone, self.moment)
        return SubscriptionRow(
            place,
            known.moment if known else self.moment,
            period=known.period if known else None,
            charges=self.charges.get(place.subscription.id),
            invoice=invoice,
            status=self.standings[invoice.number].status_on(today) if invoice else None,
            absence=self.absences.get(scope.scope),
            standing=self.standings[invoice.number] if invoice else None,
        )
