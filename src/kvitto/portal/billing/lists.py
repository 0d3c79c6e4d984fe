"""The lists below a scope: billing profiles, invoice sections, customers, departments, enrollment accounts."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.portal.billing.below import listed_parts, parts_below
from kvitto.portal.navigation import ENTRIES_BY_NAME, open_entry
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.portal.search.asked import Asked

_ROWS = 25
LISTS: Mapping[str, ScopeKind] = {
    "profiles": ScopeKind.BILLING_PROFILE,
    "sections": ScopeKind.INVOICE_SECTION,
    "customers": ScopeKind.CUSTOMER,
    "departments": ScopeKind.DEPARTMENT,
    "accounts": ScopeKind.ENROLLMENT_ACCOUNT,
}
"""What each list holds."""

COUNTED: Mapping[ScopeKind, Phrase] = {
    ScopeKind.INVOICE_SECTION: phrase("Subscriptions"),
    ScopeKind.CUSTOMER: phrase("Subscriptions"),
    ScopeKind.DEPARTMENT: phrase("Accounts"),
    ScopeKind.ENROLLMENT_ACCOUNT: phrase("Subscriptions"),
}
"""What is counted of each row; profiles hold sections or customers, which have a list of their own."""


@require_safe
def part_list(request: HttpRequest, kind: ScopeKind, name: str, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """One list, by name, some rows at a time."""
    path = open_entry(person_of(request), Scope(kind, id), name)
    asked = Asked.typed(request.GET.get("q", ""))
    listed = LISTS[name]
    page = Paginator(parts_below(path.scope, listed, asked), _ROWS).get_page(request.GET.get("page"))
    parts = listed_parts(list(page.object_list))
    context = {
        "path": path,
        "here": name,
        "name": name_of(path.value),
        "kind": kind_of(path.scope.kind, path.account),
        "title": ENTRIES_BY_NAME[name].title,
        "counted": COUNTED.get(listed),
        "has_owners": listed is ScopeKind.ENROLLMENT_ACCOUNT,
        "has_departments": listed is ScopeKind.ENROLLMENT_ACCOUNT and kind is ScopeKind.BILLING_ACCOUNT,
        "has_cost_centers": listed in {ScopeKind.DEPARTMENT, ScopeKind.ENROLLMENT_ACCOUNT},
        "rows": [(part, reverse(f"{listed.value}_overview", args=[part.scope.id])) for part in parts],
        "page": page,
        "asked": asked.text,
    }
    return render(request, "portal/billing/parts.html", context)
