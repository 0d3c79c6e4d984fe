"""Who signed in, and who was refused: the part of the audit trail that tells of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from kvitto.language import Phrase, phrase
from kvitto.periods import midnight
from kvitto.portal.operator.doors import for_operators, show
from kvitto.portal.typed_days import typed_day
from kvitto.records.audit import Result
from kvitto.records.models import AuditEntry, Person
from kvitto.records.people import known_people

_ROWS = 50
ACTIONS = {
    "person.sign-in": phrase("Sign in"),
    "person.sign-out": phrase("Sign out"),
    "person.second-factor": phrase("Second factor"),
    "person.single-sign-on": phrase("Single sign-on"),
    "person.password": phrase("Password set"),
    "person.forgotten-password": phrase("Password forgotten"),
    "person.recover": phrase("Let in again"),
    "person.invite": phrase("Invited"),
}
OUTCOMES = {
    Result.ALLOWED: phrase("allowed"),
    Result.REFUSED: phrase("refused"),
    Result.DONE: phrase("done"),
    Result.NOT_FOUND: phrase("not found"),
}
DOORS = {"portal": phrase("Portal"), "command": phrase("Command line"), "run": phrase("By itself")}


@dataclass(frozen=True)
class SignIn:
    """One line: when, who as far as is known, what, through which door, and how it ended."""

    at: datetime
    name: str
    email: str
    what: Phrase
    door: Phrase | str
    outcome: Phrase | str
    is_refused: bool


@for_operators
@require_safe
def sign_ins(request: HttpRequest) -> HttpResponseBase:
    """Sign-ins and what belongs to them, newest first."""
    what, outcome = request.GET.get("what", "person.sign-in"), request.GET.get("outcome", "")
    email, since = request.GET.get("email", "").strip(), typed_day(request.GET.get("since", ""))
    page = Paginator(_found(what, outcome, email, since.day), _ROWS).get_page(request.GET.get("page"))
    return show(
        request,
        "sign_ins",
        "operator_sign_ins",
        page=page,
        rows=_rows(list(page.object_list)),
        actions=list(ACTIONS.items()),
        outcomes=[(value.value, name) for value, name in OUTCOMES.items()],
        what=what,
        outcome=outcome,
        email=email,
        since=since,
    )


def _found(what: str, outcome: str, email: str, day: date | None) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.filter(action__in=[what] if what in ACTIONS else list(ACTIONS)).order_by("-number")
    if outcome in {value.value for value in OUTCOMES}:
        found = found.filter(outcome=outcome)
    if email:
        person = known_people().filter(email=email.lower()).first() if email.isprintable() else None
        if person is None:
            return AuditEntry.objects.none()
        found = found.filter(who=str(person.pk)) | found.filter(facts__contains=f'"person":"{person.pk}"')
    return found.filter(happened_at__gte=midnight(day)) if day else found


def _rows(entries: list[AuditEntry]) -> list[SignIn]:
    about = [entry.who or str(json.loads(entry.facts).get("person", "")) for entry in entries]
    people = {str(person.pk): person for person in known_people().filter(pk__in={key for key in about if key})}
    return [_row(entry, people.get(key)) for entry, key in zip(entries, about, strict=True)]


def _row(entry: AuditEntry, person: Person | None) -> SignIn:
    return SignIn(
        at=entry.happened_at,
        name=person.get_full_name() if person else "",
        email=person.email if person else "",
        what=ACTIONS[entry.action],
        door=DOORS.get(entry.door, entry.door),
        outcome=OUTCOMES[Result(entry.outcome)] if entry.outcome in OUTCOMES else entry.outcome,
        is_refused=entry.outcome == Result.REFUSED,
    )
