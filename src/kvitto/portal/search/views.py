"""The page of what was found, and the short list under the search box while somebody types."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from kvitto.portal.frame import held_by_reader, last_path
from kvitto.portal.permission import person_of
from kvitto.portal.search.asked import Asked
from kvitto.portal.search.groups import Reader, groups_of, invoice_called

_SHORT, _ROWS, _MOST, _PAGE = 4, 10, 200, 25


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What is open to the person under these words; the number of an invoice leads to it."""
    asked = Asked.typed(request.GET.get("q", ""))
    reader = Reader(person_of(request), held_by_reader(request), last_path(request))
    if request.headers.get("HX-Request"):
        found = groups_of(reader, asked, _SHORT) if len(asked.text) > 1 else []
        response = render(request, "portal/search/suggestions.html", {"asked": asked, "groups": found})
        patch_vary_headers(response, ("HX-Request",))
        return response
    only = request.GET.get("in", "")
    groups = groups_of(reader, asked, _MOST if only else _ROWS, only)
    exact = invoice_called(groups, asked)
    if exact and not only:
        return redirect(exact.address)
    page = Paginator(groups[0].rows, _PAGE).get_page(request.GET.get("page")) if only and groups else None
    context = {"asked": asked, "query": asked.text, "groups": groups, "only": only, "page": page, "most": _MOST}
    return render(request, "portal/search/results.html", context)
