"""Pages for what went wrong: what happened, what to do, and whose turn it is."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.shortcuts import render

from kvitto.language import Phrase, phrase
from kvitto.portal.other_directory import directory_to_switch_to
from kvitto.portal.reader import speaking_to
from kvitto.records.models import Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says: a title, sentences, and the status it is sent with."""

    status: HTTPStatus
    title: Phrase
    sentences: Sequence[Phrase]


_BAD_REQUEST = ErrorPage(
    HTTPStatus.BAD_REQUEST,
    phrase("The address or the form could not be understood"),
    (phrase("Nothing was changed. Go back, check what you entered, and try again."),),
)
_TOO_LARGE = ErrorPage(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    phrase("This form is too large"),
    (phrase("Nothing was changed. Go back, send less at once, and try again."),),
)
_WRONG_METHOD = ErrorPage(
    HTTPStatus.METHOD_NOT_ALLOWED,
    phrase("This address cannot be opened in this way"),
    (phrase("Nothing was changed. Go back to the page before, reload it, and try again from there."),),
)
_FORM_TOO_OLD = ErrorPage(
    HTTPStatus.FORBIDDEN,
    phrase("This form is too old"),
    (
        phrase("It was opened before you last signed in or out, or your browser does not keep cookies."),
        phrase("Nothing was changed. Reload the page and send the form again."),
    ),
)
_FORBIDDEN = ErrorPage(
    HTTPStatus.FORBIDDEN,
    phrase("You may not open this page"),
    (phrase("Ask the person who manages the billing account."),),
)
_NOT_FOUND = ErrorPage(
    HTTPStatus.NOT_FOUND,
    phrase("There is no such page for you"),
    (phrase("The address may be mistyped, or what it leads to is not open to you."),),
)
_TOO_MANY = ErrorPage(
    HTTPStatus.TOO_MANY_REQUESTS,
    phrase("Too many attempts"),
    (phrase("Wait five minutes, then try again."),),
)
_SERVER_ERROR = ErrorPage(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    phrase("Something went wrong on our side"),
    (
        phrase("No bill and no usage was changed. The fault was written to the office's log."),
        phrase("Try again in a moment. If it happens again, tell the office which page you opened and when."),
    ),
)


_NOT_NOW = ErrorPage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    phrase("The office cannot answer at the moment"),
    (
        phrase("Its disk or its database is full, is busy, or does not answer. Nothing was half done."),
        phrase("Try again in a minute. If it happens again, tell the office which page you opened and when."),
    ),
)
_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense; 413: it holds more than a form may."""
    is_too_large = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent))
    return _page(request, _TOO_LARGE if is_too_large else _BAD_REQUEST)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: a form's address opened like a page, or a page sent to like a form."""
    response = _page(request, _WRONG_METHOD)
    response.headers["Allow"] = allowed
    return response


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 without a decision of ours behind it."""
    return _page(request, _FORBIDDEN)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403: the form's token does not fit the session."""
    return _page(request, _FORM_TOO_OLD)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404: nothing there, or nothing this person has any relation to; the two look alike.

    What they would see from another of their directories is told them, with a button that switches there.
    """
    is_known = isinstance(getattr(request, "user", None), Person)
    context = {"page": _NOT_FOUND, "directory": directory_to_switch_to(request) if is_known else None}
    with speaking_to(request):
        return render(request, "portal/not_found.html", context, status=_NOT_FOUND.status)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: allauth's rate limits."""
    return _page(request, _TOO_MANY)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault; 503: disk or database take or give nothing now. The page asks the database for nothing."""
    request.user = getattr(request, "_cached_user", AnonymousUser())  # who it is, if that is known already
    return _page(request, _NOT_NOW if _is_of_storage(sys.exception()) else _SERVER_ERROR)


def _is_of_storage(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return isinstance(error, (InterfaceError, OperationalError))


def refused(
    request: HttpRequest, rule: Phrase, role: Phrase | None, givers: Sequence[object], wanted: str = ""
) -> HttpResponse:
    """403: access was refused: the rule, the role that would help (if one would), and who can give it.

    `wanted`: the number or id by which access to it can be requested; empty where it cannot.
    """
    title = phrase("You may not see this")
    context = {"title": title, "rule": rule, "role": role, "givers": givers, "wanted": wanted}
    return render(request, "portal/refused.html", context, status=HTTPStatus.FORBIDDEN)


def unable(request: HttpRequest, sentence: Phrase) -> HttpResponse:
    """409: what was asked for cannot be done now; the sentence says why and what to do."""
    return _page(request, ErrorPage(HTTPStatus.CONFLICT, phrase("That could not be done"), (sentence,)))


def _page(request: HttpRequest, page: ErrorPage) -> HttpResponse:
    with speaking_to(request):
        return render(request, "portal/error.html", {"page": page}, status=page.status)
