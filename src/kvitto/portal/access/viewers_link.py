"""Whether an invoice's page leads to *who can see this invoice*."""

from __future__ import annotations

from django.http import HttpRequest

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.portal.frame import held_by_reader
from kvitto.portal.navigation import entry_address
from kvitto.portal.permission import person_of
from kvitto.records.scope_path import path_to


def shows_viewers(request: HttpRequest, scope: InvoiceScope) -> bool:
    """True if the reader may see who holds roles where the invoice stands."""
    path = path_to(person_of(request), scope.scope, held_by_reader(request))
    return path is not None and bool(entry_address("access", path))
