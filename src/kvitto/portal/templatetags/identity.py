"""Filters of the pages about who somebody is."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from kvitto.language import format_moment, phrase, translated

if TYPE_CHECKING:
    from kvitto.records.models import Person
    from kvitto.runs.office import SignOnServer

register = template.Library()
# in the order in which one must look: each browser also names those it looks like
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def as_json(value: Any) -> str:
    """The value for a script to read from an attribute."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def in_fours(key: str) -> str:
    """A key in groups of four, as one types it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@register.filter
def moment_for(moment: datetime, person: Person) -> str:
    """The moment in the person's time zone."""
    return format_moment(moment, zone=person.time_zone)


@register.filter
def browser(agent: str) -> str:
    """Which browser on what, as well as one can tell from what it says of itself."""
    found = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if found and system:
        return str(phrase("{browser} on {system}", browser=found, system=system))
    return found or system or translated("A browser that does not say which")


@register.simple_tag
def single_sign_on() -> SignOnServer | None:
    """The issuer people may sign in with, if there is one."""
    found: SignOnServer | None = settings.OFFICE.sign_on
    return found
