"""People and offices that the tests of identity share."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from kvitto.periods import midnight
from kvitto.records.models import AuditEntry, Person
from kvitto.runs.office import MailServer, Office, SignOnServer

ANNA, ERIK, NEW = "anna@nordlys.example", "erik@nordlys.example", "anna@new.example"
PASSWORD, OTHER_PASSWORD = "ten brave lanterns", "eleven quiet rivers"
CLOCK = midnight(date(2024, 3, 20))


def office_with(mail: MailServer | None = None, sign_on: SignOnServer | None = None) -> Office:
    """An office that sends mail by this server, and believes this issuer."""
    return Office(Path(), clock=CLOCK, mail=mail, sign_on=sign_on, portal_address="http://testserver")


def person(email: str = ANNA, name: str = "Anna Lindqvist", **facts: object) -> Person:
    """Somebody who can sign in."""
    return Person.objects.create_user(email, PASSWORD, name=name, **facts)


def noted(action: str) -> list[tuple[str, str, dict[str, object]]]:
    """What the trail tells of an action: who, how it ended, and the facts."""
    entries = AuditEntry.objects.filter(action=action).order_by("number")
    return [(entry.who, entry.outcome, json.loads(entry.facts)) for entry in entries]
