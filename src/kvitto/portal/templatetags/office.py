"""Filters of the operator's pages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from kvitto.language import Phrase
from kvitto.portal.operator.due import TITLES
from kvitto.portal.operator.intake import file_name

register = template.Library()
register.filter(file_name)


@register.filter
def at(named: Mapping[str, object], name: str) -> object:
    """What stands in the table under this name; the name itself if nothing does."""
    return named.get(name, name)


@register.filter
def job_title(kind: str) -> Phrase:
    """What a kind of job is called."""
    return TITLES[kind]
