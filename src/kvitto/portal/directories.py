"""Choosing the directory to look from: a billing account that is bound to one is found from there alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kvitto.portal.permission import DIRECTORY, person_of


@require_POST
def choose_directory(request: HttpRequest) -> HttpResponse:
    """Remember the chosen directory in the session, if it is one of the person's; then go on to `next`.

    Without one of these pages as `next`, on to the subscriptions.
    """
    person = person_of(request)
    directory = request.POST.get("directory", "")
    if directory == person.directory or directory in person.directories:
        request.session[DIRECTORY] = directory
    onward = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(onward) if is_ours else redirect("subscriptions")
