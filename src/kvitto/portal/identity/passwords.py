"""A forgotten password: a link by mail, or whom to ask where no mail is sent."""

from __future__ import annotations

from allauth.account.views import PasswordResetView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from kvitto.portal.identity.limits import limited
from kvitto.runs.mail_out import sends_mail

_send_link = limited("reset_password_form")(PasswordResetView.as_view())


@login_not_required
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """The form, or a sentence in its place. What is answered never tells whether an address is known."""
    if sends_mail(settings.OFFICE):
        response: HttpResponseBase = _send_link(request)
        return response
    return _nothing_is_sent(request)


def _nothing_is_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/password_reset.html", {"form": None})
