"""What the page of a period's daily usage shows, from what the reader asked for in its address."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope
from kvitto.agreements.parts import name_of_part
from kvitto.language import Phrase, phrase, phrases
from kvitto.money import Money
from kvitto.periods import Period, midnight
from kvitto.portal.address_parts import address_of
from kvitto.portal.chart import Chart, chart_of_days
from kvitto.portal.permission import person_of, why_no_invoice_file, why_not_in
from kvitto.portal.usage_asked import FILTERS, GROUPINGS, asked_in, grouping_in, orders_of
from kvitto.rating.charge import Unpriced
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.invoices import load
from kvitto.runs.daily_usage import ROWS_PER_PAGE, Asked, DailyUsage, Grouping, daily_usage
from kvitto.runs.jobs.usage_file import is_large
from kvitto.runs.period_rows import PeriodRow, row_of


@dataclass(frozen=True)
class Columns:
    """Which columns the table has beside the cost; `before_cost` counts them."""

    day: bool = False
    subscription: bool = False
    meter: bool = False
    resource: bool = False
    quantity: bool = False
    unit_price: bool = False

    @property
    def before_cost(self) -> int:
        """How many columns stand before the cost."""
        return sum(vars(self).values())


_COLUMNS = {
    "day": Columns(day=True),
    "meter": Columns(meter=True, quantity=True, unit_price=True),
    "resource": Columns(resource=True),
    "subscription": Columns(subscription=True),
}
_EVERY_CHARGE = Columns(day=True, meter=True, resource=True, quantity=True, unit_price=True)


def context_of(request: HttpRequest, asked: Scope, scope: InvoiceScope, period: Period) -> dict[str, Any]:
    """The template's values. `scope` is the asked thing or the part of its billing profile that it is."""
    person = person_of(request)
    is_part = asked != scope.scope
    invoices_closed = why_not_in(person, asked, scope, Action.SEE_INVOICES)
    row = None if is_part or invoices_closed else row_of(settings.OFFICE, scope, period)
    by, wanted = grouping_in(request.GET), asked_in(request.GET)
    at_list_prices = scope.agreement is AgreementType.MPA and gate.sees_list_prices(person, asked)
    usage = daily_usage(settings.OFFICE, scope, period, wanted, at_list_prices=at_list_prices)
    charges = _charges(row)
    is_filtered = wanted.is_filtered
    whole = _whole(scope, period, at_list_prices=at_list_prices).total if is_filtered else usage.total
    return {
        "scope": scope,
        "standing": asked,
        "scope_address": address_of(scope),
        "name": name_of_part(scope, asked),
        "at_list_prices": at_list_prices,
        "is_part": is_part,
        "invoices_closed": invoices_closed,
        "period": period,
        "row": row,
        "is_final": bool(usage.invoice_number) and not at_list_prices,
        "is_settled": bool(row and row.absence and row.absence.is_lasting),
        "charges": charges,
        "unrounded": whole,
        "rounding": charges - usage.total if charges is not None and not is_filtered else None,
        "moment": settings.OFFICE.now(),
        "is_large": is_large(settings.OFFICE, scope, period),
        "no_usage_file": why_not_in(person, asked, scope, Action.DOWNLOAD_USAGE),
        "no_invoice_file": why_no_invoice_file(person, row.invoice.number) if row and row.invoice else None,
        "unpriced": _unpriced(usage.unpriced),
        "usage": usage,
        "chart": _chart(scope, period, wanted, usage, at_list_prices=at_list_prices),
        "currency": usage.total.currency,
        "price_currency": scope.pricing_currency if scope.pricing_currency != scope.currency else "",
        "asked": wanted,
        "by": by,
        "groupings": [(name, said) for name, (grouping, said) in GROUPINGS.items() if _is_offered(grouping, scope)],
        "days": list(period.days()),
        "is_filtered": is_filtered,
        "orders": orders_of(wanted),
        "chosen_file": _chosen_file(request.GET) if is_filtered else "",
        "zone_note": _zone_note(person.time_zone, period),
        "meter_labels": _labels(usage.meters),
        "columns": _COLUMNS.get(by) or replace(_EVERY_CHARGE, subscription=len(scope.subscriptions) > 1),
        "page": Paginator(range(usage.row_count), ROWS_PER_PAGE).get_page(usage.page),
    }


def _is_offered(grouping: Grouping, scope: InvoiceScope) -> bool:
    return grouping is not Grouping.SUBSCRIPTION or len(scope.subscriptions) > 1


def _charges(row: PeriodRow | None) -> Money | None:
    """The charges as the invoice has them or would have them: the sum of rounded lines, without tax."""
    if row and row.invoice:
        facts = load(row.invoice.number)
        return Money(facts.totals.lines, facts.currency)
    return row.estimate.charges if row and row.estimate else None


def _labels(named: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What each id is called on the page: its name, and the id beside it where several share the name."""
    counts = Counter(name for _, name in named)
    return {id_: name if name and counts[name] == 1 else f"{name} · {id_}".lstrip(" ·") for id_, name in named}


def _unpriced(usages: tuple[Unpriced, ...]) -> Phrase | None:
    """That something waits for a price, or None."""
    count = sum(usage.rows for usage in usages)
    if not count:
        return None
    return phrases(
        "{count} usage record has no price yet. It is not in these figures; the invoice waits for its price.",
        "{count} usage records have no price yet. They are not in these figures; the invoice waits for their prices.",
        count,
    )


def _whole(scope: InvoiceScope, period: Period, *, at_list_prices: bool) -> DailyUsage:
    """The period without any filter."""
    return daily_usage(settings.OFFICE, scope, period, Asked(rows_per_page=1), at_list_prices=at_list_prices)


def _chart(scope: InvoiceScope, period: Period, wanted: Asked, usage: DailyUsage, *, at_list_prices: bool) -> Chart:
    """The days under the chosen filters; one chosen day does not hide the others."""
    if wanted.day:
        all_days = replace(wanted, day=None, rows_per_page=1)
        usage = daily_usage(settings.OFFICE, scope, period, all_days, at_list_prices=at_list_prices)
    return chart_of_days(period, {day.day: day.cost for day in usage.days}, usage.total.currency)


def _chosen_file(query: QueryDict) -> str:
    """The end of the address of the file with what is chosen alone."""
    wanted = {name: value for name in FILTERS if (value := query.get(name, ""))}
    return f"usage.csv?{urlencode(wanted)}"


def _zone_note(zone: str, period: Period) -> Phrase | None:
    """When a UTC day begins where the reader is; None for who lives by UTC."""
    begins = [(day, midnight(day).astimezone(ZoneInfo(zone))) for day in (period.start, period.last_day)]
    clocks = tuple(sorted({f"{moment:%H:%M}" for _, moment in begins}))
    if clocks == ("00:00",):
        return None
    if any(moment.date() < day for day, moment in begins):
        return phrase(
            "In your time zone, {zone}, a UTC day begins the evening before, at {clocks}.", zone=zone, clocks=clocks
        )
    return phrase("In your time zone, {zone}, a UTC day begins at {clocks}.", zone=zone, clocks=clocks)
