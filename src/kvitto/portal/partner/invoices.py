"""The partner's invoices and credit notes, with the files beside them."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import phrase
from kvitto.portal.partner.standing import partner_of
from kvitto.portal.permission import person_of
from kvitto.portal.search.asked import Asked
from kvitto.records import gate
from kvitto.records.amounts_due import amounts_due
from kvitto.runs.invoice_life.giving_back import legal_today
from kvitto.runs.partner.invoices import Shown, documents_of, listed

_ROWS = 12
_SHOWN = (
    (Shown.ALL, phrase("All documents")),
    (Shown.ACTIVE, phrase("Active invoices")),
    (Shown.VOID, phrase("Void invoices")),
    (Shown.PAST_DUE, phrase("Past due")),
    (Shown.CREDIT_NOTES, phrase("Credit notes")),
)


@require_safe
def partner_invoices(request: HttpRequest) -> HttpResponse:
    """The list, for who may have reconciliation files; narrowed as the address says."""
    partner, person, today = partner_of(request), person_of(request), legal_today(settings.OFFICE)
    profiles = {scope.scope.id: scope for scope in partner.invoiced}
    if not profiles:
        _refuse(request)
    wanted = request.GET.get("profile", "")
    wanted = wanted if wanted in profiles else ""
    asked = Asked.typed(request.GET.get("q", ""))
    shown = next((one for one, _ in _SHOWN if one == request.GET.get("show", "")), Shown.ALL)
    currencies = sorted({scope.currency for scope in profiles.values()})
    currency = request.GET.get("currency", "")
    currency = currency if currency in currencies else ""
    scopes = [scope.scope for key, scope in profiles.items() if wanted in {"", key}]
    every = documents_of([scope.scope for scope in profiles.values()], today)
    number = asked.text.upper().replace(" ", "")
    page = Paginator(documents_of(scopes, today, shown, currency, number), _ROWS).get_page(request.GET.get("page"))
    context = {
        "here": "partner_center",
        "pages": partner.pages,
        "now_at": "partner_invoices",
        "due": amounts_due(every, today),
        "rows": listed(page.object_list, today),  # type: ignore[arg-type]
        "page": page,
        "is_empty": not every.exists(),
        "asked": asked.text,
        "profile": wanted,
        "profiles": sorted((scope.name, key) for key, scope in profiles.items()),
        "names": {key: scope.name for key, scope in profiles.items()},
        "currency": currency,
        "currencies": currencies,
        "show": shown,
        "shown": _SHOWN,
        "sees_pages": {key for key in profiles if _sees(partner.everything, key, Action.SEE_INVOICES)},
    }
    return render(request, "portal/partner/invoices.html", context | {"reader": person})


def _sees(everything: gate.Everything, profile: str, action: Action) -> bool:
    return everything.may(Scope(ScopeKind.BILLING_PROFILE, profile), action)


def _refuse(request: HttpRequest) -> None:
    """Say whom to ask to somebody with a partner's role that does not open invoices."""
    partner, person = partner_of(request), person_of(request)
    scopes = [scope.scope for scope in partner.everything.invoice_scopes(Action.SEE_SUBSCRIPTION)]
    mine = {one.profile.scope for one in partner.customers}
    for scope in (*scopes, *mine):
        gate.require(person, scope, Action.DOWNLOAD_RECONCILIATION)
    raise gate.NotFound(phrase("There is no such page."))
