"""Where people are signed in."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from kvitto.records.models import Person


def end_sessions(person: Person) -> int:
    """Sign the person out everywhere; how many sessions ended. A page they have open asks for a new sign-in."""
    mine = [session.pk for session in Session.objects.iterator() if _person_in(session) == str(person.pk)]
    Session.objects.filter(pk__in=mine).delete()
    UserSession.objects.filter(user=person).delete()
    return len(mine)


def _person_in(session: Session) -> str:
    return str(session.get_decoded().get("_auth_user_id", ""))
