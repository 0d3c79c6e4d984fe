"""Changing one's address: the old one keeps working until the new one is proved, and is told of it."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kvitto.portal.identity.forms import NewAddress
from kvitto.portal.identity.limits import limited
from kvitto.portal.permission import person_of
from kvitto.records.addresses import address_waiting, current_row, is_proved, want_address
from kvitto.runs.mail_out import sends_mail


@limited("manage_email")
def change_address(request: HttpRequest) -> HttpResponse:
    """Ask for the new address and send a link there. The answer is the same when it is somebody else's."""
    person = person_of(request)
    can_send = sends_mail(settings.OFFICE)
    if can_send:
        raise_if_reauthentication_required(request, app="allauth.account")
    form = NewAddress(person, request.POST if request.method == "POST" and can_send else None)
    if form.is_valid():
        row = want_address(person, form.cleaned_data["email"])
        get_adapter(request).send_notification_mail(
            "account/email/address_change_asked", person, {"to_email": row.email}, email=person.email
        )
        _send_link(request, row)
        return redirect("profile")
    return render(request, "account/address.html", {"form": form, "can_send": can_send})


@require_POST
@limited("manage_email")
def prove_address(request: HttpRequest) -> HttpResponse:
    """Send the link once more: to the address that waits, else to the one in use."""
    person = person_of(request)
    row = address_waiting(person) or (None if is_proved(person) else current_row(person))
    if row is not None and sends_mail(settings.OFFICE):
        _send_link(request, row)
    return redirect("profile")


@require_POST
def keep_address(request: HttpRequest) -> HttpResponse:
    """Stay with the address in use: the link that was sent to the other one does nothing any longer."""
    row = address_waiting(person_of(request))
    if row is not None:
        row.delete()
        messages.success(request, gettext("Your address stays as it is."))
    return redirect("profile")


def _send_link(request: HttpRequest, row: object) -> None:
    """Allauth tells whether it sent it; not so soon after the last one."""
    if not send_verification_email_to_address(request, row):
        messages.info(request, gettext("A link was sent a moment ago. Wait a minute, then ask for another one."))
