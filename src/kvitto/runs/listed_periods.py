"""Which billing periods a list shows: those that have an invoice, and what is left of the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kvitto.agreements.billing_periods import left_to_invoice, periods_of
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind, invoice_kinds
from kvitto.agreements.offers import OfferKind
from kvitto.periods import Period
from kvitto.records.in_force import invoices_in_force


def listed_periods(scope: InvoiceScope, until: date, kind: InvoiceKind, issued: Iterable[Period] = ()) -> list[Period]:
    """The periods that begin on or before the day, oldest first.

    One that was invoiced in part, before it was known how it ends, is there twice: what was `issued`, and what is left.
    """
    issued = frozenset(issued)
    return sorted({*issued, *unbilled_periods(scope, until, kind, issued)})


def begun_periods(scope: InvoiceScope, until: date) -> list[Period]:
    """The periods of services that begin on or before the day, oldest first, as `listed_periods` has them.

    Of part of a scope, its own: what was invoiced of the whole says nothing of the part.
    """
    issued = issued_periods_of(scope, InvoiceKind.SERVICES) if scope.subscription else []
    return listed_periods(scope, until, InvoiceKind.SERVICES, issued)


def unbilled_periods(scope: InvoiceScope, until: date, kind: InvoiceKind, issued: Iterable[Period]) -> list[Period]:
    """What of the periods that begin on or before the day has no invoice of this kind, oldest first."""
    issued = tuple(issued)
    found = (left_to_invoice(period, issued) for period in periods_of(scope, until, kind))
    return [left for left in found if left]


def issued_periods_of(scope: InvoiceScope, kind: InvoiceKind) -> list[Period]:
    """The periods for which an invoice of this kind stands."""
    return [one.period for one in invoices_in_force([scope.scope]) if one.kind is kind]


def main_kind(scope: InvoiceScope) -> InvoiceKind:
    """The kind of invoice that one thinks of: of a support plan its own, else that of services."""
    is_plan = scope.subscription is not None and scope.subscription.offer.kind is OfferKind.SUPPORT
    return InvoiceKind.SUPPORT if is_plan else InvoiceKind.SERVICES


def listed_kinds(scope: InvoiceScope) -> tuple[InvoiceKind, ...]:
    """The kinds of which a list shows periods, the main one first: a subscription that is no support plan has none."""
    main = main_kind(scope)
    return (main, *(kind for kind in invoice_kinds(scope) if kind is InvoiceKind.MARKETPLACE))
