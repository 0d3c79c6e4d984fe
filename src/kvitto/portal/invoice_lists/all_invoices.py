"""`/invoices/`: every invoice and credit note that is open to the reader."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.agreements.hierarchy import AgreementType
from kvitto.language import LANGUAGES
from kvitto.portal.invoice_lists.asked import SORTS, STATUSES, asked_for, spans_of, types_of
from kvitto.portal.invoice_lists.documents import shown_documents
from kvitto.portal.permission import person_of
from kvitto.records.gate import Everything, everything_of
from kvitto.runs.invoice_pages import documents_open

_MOST_OFFERED = 100  # scopes that the form offers by name; one of more is asked for by its id


@require_safe
def all_invoices(request: HttpRequest) -> HttpResponse:
    """Page by page in the order that is asked for; filtered by what they are for, type, status, time and number."""
    everything, types, spans = everything_of(person_of(request)), types_of(None), spans_of(None)
    asked = asked_for(request.GET, types=types, spans=spans)
    days = asked.days(settings.OFFICE, AgreementType.MOSP)
    found = documents_open(settings.OFFICE, everything, asked.wanted(days), asked.page)
    context: dict[str, Any] = {
        "here": "invoices",
        "asked": asked,
        "types": types,
        "spans": spans,
        "sorts": SORTS,
        "statuses": [(value, status.said) for value, status in STATUSES.items()],
        "scopes": _offered(everything),
        "offers_scopes": True,
        "is_narrowed": bool(asked.type or asked.status or asked.number or asked.of or days),
        "chooses_all": request.GET.get("choose") == "all",
    }
    return render(request, "portal/invoice_lists/all.html", context | shown_documents(found, [*LANGUAGES.values()]))


def _offered(everything: Everything) -> list[tuple[str, str]]:
    """Id and name of what the reader sees invoices of, by name; of very many none."""
    scopes = everything.invoice_scopes()
    if len(scopes) > _MOST_OFFERED:
        return []
    named = sorted((scope.name, scope.scope.id, scope.account.name) for scope in scopes)
    names = [name for name, _, _ in named]
    return [(key, name if names.count(name) == 1 else f"{name} · {account}") for name, key, account in named]
