"""Exchange rates: what one unit of a currency costs in another, from a day on, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.agreements.dated import Dated


@dataclass(frozen=True)
class ExchangeRate:
    """One `base` is `rate` × `quote`. `id` is "USD-SEK"; `source` and `quoted_on` are printed where it is used."""

    id: str
    rate: Decimal
    source: str
    quoted_on: date

    @property
    def base(self) -> str:
        """The currency that is converted."""
        return self.id.partition("-")[0]

    @property
    def quote(self) -> str:
        """The currency it is converted to."""
        return self.id.partition("-")[2]


def rate_between(rates: Iterable[Dated[ExchangeRate]], base: str, quote: str, day: date) -> ExchangeRate | None:
    """The rate from one currency to another that holds on the day, or None. It is never turned round."""
    found = (one.value for one in rates if (one.value.base, one.value.quote) == (base, quote) and day in one.days)
    return next(found, None)
