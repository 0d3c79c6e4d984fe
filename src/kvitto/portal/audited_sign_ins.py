"""What the portal notes in the audit trail of sign-ins, as Django and allauth tell of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from kvitto.records.audit import Door, Result, note
from kvitto.records.models import Person


def hear_of_sign_ins() -> None:
    """Connect to what Django tells of sign-ins; more than once does no harm."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="audit")


def _signed_in(user: Any, **_: Any) -> None:
    note("person.sign-in", Result.ALLOWED, who=user.pk, door=Door.PORTAL, at=settings.OFFICE.now())


def _signed_out(user: Any, **_: Any) -> None:
    if user is not None:
        note("person.sign-out", Result.DONE, who=user.pk, door=Door.PORTAL, at=settings.OFFICE.now())


def _sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Somebody known by their id; an address that nobody has, as a salted hash."""
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    person = Person.objects.filter(email=address).first()
    facts = {} if person else {"address": f"{address}@" if address and "@" not in address else address}
    who = person.id if person else None
    note("person.sign-in", Result.REFUSED, who=who, door=Door.PORTAL, facts=facts, at=settings.OFFICE.now())
