"""Following an invitation or the operator's link: choose a password, and come in."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from kvitto.portal.identity.forms import NewPassword
from kvitto.portal.identity.limits import limited
from kvitto.records.addresses import prove
from kvitto.records.audit import Door, Result, note
from kvitto.records.models import Person, SignInLink
from kvitto.records.sign_in_links import Purpose, link_of, use_link

_IN_SESSION = "sign-in-link"
_GONE = 410


@never_cache
@login_not_required
@limited("invitation", opening_too=True)
def follow_link(request: HttpRequest, link: str) -> HttpResponse:
    """Remember the link in the session and leave its address, so that no further address holds it."""
    request.session[_IN_SESSION] = link
    return redirect("invitation")


@never_cache
@login_not_required
@sensitive_post_parameters("password1", "password2")
@limited("invitation")
def invitation(request: HttpRequest) -> HttpResponse:
    """Choose a password; the link is used up with it. One that was used, is too old or is none: what to do instead."""
    found = link_of(str(request.session.get(_IN_SESSION, "")), settings.OFFICE.now())
    if found is None:
        return render(request, "identity/link_gone.html", status=_GONE)
    form = NewPassword(found.person, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _let_in(request, found, form.cleaned_data["password1"])
    context = {
        "form": form,
        "person": found.person,
        "is_invitation": found.purpose == Purpose.INVITATION,
        "server": settings.OFFICE.sign_on,
    }
    return render(request, "identity/invitation.html", context)


def _let_in(request: HttpRequest, link: SignInLink, password: str) -> HttpResponse:
    at, person = settings.OFFICE.now(), link.person
    with transaction.atomic():
        if not use_link(link, at):
            return render(request, "identity/link_gone.html", status=_GONE)
        get_adapter(request).set_password(person, password)
        if link.is_mailed:
            prove(person)
        facts = {"person": str(person.pk), "how": link.purpose}
        note("person.password", Result.DONE, who=person.pk, door=Door.PORTAL, facts=facts, at=at)
    if request.user.is_authenticated:
        logout(request)  # whoever used this browser before
    request.session.pop(_IN_SESSION, None)
    entering = Person.objects.get(pk=person.pk)
    record_authentication(request, entering, link.purpose)
    response: HttpResponse = perform_login(request, Login(user=entering))
    return response
