"""What a page that is not there belongs to, as far as the person may know: another of their directories."""

from __future__ import annotations

from django.http import HttpRequest

from kvitto.agreements.hierarchy import Scope
from kvitto.portal.address_parts import PLURALS
from kvitto.portal.permission import person_of
from kvitto.runs.other_directory import directory_that_opens

_KINDS = {plural: kind for kind, plural in PLURALS.items()}


def directory_to_switch_to(request: HttpRequest) -> str | None:
    """The directory from which the signed-in person would see what this address leads to; None if there is none.

    Only people with several directories cost a question.
    """
    person, found = person_of(request), request.resolver_match
    if found is None or not person.directories:
        return None
    if number := found.kwargs.get("number"):
        return directory_that_opens(person, str(number))
    kind = _KINDS.get(request.path.split("/")[1])
    if kind is None or "id" not in found.kwargs:
        return None
    return directory_that_opens(person, Scope(kind, str(found.kwargs["id"])))
