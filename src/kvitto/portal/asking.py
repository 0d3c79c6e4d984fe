"""A page asks each question of the records once (`records.asked_once`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kvitto.records.asked_once import asking_once

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class AskingMiddleware:
    """For pages that are only read; what is sent asks anew each time, because it changes what the answers are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, untouched."""
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with asking_once():
            return self.get_response(request)
