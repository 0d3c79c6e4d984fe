"""Where people are signed in."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from kvitto.records.models import Person


def end_sessions(person: Person, but: str | None = None) -> int:
    """Sign the person out everywhere; how many sessions ended. A page they have open asks for a new sign-in.

    `but`: the key of a session that stays.
    """
    mine = [
        session.pk
        for session in Session.objects.exclude(pk=but).iterator()
        if str(session.get_decoded().get(SESSION_KEY, "")) == str(person.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
    UserSession.objects.filter(user=person).exclude(session_key=but).delete()
    return len(mine)


def sessions_of(person: Person) -> list[UserSession]:
    """Where the person is signed in now, newest first. Three queries, however many there are."""
    noted = list(UserSession.objects.filter(user=person).order_by("-created_at"))
    keys = [one.session_key for one in noted]
    there = Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now())
    live = {session.pk for session in there if _is_of(person, session.get_decoded())}
    if ended := [key for key in keys if key not in live]:
        UserSession.objects.filter(session_key__in=ended).delete()
    return [one for one in noted if one.session_key in live]


def _is_of(person: Person, data: dict[str, Any]) -> bool:
    """Whether the session lets this person in: one from before the password was changed does not."""
    is_theirs = str(data.get(SESSION_KEY, "")) == str(person.pk)
    return is_theirs and constant_time_compare(data.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
