"""How often a form may be sent: `ACCOUNT_RATE_LIMITS` in the settings says for each action how often, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from allauth.decorators import rate_limit
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def limited(action: str) -> Callable[[View], View]:
    """The view, which answers 429 to who comes too often."""
    decorator: Callable[[View], View] = rate_limit(action=action)
    return decorator
