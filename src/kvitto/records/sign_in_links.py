"""Links that let somebody in once, for a few days: invitations, and the operator's help for who cannot get in.

What stands in a link is kept as its digest alone, so that nobody who reads the database can use it. A newer link for
the same person ends the older ones; so does signing in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.db import transaction

from kvitto.records.models import Person, SignInLink

LIFE = timedelta(days=7)
RECOVERY_LIFE = timedelta(hours=24)


class Purpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RECOVERY = "recovery"


def make_link(person: Person, purpose: Purpose, at: datetime, *, is_mailed: bool) -> str:
    """What stands in a new link for the person; their older ones end."""
    token = secrets.token_urlsafe(24)
    life = LIFE if purpose is Purpose.INVITATION else RECOVERY_LIFE
    with transaction.atomic():
        end_links(person, at)
        SignInLink.objects.create(
            digest=_digest(token),
            person=person,
            purpose=purpose.value,
            is_mailed=is_mailed,
            made_at=at,
            expires_at=at + life,
        )
    return _signer().sign(token)


def link_of(text: str, at: datetime) -> SignInLink | None:
    """The link that can still be used; None if it was used, is too old, or is none of ours."""
    try:
        token = _signer().unsign(text)
    except BadSignature:
        return None
    found = SignInLink.objects.select_related("person").filter(digest=_digest(token), used_at=None).first()
    return found if found and found.person.is_active and at < found.expires_at else None


def use_link(link: SignInLink, at: datetime) -> bool:
    """Use it up; False if somebody else just did."""
    return bool(SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at))


def end_links(person: Person, at: datetime) -> None:
    """No link that was made for the person can be used any longer."""
    SignInLink.objects.filter(person=person, used_at=None).update(used_at=at)


def people_invited(at: datetime) -> set[str]:
    """The random ids of those who have an invitation they can still accept."""
    rows = SignInLink.objects.filter(used_at=None, expires_at__gt=at, purpose=Purpose.INVITATION)
    return {str(key) for key in rows.values_list("person_id", flat=True)}


def _signer() -> Signer:
    return Signer(salt="kvitto.sign-in-link", sep=".")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
