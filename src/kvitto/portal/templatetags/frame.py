"""Tags of the frame around a page: the menu at the left, the scope switcher above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from kvitto.portal.frame import held_by_reader, switchable
from kvitto.portal.navigation import menu_of
from kvitto.portal.partner.bought_through import bought_through
from kvitto.portal.permission import person_of
from kvitto.records.models import Person
from kvitto.runs.jobs.mine import unseen

if TYPE_CHECKING:
    from django.http import HttpRequest

register = template.Library()


@register.inclusion_tag("portal/menu.html", takes_context=True)
def scope_menu(context: dict[str, Any]) -> dict[str, object]:
    """The menu of where one stands; `portal.navigation` says what it reads from the page's context."""
    request = _asked(context)
    if request is None:
        return {"menu": None}
    standing = context.get("standing") or context.get("path") or context.get("scope")
    here, place = str(context.get("here") or ""), str(context.get("place") or "")
    return {"menu": menu_of(person_of(request), held_by_reader(request), standing, here, place)}


@register.inclusion_tag("portal/switcher.html", takes_context=True)
def scope_switcher(context: dict[str, Any]) -> dict[str, object]:
    """The person's billing scopes, if there is more than one to choose from."""
    request = _asked(context)
    scopes = switchable(request) if request else ()
    return {"scopes": scopes if len(scopes) > 1 else ()}


@register.inclusion_tag("portal/jobs/ready.html", takes_context=True)
def files_ready(context: dict[str, Any]) -> dict[str, object]:
    """How many prepared files the person has not looked at yet."""
    request = _asked(context)
    return {"count": unseen(person_of(request)) if request else 0}


@register.inclusion_tag("portal/partner/ask.html", takes_context=True)
def partner_to_ask(context: dict[str, Any]) -> dict[str, object]:
    """For somebody who buys from a partner: whom to ask for invoices and usage."""
    request = _asked(context)
    return {"partners": bought_through(person_of(request), held_by_reader(request)) if request else ()}


def _asked(context: dict[str, Any]) -> HttpRequest | None:
    request: HttpRequest | None = context.get("request")
    return request if request and isinstance(getattr(request, "user", None), Person) else None
