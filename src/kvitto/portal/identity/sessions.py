"""Where one is signed in, and signing out everywhere else."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from kvitto.portal.identity.audited import signed_out_elsewhere
from kvitto.portal.identity.limits import limited
from kvitto.portal.permission import person_of
from kvitto.records.sessions import end_sessions, sessions_of

_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@limited("profile")
def sessions(request: HttpRequest) -> HttpResponse:
    """The list, newest first; sent as a form, it ends all but this one."""
    person = person_of(request)
    if request.method == "POST":
        signed_out_elsewhere(person, end_sessions(person, but=request.session.session_key))
        messages.success(request, gettext("You are signed out everywhere else."))
        return redirect("usersessions_list")
    found = sessions_of(person)
    context = {"sessions": found[:_SHOWN], "more": max(len(found) - _SHOWN, 0), "session_count": len(found)}
    return render(request, "usersessions/usersession_list.html", context)
