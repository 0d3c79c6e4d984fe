"""Issued invoices with the names and the status that a list shows beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kvitto.agreements.hierarchy import Scope
from kvitto.errors import UnableTo
from kvitto.invoicing.status import Standing, Status, day_in
from kvitto.language import phrase
from kvitto.records.agreements import invoice_scope_of_subscription, invoice_scopes, subscription_called
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.records.links import Link, links_of
from kvitto.records.payments import standings


class UnableToList(UnableTo):
    """There is no such subscription."""


@dataclass(frozen=True)
class ListedInvoice:
    """An invoice or credit note, the present name of what it was made for, and how it stands.

    `status` is None if no moment was given. `links`: how it belongs together with other documents.
    """

    invoice: IssuedInvoice
    name: str
    status: Status | None
    standing: Standing
    links: tuple[Link, ...] = ()


def listed_invoices(scopes: Iterable[Scope] | None = None, now: datetime | None = None) -> list[ListedInvoice]:
    """The invoices and credit notes of these scopes, or of all, newest period first."""
    known = {scope.scope: scope for scope in invoice_scopes()}
    zones = {scope.seller.time_zone for scope in known.values()}
    zone = zones.pop() if zones else "UTC"  # an office has one seller
    invoices = list_invoices(scopes)
    standing, links = standings(invoices), links_of(invoice.number for invoice in invoices)
    return [
        ListedInvoice(
            invoice,
            known[invoice.scope].name if invoice.scope in known else invoice.scope.id,
            standing[invoice.number].status_on(day_in(zone, now)) if now else None,
            standing[invoice.number],
            links.get(invoice.number, ()),
        )
        for invoice in invoices
    ]


def scope_names() -> dict[Scope, str]:
    """The present names of everything invoices are made for."""
    return {scope.scope: scope.name for scope in invoice_scopes()}


def scopes_named(subscription: str) -> list[Scope]:
    """What the invoices of the subscription (its id, or a name of it) are made for. Raises `UnableToList`."""
    found = subscription_called(subscription)
    scope = invoice_scope_of_subscription(found.id) if found else None
    if scope is None:
        raise UnableToList(phrase("There is no subscription with the id or name {name}.", name=subscription))
    return [scope.scope]
