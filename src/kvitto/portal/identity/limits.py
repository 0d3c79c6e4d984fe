"""How often a form may be sent: `ACCOUNT_RATE_LIMITS` in the settings says for each action how often, and by whom.

Counts stand in the database, so that they hold for all processes of the portal together; see `AttemptCount`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from allauth.decorators import rate_limit
from django.http import HttpResponseBase
from django.utils.crypto import salted_hmac

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def limited(action: str, *, opening_too: bool = False) -> Callable[[View], View]:
    """The view, which answers 429 to who sends its form too often; or opens it, where opening does something."""
    decorator: Callable[[View], View] = rate_limit(action=action, limit_get=opening_too)
    return decorator


def counted_as(key: str, prefix: str, version: int) -> str:
    """The name under which attempts are counted: whoever reads the table learns nothing of who tried."""
    return salted_hmac("kvitto.attempts", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()
