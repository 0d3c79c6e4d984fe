"""What a page that is not there belongs to, as far as the person may know: another of their directories."""

from __future__ import annotations

from django.http import HttpRequest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.portal.address_parts import PLURALS
from kvitto.portal.navigation import AREAS
from kvitto.portal.permission import person_of
from kvitto.records.held_roles import roles_of
from kvitto.runs.other_directory import directory_that_opens, other_directory

_KINDS = {**{plural: kind for kind, plural in PLURALS.items()}, "account-center": ScopeKind.SUBSCRIPTION}


def directory_to_switch_to(request: HttpRequest) -> str | None:
    """The directory from which the signed-in person would see what this address leads to; None if there is none.

    Only people with several directories cost a question.
    """
    person, found = person_of(request), request.resolver_match
    if found is None or not person.directories:
        return None
    if number := found.kwargs.get("number"):
        return directory_that_opens(person, str(number))
    kind = next((_KINDS[part] for part in request.path.split("/") if part in _KINDS), None)
    if kind and "id" in found.kwargs:
        return directory_that_opens(person, Scope(kind, str(found.kwargs["id"])))
    area = next((area for area in AREAS if area.agreement and area.address == request.path), None)
    if area is None:
        return None
    return other_directory(person, lambda looking: area.is_for(looking, roles_of(looking)))
