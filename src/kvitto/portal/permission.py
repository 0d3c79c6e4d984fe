"""Who is asking, and what else on a page they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvitto.access.actions import Action
from kvitto.access.answers import NotFound, Refused
from kvitto.records import gate
from kvitto.records.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kvitto.agreements.hierarchy import InvoiceScope, Scope
    from kvitto.language import Phrase


DIRECTORY = "directory"  # in the session: the directory somebody chose to look from


def person_of(request: HttpRequest) -> Person:
    """The signed-in person. Pages that ask are behind the sign-in, so anything else is a fault."""
    if not isinstance(request.user, Person):
        message = "this page must stand behind the sign-in"
        raise TypeError(message)
    request.user.look_from(request.session.get(DIRECTORY, request.user.directory))
    return request.user


def why_not(person: Person, scope: Scope, action: Action) -> Phrase | None:
    """None if the person may do this; else the rule, the role that would help and who can give it."""
    try:
        gate.require(person, scope, action)
    except gate.Refused as refusal:
        return refusal.phrase
    return None


def why_not_in(person: Person, asked: Scope, shown: InvoiceScope, action: Action) -> Phrase | None:
    """The same about what is shown of the asked thing: of a subscription that moved, as it was invoiced before."""
    if asked == shown.scope and shown.subscription and shown.days:
        answer = gate.decision_in_history(person, asked, action)
        if not isinstance(answer, NotFound):
            return answer.phrase if isinstance(answer, Refused) else None
    return why_not(person, asked, action)


def why_no_invoice_file(person: Person, number: str) -> Phrase | None:
    """None if the person may download the invoice; else why not."""
    try:
        gate.invoice_for(person, number, Action.DOWNLOAD_INVOICE)
    except gate.Refused as refusal:
        return refusal.phrase
    return None
