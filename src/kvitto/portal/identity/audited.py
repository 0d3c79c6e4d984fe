"""What the portal notes in the audit trail of identity: sign-ins by every way, what failed, and what was changed."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.models import Person
from kvitto.records.sign_in_links import end_links

_WAYS = {
    "password": "password",
    "socialaccount": "single-sign-on",
    "invitation": "invitation",
    "recovery": "recovery",
}


def hear_of_sign_ins() -> None:
    """Connect to what Django and allauth tell of sign-ins; more than once does no harm."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="audit")
    authentication_failed.connect(_code_failed, dispatch_uid="audit")
    for signal, change in (
        (authenticator_added, "added"),
        (authenticator_removed, "removed"),
        (authenticator_reset, "reset"),
    ):
        signal.connect(_factor_heard(change), dispatch_uid="audit", weak=False)
    for signal, how in ((password_changed, "changed"), (password_set, "set"), (password_reset, "reset")):
        signal.connect(_password_heard(how), dispatch_uid="audit", weak=False)


def forgot_password(person: Person | None, address: str) -> None:
    """Somebody asked for a link to set a new password."""
    _note("person.forgotten-password", Result.DONE, person, _address_of_nobody(person, address))


def second_factor_failed(person: Person | None, kind: str) -> None:
    """A code or passkey was not accepted."""
    _note("person.second-factor", Result.REFUSED, person, {"kind": kind})


def signed_out_elsewhere(person: Person, sessions: int) -> None:
    """The person ended their other sessions."""
    _note("person.sign-out", Result.DONE, person, {"elsewhere": sessions})


def single_sign_on_refused(reason: str, address: str = "") -> None:
    """Whom the issuer vouched for is nobody here, or what it said could not be believed."""
    facts: dict[str, Fact] = {"way": "single-sign-on", "reason": reason}
    _note("person.sign-in", Result.REFUSED, None, facts | (_address_of_nobody(None, address) if address else {}))


def _signed_in(user: Any, request: HttpRequest | None = None, **_: Any) -> None:
    _note("person.sign-in", Result.ALLOWED, user, _how(request, user))
    end_links(user, settings.OFFICE.now())


def _how(request: HttpRequest | None, user: Any) -> dict[str, Fact]:
    """By which way, and with which second factor."""
    facts: dict[str, Fact] = {}
    for record in get_authentication_records(request, user) if request is not None else ():
        if record.get("passwordless"):
            facts["way"] = "passkey"
        elif record["method"] == "mfa" and not record.get("reauthenticated"):
            facts["second"] = str(record.get("type"))
        elif record["method"] in _WAYS:
            facts["way"] = _WAYS[record["method"]]
    return facts


def _signed_out(user: Any, **_: Any) -> None:
    if user is not None:
        _note("person.sign-out", Result.DONE, user, {})


def _sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Somebody known by their id; an address that nobody has, as a salted hash."""
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    person = Person.objects.filter(email=address).first()
    _note("person.sign-in", Result.REFUSED, person, {"way": "password", **_address_of_nobody(person, address)})


def _code_failed(user: Any, authenticator: Authenticator, **_: Any) -> None:
    second_factor_failed(user, str(authenticator.type))


def _factor_heard(change: str) -> Any:
    def heard(user: Any, authenticator: Authenticator, **_: Any) -> None:
        _note("person.second-factor", Result.DONE, user, {"kind": str(authenticator.type), "change": change})

    return heard


def _password_heard(how: str) -> Any:
    def heard(user: Any, **_: Any) -> None:
        _note("person.password", Result.DONE, user, {"person": str(user.pk), "how": how})

    return heard


def _address_of_nobody(person: Person | None, address: str) -> dict[str, Fact]:
    address = address.strip().lower()
    return {} if person else {"address": f"{address}@" if address and "@" not in address else address}


def _note(action: str, outcome: Result, person: Person | None, facts: dict[str, Fact]) -> None:
    who = person.pk if person else None
    note(action, outcome, who=who, door=Door.PORTAL, facts=facts, at=settings.OFFICE.now())
