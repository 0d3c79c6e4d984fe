"""Coming in by single sign-on: to the issuer of the settings and back, for people the office knows and nobody else."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from kvitto.portal.identity.audited import single_sign_on_refused
from kvitto.portal.identity.limits import limited
from kvitto.portal.identity.openid_connect import Issuer, NotBelievedError
from kvitto.portal.permission import person_of
from kvitto.records.audit import Door, Result, note
from kvitto.records.models import Person
from kvitto.runs.let_in import PERSON
from kvitto.runs.office import SignOnServer

PROVIDER = "sso"
_UNAUTHORIZED, _BAD_GATEWAY = 401, 502


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Finds who came among the people of the office, by the issuer's name for them or by their proved address."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:  # noqa: ARG002 - allauth's signature
        """The issuer of the settings, if there is one; the secret is read from its file when it is needed."""
        server: SignOnServer | None = settings.OFFICE.sign_on
        if server is None or provider not in {None, PROVIDER, "openid_connect"}:
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER,
                name=server.name,
                client_id=server.client_id,
                secret=server.secret_file.read_text(encoding="utf-8").strip(),
                settings={"issuer": server.issuer, "server_url": server.issuer.rstrip("/") + _WELL_KNOWN},
            )
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Bind who came to the person with their address, the first time; turn everybody else away."""
        if sociallogin.is_existing:
            return
        proved = [row.email.lower() for row in sociallogin.email_addresses if row.verified]
        person = Person.objects.filter(email__in=proved, is_active=True, kind=PERSON).first()
        if person is None:
            address = sociallogin.email_addresses[0].email if sociallogin.email_addresses else ""
            single_sign_on_refused("unknown" if proved else "address not proved", address)
            context = {"server": settings.OFFICE.sign_on, "address": address, "is_proved": bool(proved)}
            page = render(request, "socialaccount/nobody_here.html", context, status=_UNAUTHORIZED)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, person)

    def authenticate_by_email(self, sociallogin: Any) -> None:  # noqa: ARG002 - allauth's signature
        """Not in allauth's way, which takes away the password of who never proved their address."""
        return

    def on_authentication_error(self, request: HttpRequest, provider: Any, **facts: Any) -> None:  # noqa: ARG002 - the same
        """Noted with its reason, which the page does not tell."""
        exception = facts.get("exception")
        single_sign_on_refused(_reason(exception) if exception else str(facts.get("error")))


_WELL_KNOWN = "/.well-known/openid-configuration"


class _Answer(OAuth2CallbackView):  # type: ignore[misc]  # allauth has no types
    """The way back: what was asked must be known in this browser."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.nonce = str(state.get("nonce", ""))
        return state, response


@require_GET
@never_cache
@login_not_required
@limited("single_sign_on", opening_too=True)
def to_issuer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the issuer. By a link and not by a form: forms of these pages may be sent to this office alone."""
    issuer = _issuer(request, provider_id)
    try:
        response: HttpResponse = issuer.get_provider().redirect(
            request, process=AuthProcess.LOGIN, next_url=get_next_redirect_url(request)
        )
    except (OAuth2Error, RequestException, KeyError, ValueError) as error:
        single_sign_on_refused(_reason(error))
        context = {"server": settings.OFFICE.sign_on}
        return render(request, "socialaccount/authentication_error.html", context, status=_BAD_GATEWAY)
    return response


@never_cache
@login_not_required
@limited("single_sign_on", opening_too=True)
def from_issuer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way back: sign in who came, if the office knows them."""
    try:
        response: HttpResponse = _Answer.adapter_view(_issuer(request, provider_id))(request)
    except (OAuth2Error, RequestException, KeyError, ValueError) as error:  # it is down, or lacks what it must have
        single_sign_on_refused(_reason(error))
        return render(request, "socialaccount/authentication_error.html", status=_UNAUTHORIZED)
    return response


@login_not_required
def cancelled(request: HttpRequest) -> HttpResponse:
    """The person stopped at the issuer."""
    messages.info(request, gettext("Nothing was changed: you stopped the single sign-on."))
    return redirect("account_login")


@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """Forget the issuer's name for the person; by their address they are found again."""
    person = person_of(request)
    if SocialAccount.objects.filter(user=person).delete()[0]:
        note("person.single-sign-on", Result.DONE, who=person.pk, door=Door.PORTAL, facts={"change": "removed"},
             at=settings.OFFICE.now())  # fmt: skip
    return redirect("profile")


def _reason(error: Exception) -> str:
    """In our own words, or the kind of fault; never what the other side wrote."""
    return str(error) if isinstance(error, NotBelievedError) else type(error).__name__


def _issuer(request: HttpRequest, provider_id: str) -> Issuer:
    if provider_id != PROVIDER or settings.OFFICE.sign_on is None:
        raise Http404
    return Issuer(request, provider_id)
