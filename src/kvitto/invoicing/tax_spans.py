"""A period in which a rate of tax changes, cut there, because each part has a tax point of its own.

Usage is counted for price tiers over the whole period all the same. What is sold under a class whose rate stays is put
together again, so that its line is rounded once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.tax import RATED, group_of
from kvitto.invoicing.tax_rates import changes_within
from kvitto.money import EXACT
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Member


def changes_of(treatment: TaxTreatment, prices: Iterable[Price], period: Period) -> tuple[date, ...]:
    """The days inside the period from which the rate of anything that is sold by these prices is another."""
    if treatment.category != RATED or not treatment.country:
        return ()
    return changes_within(treatment.country, {price.tax_class for price in prices}, period)


def cut_at(members: Iterable[Member], days: Sequence[date]) -> list[Member]:
    """The members, cut on these days; the charges of each part are named by its first day, or by that of the period."""
    return [part for member in members for part in _parts(member, sorted(days))]


def joined(lines: Iterable[ChargeLine], prices: Mapping[int, Price], treatment: TaxTreatment) -> list[ChargeLine]:
    """The lines of the parts of one period, those of equal rate made one again; in order."""
    together: dict[object, list[ChargeLine]] = defaultdict(list)
    for line in lines:
        group = group_of(treatment, prices[line.price_id].tax_class, line.first_day, line.last_day)
        key = (line.pool, line.subscription, line.meter, line.price_id, line.tier_from, line.unit_price, group)
        together[key].append(line)
    return sorted(_sum(parts) for parts in together.values())


def _parts(member: Member, days: Sequence[date]) -> list[Member]:
    inside = [day for day in days if member.period.start < day < member.period.end]
    bounds = [member.period.start, *inside, member.period.end]
    return [
        replace(
            member,
            period=Period(start, end),
            counted_from=member.counting_start,
            billed_from=max([member.period_start, *(day for day in days if day <= start)]),
        )
        for start, end in pairwise(bounds)
    ]


def _sum(parts: Sequence[ChargeLine]) -> ChargeLine:
    if len(parts) == 1:
        return parts[0]
    total = parts[0]
    for part in parts[1:]:
        total = replace(
            total,
            period_start=min(total.period_start, part.period_start),
            quantity=EXACT.add(total.quantity, part.quantity),
            amount=EXACT.add(total.amount, part.amount),
            first_day=min(total.first_day, part.first_day),
            last_day=max(total.last_day, part.last_day),
        )
    return total
