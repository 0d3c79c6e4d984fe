"""The engine's charge lines against the reference's: one differing digit is named, and holds the invoice back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.language import Phrase, phrase
from kvitto.money import plain
from kvitto.rating.charge import ChargeLine, Unpriced

_COMPARED = ("quantity", "unit_price", "amount", "first_day", "last_day")


@dataclass(frozen=True, order=True)
class Difference:
    """A value in which two ratings of one line differ; `engine` or `reference` is empty where the line is missing."""

    subscription: str
    meter: str
    price_id: int
    tier_from: Decimal
    value: str
    engine: str
    reference: str

    @property
    def phrase(self) -> Phrase:
        """The sentence for the office's operator."""
        return phrase(
            "Subscription {subscription}, meter {meter}, price {price}, tier from {tier}: {value} is {engine} by the"
            " engine and {reference} by the reference.",
            subscription=self.subscription,
            meter=self.meter,
            price=str(self.price_id),
            tier=plain(self.tier_from),
            value=self.value,
            engine=self.engine or phrase("missing"),
            reference=self.reference or phrase("missing"),
        )


def differences(engine: Iterable[ChargeLine], reference: Iterable[ChargeLine]) -> list[Difference]:
    """Every value in which the lines of one pool and period differ, in the order of the lines; empty if none does.

    Numbers are compared by value, digit for digit; nothing is tolerated.
    """
    by_engine = {_key(line): line for line in engine}
    by_reference = {_key(line): line for line in reference}
    return [
        Difference(*key, value, engine=ours, reference=theirs)
        for key in sorted(by_engine.keys() | by_reference.keys())
        for value in _COMPARED
        if (ours := _text(by_engine.get(key), value)) != (theirs := _text(by_reference.get(key), value))
    ]


def unpriced_differ(engine: Iterable[Unpriced], reference: Iterable[Unpriced]) -> bool:
    """True unless both ratings found the same usage without a price.

    Counted rows are left out: the reference may have rated daily sums, where a row is a day's sum.
    """
    return {_without_rows(one) for one in engine} != {_without_rows(one) for one in reference}


def _without_rows(unpriced: Unpriced) -> tuple[str, str, str, date, str]:
    return (unpriced.subscription, unpriced.meter, unpriced.unit, unpriced.day, unpriced.cause)


def _key(line: ChargeLine) -> tuple[str, str, int, Decimal]:
    return (line.subscription, line.meter, line.price_id, line.tier_from)


def _text(line: ChargeLine | None, value: str) -> str:
    if line is None:
        return ""
    found = getattr(line, value)
    return plain(found) if isinstance(found, Decimal) else str(found)
