"""Who is asking, and what else on a page they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvitto.records import gate
from kvitto.records.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kvitto.access.actions import Action
    from kvitto.agreements.hierarchy import Scope
    from kvitto.language import Phrase


def person_of(request: HttpRequest) -> Person:
    """The signed-in person. Pages that ask are behind the sign-in, so anything else is a fault."""
    if not isinstance(request.user, Person):
        message = "this page must stand behind the sign-in"
        raise TypeError(message)
    return request.user


def why_not(person: Person, scope: Scope, action: Action) -> Phrase | None:
    """None if the person may do this; else the rule, the role that would help and who can give it."""
    try:
        gate.scope_for(person, scope, action)
    except gate.Refused as refusal:
        return refusal.phrase
    return None
