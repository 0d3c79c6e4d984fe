"""Turns what the rooms below raise for people into pages: nothing there, refused, or unable."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase

from kvitto.access.roles import ROLES
from kvitto.errors import UnableTo
from kvitto.portal import error_pages
from kvitto.records import gate


class RefusalsMiddleware:
    """Answers `UnableTo` with the page that says it. Faults of the program pass through to the page for faults."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response; one that only says which methods are allowed becomes a page."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return error_pages.wrong_method(request, response.headers["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """The page for what the view raised, or None if it is not for people."""
        match exception:
            case gate.NotFound():
                return error_pages.not_found(request, exception)
            case gate.Refused(refusal=refusal):
                role = ROLES[refusal.helpful_role].name if refusal.helpful_role else None
                givers: tuple[object, ...] = refusal.givers or tuple(ROLES[giver].name for giver in refusal.giver_roles)
                wanted = _asked_for(request) if role else ""
                return error_pages.refused(request, refusal.rule, role, givers, wanted)
            case UnableTo():
                return error_pages.unable(request, exception.phrase)
        return None


def _asked_for(request: HttpRequest) -> str:
    """The number or id of what was to be looked at; empty of a form, and of pages about access themselves."""
    found = request.resolver_match
    if found is None or request.method not in {"GET", "HEAD"} or found.url_name in _ABOUT_ACCESS:
        return ""
    return str(found.kwargs.get("number") or found.kwargs.get("id") or "")


_ABOUT_ACCESS = frozenset(("access_control", "add_role", "remove_role", "elevate", "policies", "share_invoices"))
