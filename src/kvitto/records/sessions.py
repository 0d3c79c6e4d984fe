"""Where people are signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.userkit import user_id_to_str
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from kvitto.records.models import Person

_HALF_SIGNED_IN = "account_authentication_methods_user"  # allauth's: whose password was right


def end_sessions(person: Person, but: str | None = None) -> int:
    """Sign the person out everywhere; how many sessions ended. A page they have open asks for a new sign-in.

    Those half signed in, who still owe a second factor, begin again. `but`: the key of a session that stays.
    """
    signed_in, half = [], []
    for session in Session.objects.exclude(pk=but).iterator():
        data = session.get_decoded()
        if str(data.get(SESSION_KEY, "")) == str(person.pk):
            signed_in.append(session.pk)
        elif data.get(_HALF_SIGNED_IN) == user_id_to_str(person):
            half.append(session.pk)
    Session.objects.filter(pk__in=[*signed_in, *half]).delete()
    UserSession.objects.filter(user=person).exclude(session_key=but).delete()
    return len(signed_in)


def end_all_sessions() -> None:
    """Sign everybody out."""
    Session.objects.all().delete()
    UserSession.objects.all().delete()


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
