"""What the page of a period's daily usage was asked for in its address: filters, grouping, order and page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kvitto.language import phrase
from kvitto.runs.daily_usage import Asked, Grouping, order_of, sorts_of

if TYPE_CHECKING:
    from django.http import QueryDict

FILTERS = ("subscription", "meter", "resource", "day")
"""What cuts the table, by its name in the address."""
GROUPINGS = {
    "day": (Grouping.DAY, phrase("Day")),
    "meter": (Grouping.METER, phrase("Meter")),
    "resource": (Grouping.RESOURCE, phrase("Resource")),
    "subscription": (Grouping.SUBSCRIPTION, phrase("Subscription")),
    "charge": (Grouping.NONE, phrase("Every charge")),
}
_LARGEST_PAGE = 9  # digits


@dataclass(frozen=True)
class Order:
    """How a column stands in the order of the rows, and the order that a click on its head asks for."""

    state: str  # as `aria-sort` says it; empty where another column decides
    next: str


def grouping_in(query: QueryDict) -> str:
    """By what the rows are put together."""
    by = query.get("by", "")
    return by if by in GROUPINGS else "day"


def asked_in(query: QueryDict) -> Asked:
    """All that was asked for; what makes no sense asks for nothing."""
    page, by = query.get("page", ""), GROUPINGS[grouping_in(query)][0]
    sort = query.get("sort", "")
    is_number = page.isascii() and page.isdigit() and len(page) <= _LARGEST_PAGE
    return Asked(
        meter=query.get("meter", ""),
        resource=query.get("resource", "").strip(),
        subscription=query.get("subscription", ""),
        day=_day(query.get("day", "")),
        by=by,
        sort=sort if sort.removeprefix("-") in sorts_of(by) else "",
        page=int(page) if is_number else 1,
    )


def orders_of(asked: Asked) -> dict[str, Order]:
    """Each column that can decide; the one that does is turned round by a click, and cost begins with the dearest."""
    decides, downwards = order_of(asked)
    found = {}
    for column in sorts_of(asked.by):
        if column == decides:
            found[column] = Order("descending" if downwards else "ascending", column if downwards else f"-{column}")
        else:
            found[column] = Order("", "-cost" if column == "cost" else column)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
