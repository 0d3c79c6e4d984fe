"""Takes out of a request the one character that no database keeps: NUL, which nobody can type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

_NUL, _INSTEAD = "\0", "\N{REPLACEMENT CHARACTER}"


class ReadableMiddleware:
    """Lets pages see a replacement character in its place, so that it names nothing and is answered like a mistyping.

    In addresses, forms and cookies; PostgreSQL refuses the whole question otherwise.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, untouched."""
        request.COOKIES = {name: _readable(value) for name, value in request.COOKIES.items()}
        request.GET = _readable_form(request.GET)  # type: ignore[assignment]  # only an unreadable one is new
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _values: Sequence[object], named: dict[str, Any]
    ) -> None:
        """What the address names, and what was sent; too large a form is refused here."""
        for name, value in named.items():
            if isinstance(value, str) and _NUL in value:  # kinds stay what they are
                named[name] = _readable(value)
        if request.method == "POST":
            request.POST = _readable_form(request.POST)  # type: ignore[assignment]  # the same


def _readable_form(form: QueryDict) -> QueryDict:
    if not any(_NUL in text for name, values in form.lists() for text in (name, *values)):
        return form
    found = QueryDict(mutable=True)
    for name, values in form.lists():
        found.setlist(_readable(name), [_readable(value) for value in values])
    return found


def _readable(text: str) -> str:
    return text.replace(_NUL, _INSTEAD)
