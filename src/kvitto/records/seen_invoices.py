"""Which of some issued documents a person may see: for lists and searches over everything that is theirs."""

from __future__ import annotations

from django.db.models import QuerySet

from kvitto.access.actions import Action
from kvitto.access.decision import Allowed
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.access_view import HeldOn, decide_at, invoice_spot
from kvitto.records.invoices import SUMMARY, IssuedInvoice, summary
from kvitto.records.models import InvoiceRecord, Person
from kvitto.records.scope_path import Doors, doors_of

_SPARE = 3  # so many times the rows that are wanted are read, because some may turn out to be closed


def seen_of(
    person: Person, documents: QuerySet[InvoiceRecord], most: int, held: HeldOn | None = None
) -> list[IssuedInvoice]:
    """The first of these documents that the person may see, at most so many; the same few queries for all."""
    found = [summary(row) for row in documents.values(*SUMMARY)[: most * _SPARE]]
    scopes = {one.scope for one in found} | {_account(one) for one in found}
    doors = doors_of(person, scopes, held)
    return [one for one in found if _is_seen(doors, one)][:most]


def _is_seen(doors: Doors, one: IssuedInvoice) -> bool:
    spot = invoice_spot(doors.view, one.scope, one.account_id, one.period.start, one.kind)
    return isinstance(decide_at(spot, Action.SEE_INVOICES, doors.held, doors.person), Allowed)


def _account(one: IssuedInvoice) -> Scope:
    return Scope(ScopeKind.BILLING_ACCOUNT, one.account_id)
