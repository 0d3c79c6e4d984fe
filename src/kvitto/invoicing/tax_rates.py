"""Rates of value added tax, by country, tax class and day; the rates themselves stand in `tax_rates.csv`.

A rate holds from its first day until the next one of its country and class. The class "" is the standard rate; every
country also knows the class "zero". What a class of a price is called decides nothing else, so an operator may use the
classes of this table in price lists and nothing more.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files as resources
from itertools import pairwise

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.periods import Period

STANDARD = ""
ZERO = "zero"
_BY_PLACE = frozenset(("US",))  # no one rate holds in the country (docs/decisions/sales-tax.md)


class UnknownTaxRate(UnableTo):
    """The table has no rate for a country, class and day; the sentence names them and what to do."""


@dataclass(frozen=True, order=True)
class TaxRate:
    """A rate in percent, from a day on, and the law that sets it."""

    valid_from: date
    rate: Decimal
    source: str


def rate_on(country: str, tax_class: str, day: date) -> Decimal:
    """The rate in percent; raises `UnknownTaxRate` if none is known."""
    if country in _BY_PLACE:
        raise UnknownTaxRate(
            phrase(
                "Sales tax of {country} depends on the place, what is sold there and certificates of exemption, and is"
                " not worked out. Give the account the rate that holds for it instead of a country, or a category"
                " without tax and its reason.",
                country=country,
            )
        )
    if tax_class == ZERO:
        return Decimal(0)
    known = rates().get((country, tax_class), ())
    found = bisect_right(known, day, key=lambda one: one.valid_from)
    if not found:
        raise UnknownTaxRate(
            phrase(
                "No tax rate is known for country {country}, tax class “{tax_class}”, on {day}. Give the account a rate"
                " instead of a country, or the price another tax class.",
                country=country,
                tax_class=tax_class or "standard",
                day=day,
            )
        )
    return known[found - 1].rate


def changes_within(country: str, tax_classes: Collection[str], period: Period) -> tuple[date, ...]:
    """The days inside the period, after its first, from which another rate holds for any of the classes, in order."""
    return tuple(sorted({
        later.valid_from
        for tax_class in tax_classes
        for earlier, later in pairwise(rates().get((country, tax_class), ()))
        if period.start < later.valid_from < period.end and earlier.rate != later.rate
    }))  # fmt: skip


@cache
def rates() -> Mapping[tuple[str, str], Sequence[TaxRate]]:
    """All rates by country and class, oldest first."""
    found: dict[tuple[str, str], list[TaxRate]] = defaultdict(list)
    text = resources("kvitto.invoicing").joinpath("tax_rates.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        rate = TaxRate(date.fromisoformat(row["valid_from"]), Decimal(row["rate"]), row["source"])
        found[row["country"], row["tax_class"]].append(rate)
    return {key: tuple(sorted(known)) for key, known in found.items()}
