"""Filters that write values as the reader's language does; thin names for `kvitto.language`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.template.base import Variable
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

from kvitto.language import (
    LANGUAGES,
    country_name,
    current_language,
    format_amount,
    format_date,
    format_moment,
    format_money,
    format_number,
    format_percent,
    format_period,
    format_short_date,
    said,
    unit_name,
)
from kvitto.money import Money, round_half_away
from kvitto.periods import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.http import QueryDict

register = template.Library()
_DECIMALS_OF_COST = 6

register.filter("number", format_number)
register.filter("percent", format_percent)
register.filter("day", format_date)
register.filter("short_day", format_short_date)
register.filter("period", format_period)
register.filter("moment", format_moment)
register.filter("country", country_name)
register.filter("unit", unit_name)


class _Sentence(template.Node):
    """A sentence of words alone: it is looked up once in each language, and not for every row that shows it."""

    child_nodelists = ()

    def __init__(self, node: TranslateNode) -> None:
        self._node = node
        self._said: dict[str | None, str] = {}

    def render(self, context: template.Context) -> str:
        """The sentence in the language that is spoken."""
        language = get_language()
        if language not in self._said:
            self._said[language] = self._node.render(context)
        return self._said[language]


@register.tag("translate")
def translate(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """Django's own tag of this name, quicker."""
    node: TranslateNode = do_translate(parser, token)
    words = node.filter_expression
    is_plain = isinstance(words.var, Variable) and words.var.lookups is None and not words.filters
    return _Sentence(node) if is_plain and not (node.asvar or node.message_context or node.noop) else node


@register.filter
def iso(day: date) -> str:
    """The day for addresses: 2024-02-05."""
    return day.isoformat()


@register.filter
def day_after(day: date) -> date:
    """The first day after it: on the last day on which something may be paid nobody is late."""
    return day + ONE_DAY


@register.filter
def money(value: Money) -> str:
    """Amount and currency: 3,152.01 USD."""
    return _with_minus(format_money(value))


@register.filter
def amount(value: Money) -> str:
    """The amount without its currency, for columns that name it in their head."""
    return _with_minus(format_amount(value))


@register.filter
def cost(value: Money) -> str:
    """An exact cost as tables of usage show it: six decimals, without its currency."""
    shown = Money(round_half_away(value.amount, _DECIMALS_OF_COST), value.currency)
    return _with_minus(format_amount(shown, least_decimals=_DECIMALS_OF_COST))


def _with_minus(number: str) -> str:
    """With the minus of typographers, as wide as a digit, on the page as on the sheet."""
    return number.replace("-", "\N{MINUS SIGN}")


@register.filter
def label(labels: Mapping[str, str], name: str) -> str:
    """What the thing is called on this page, by its id."""
    return labels.get(name, name)


@register.filter
def sentence(value: object) -> str:
    """A phrase, or any other value, as text in the reader's language."""
    return said(value)


@register.inclusion_tag("portal/language_menu.html", takes_context=True)
def language_menu(context: dict[str, Any]) -> dict[str, object]:
    """The five languages by their own names, the spoken one marked."""
    return {
        "languages": LANGUAGES.values(),
        "spoken": current_language(),
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def spoken_language() -> str:
    """The code of the language that is spoken now, for `<html lang>`."""
    return current_language().code


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """This page's query string with some parameters changed; a parameter set to None goes away."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"
