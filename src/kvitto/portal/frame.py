"""What stands around every page of a signed-in person: their roles, their billing scopes, where they stood last.

Read at most once for a page. The last scope is kept whenever a page of another scope was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.portal.address_parts import PLURALS
from kvitto.portal.navigation import address_of_scope
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.records.held_roles import roles_of
from kvitto.records.last_scope import remember_last_scope
from kvitto.records.models import Person
from kvitto.records.scope_path import doors_of, path_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from kvitto.language import Phrase
    from kvitto.records.access_view import HeldOn
    from kvitto.records.scope_path import ScopePath

SWITCHED = 8  # so many scopes stand in the switcher; all are on their page
_KINDS = {plural: kind for kind, plural in PLURALS.items()}
_SWITCHABLE = (
    ScopeKind.BILLING_ACCOUNT, ScopeKind.BILLING_PROFILE, ScopeKind.INVOICE_SECTION, ScopeKind.DEPARTMENT,
    ScopeKind.ENROLLMENT_ACCOUNT, ScopeKind.CUSTOMER,
)  # fmt: skip


@dataclass(frozen=True)
class ScopeLink:
    """A billing scope to switch to."""

    name: str
    kind: Phrase
    address: str
    scope: Scope


def held_by_reader(request: HttpRequest) -> HeldOn:
    """What the signed-in person holds; asked for once in a request."""
    known: HeldOn | None = getattr(request, "kvitto_held", None)
    if known is None:
        known = roles_of(person_of(request))
        request.kvitto_held = known  # type: ignore[attr-defined]
    return known


def switchable(request: HttpRequest) -> tuple[ScopeLink, ...]:
    """The first of the billing scopes on which the person holds a role, and where each begins."""
    held = held_by_reader(request)
    wanted = sorted((scope for scope in held if scope.kind in _SWITCHABLE), key=_order)[:SWITCHED]
    if not wanted:
        return ()
    doors = doors_of(person_of(request), wanted, held)
    return tuple(link for path in filter(None, map(doors.path, wanted)) if (link := _link(path)))


def last_path(request: HttpRequest) -> ScopePath | None:
    """The scope the person stood in last, if it is still there for them."""
    person = person_of(request)
    kind, _, key = person.last_scope.partition(":")
    if not key or kind not in {one.value for one in ScopeKind}:
        return None
    path = path_to(person, Scope(ScopeKind(kind), key), held_by_reader(request))
    return path if path and path.is_related else None


class LastScopeMiddleware:
    """Remembers the scope whose page was shown last; writes only when it is another one than before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, untouched."""
        response = self.get_response(request)
        scope = _scope_of(request)
        if scope and request.method == "GET" and response.status_code == HTTPStatus.OK and _is_page(response):
            person = request.user
            if isinstance(person, Person):
                remember_last_scope(person, scope)
        return response


def _scope_of(request: HttpRequest) -> Scope | None:
    match = request.resolver_match
    plural, _, rest = (match.route if match else "").partition("/")
    key = match.kwargs.get("id") if match and rest else None
    kind = _KINDS.get(match.kwargs.get("plural", plural)) if match else None
    return Scope(kind, key) if kind and isinstance(key, str) else None


def _is_page(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def _link(path: ScopePath) -> ScopeLink | None:
    address = address_of_scope(path)
    kind = kind_of(path.scope.kind, path.account)
    return ScopeLink(name_of(path.value), kind, address, path.scope) if address else None


def _order(scope: Scope) -> tuple[int, str]:
    return _SWITCHABLE.index(scope.kind), scope.id
