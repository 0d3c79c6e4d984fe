"""The one door of all these pages, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from kvitto.language import Phrase, phrase
from kvitto.portal.permission import person_of
from kvitto.records.gate import require_operator

PAGES: tuple[tuple[str, Phrase], ...] = (
    ("operator", phrase("Overview")),
    ("operator_imports", phrase("What came in")),
    ("operator_refused", phrase("What was refused")),
    ("operator_due", phrase("What is due")),
    ("operator_unpriced", phrase("Usage without a price")),
    ("operator_sign_ins", phrase("Who signed in")),
    ("operator_kept", phrase("What is kept")),
)
"""The pages in the order of their menu: url name and title."""

View = Callable[..., HttpResponseBase]


def for_operators(view: View) -> View:
    """The view, for operators alone; `NotFound` for everybody else, before anything is loaded."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        require_operator(person_of(request))
        return view(request, *arguments, **named)

    return guarded


def show(request: HttpRequest, template: str, url_name: str, /, **context: Any) -> HttpResponseBase:
    """A page below the menu of all of them; `url_name` is the entry of the menu that it belongs to."""
    around = {"here": "operator", "pages": PAGES, "now_at": url_name}
    return render(request, f"portal/operator/{template}.html", around | context)
