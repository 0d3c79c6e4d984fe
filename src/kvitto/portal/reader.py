"""The reader's language: the person's setting, else the choice kept in this browser, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from kvitto.language import LANGUAGES, Language, best_language, speaking
from kvitto.records.models import Person

COOKIE = "language"
_ONE_YEAR = 365 * 24 * 60 * 60


class ReaderMiddleware:
    """Lets pages, sentences, numbers and dates of a response speak the reader's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, said in the reader's language and marked with it."""
        with speaking_to(request) as language:
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language.code)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


@contextmanager
def speaking_to(request: HttpRequest) -> Iterator[Language]:
    """Both our sentences and Django's speak the reader's language inside the block."""
    with speaking(language_of(request)) as language, translation.override(language.django_code):
        yield language


def language_of(request: HttpRequest) -> str:
    """The code of the language this reader wants."""
    person = getattr(request, "user", None)
    chosen = person.language if isinstance(person, Person) else ""
    chosen = chosen or request.COOKIES.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    return best_language([*(tag for tag, _ in accepted), settings.OFFICE.language])


@require_POST
@login_not_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language, for a signed-in person as their setting, else in this browser; then go back."""
    response = HttpResponseRedirect(page_before(request))
    code = request.POST.get("language", "")
    if code in LANGUAGES:
        if isinstance(request.user, Person):
            Person.objects.filter(pk=request.user.pk).update(language=code)
        response.set_cookie(
            COOKIE, code, max_age=_ONE_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response


def page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from; the first page if that is not known."""
    for address in (request.headers.get("Referer", ""), request.POST.get("next", "")):
        if url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return "/"
