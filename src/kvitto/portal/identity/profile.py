"""The profile page: who one is here, how one signs in, what one reads in, and what the office may write about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kvitto.language import LANGUAGES, Language, Phrase, phrase
from kvitto.portal.identity.limits import limited
from kvitto.portal.permission import person_of
from kvitto.portal.reader import COOKIE
from kvitto.records.addresses import address_waiting, is_proved
from kvitto.records.models import Person
from kvitto.records.preferences import MESSAGE_KINDS, choose_kinds, chosen_kinds
from kvitto.runs.mail_out import sends_mail

_KIND_WORDS = {
    "statement-ready": phrase("A statement or an invoice is ready"),
    "past-due": phrase("An invoice is past its due day"),
}


@dataclass(frozen=True)
class Factors:
    """What a person has besides the password."""

    has_app: bool
    passkeys: int
    codes_left: int

    @property
    def is_on(self) -> bool:
        """Whether signing in by password asks for a second factor."""
        return self.has_app or bool(self.passkeys)


def profile(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request, person_of(request))


@require_POST
@limited("profile")
def choose_reading(request: HttpRequest) -> HttpResponse:
    """Set language and time zone. What is not known comes back with a sentence beside the field."""
    person = person_of(request)
    language, zone = request.POST.get("language", ""), request.POST.get("time_zone", "").strip()
    wrong: dict[str, Phrase] = {}
    if language not in {"", *LANGUAGES}:
        wrong["language"] = phrase("Choose one of the languages.")
    if zone not in time_zones():
        wrong["time_zone"] = phrase(
            "There is no time zone of this name. Choose one from the list, such as Europe/Riga."
        )
    if wrong:
        return _page(request, person, wrong=wrong, language=language, zone=zone)
    Person.objects.filter(pk=person.pk).update(language=language, time_zone=zone)
    messages.success(request, gettext("Language and time zone are saved."))
    response = redirect("profile")
    if not language:
        response.delete_cookie(COOKIE)  # follow the browser again
    return response


@require_POST
@limited("profile")
def choose_messages(request: HttpRequest) -> HttpResponse:
    """Set what the office may write to the person about."""
    choose_kinds(person_of(request), request.POST.getlist("kinds"))
    messages.success(request, gettext("Your choice is saved."))
    return redirect("profile")


@cache
def time_zones() -> tuple[str, ...]:
    """Every time zone there is, in order."""
    return tuple(sorted(available_timezones()))


def factors_of(person: Person) -> Factors:
    """What the person has besides the password."""
    found = list(Authenticator.objects.filter(user=person))
    codes = [one for one in found if one.type == Authenticator.Type.RECOVERY_CODES]
    return Factors(
        has_app=any(one.type == Authenticator.Type.TOTP for one in found),
        passkeys=sum(one.type == Authenticator.Type.WEBAUTHN for one in found),
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else 0,
    )


def _page(
    request: HttpRequest,
    person: Person,
    wrong: dict[str, Phrase] | None = None,
    language: str | None = None,
    zone: str | None = None,
) -> HttpResponse:
    waiting = address_waiting(person)
    chosen = chosen_kinds(person)
    languages: list[Language] = list(LANGUAGES.values())
    context = {
        "person": person,
        "is_proved": is_proved(person),
        "waiting": waiting.email if waiting else "",
        "sends_mail": sends_mail(settings.OFFICE),
        "languages": languages,
        "language": person.language if language is None else language,
        "zones": time_zones(),
        "zone": person.time_zone if zone is None else zone,
        "wrong": wrong or {},
        "kinds": [(kind, _KIND_WORDS[kind], kind in chosen) for kind in MESSAGE_KINDS],
        "factors": factors_of(person),
        "sign_on": settings.OFFICE.sign_on,
        "is_linked": SocialAccount.objects.filter(user=person).exists(),
    }
    return render(request, "identity/profile.html", context, status=400 if wrong else 200)
