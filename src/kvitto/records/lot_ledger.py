"""Moving the balances of credit lots: the one place that does, always with the entry that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from django.db.models import F, QuerySet

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.money import EXACT, CurrencyMismatch, Money
from kvitto.records.models import LotBalance, LotEntry


class Movement(StrEnum):
    """The kinds of entries."""

    NEW_CREDIT = "new-credit"
    SETTLED_CHARGES = "settled-charges"
    GIVEN_BACK = "given-back"
    EXPIRED = "expired"
    ADJUSTMENT = "adjustment"


class UnableToSettle(UnableTo):
    """A lot does not hold what is to be taken from it, there is no such lot, or more would be given back than taken."""


def locked(balances: QuerySet[LotBalance]) -> dict[str, LotBalance]:
    """The balances by lot, held until the caller's transaction ends; always locked in the order of their ids."""
    return {balance.lot_key: balance for balance in balances.select_for_update().order_by("lot_key")}


@dataclass
class Ledger:
    """Moves locked balances and writes the entries when it is left; `balances` are those the caller has locked."""

    at: datetime
    balances: Mapping[str, LotBalance]
    _entries: list[LotEntry] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if not error:
            LotEntry.objects.bulk_create(self._entries)

    def minor(self, lot: str, amount: Money) -> int:
        """The amount in the lot's minor units."""
        balance = self._balance(lot)
        if amount.currency != balance.currency:
            message = f"{amount.currency} and {balance.currency} cannot be settled together"
            raise CurrencyMismatch(message)
        minor = EXACT.scaleb(amount.amount, balance.currency_decimals)
        if minor != minor.to_integral_value():
            raise UnableToSettle(
                phrase(
                    "{amount} has more decimals than the credit {lot} is kept with.", amount=str(amount.amount), lot=lot
                )
            )
        return int(minor)

    def move(  # noqa: PLR0913 - an entry has this many facts
        self,
        lot: str,
        kind: Movement,
        minor: int,
        on_day: date,
        *,
        number: str | None = None,
        reference: str | None = None,
        cause: str = "",
    ) -> None:
        """Add to the balance (below zero: take from it), unless it would fall below zero."""
        self._balance(lot)
        rows = LotBalance.objects.filter(lot_key=lot, left_minor__gte=-minor)
        if rows.update(left_minor=F("left_minor") + minor) != 1:
            raise UnableToSettle(
                phrase("Less is left of the credit {lot} than is to be taken from it. Nothing was taken.", lot=lot)
            )
        self._entries.append(
            LotEntry(
                lot_id=lot, kind=kind, amount_minor=minor, invoice_id=number, on_day=on_day, cause=cause,
                reference=reference, recorded_at=self.at,
            )
        )  # fmt: skip

    def _balance(self, lot: str) -> LotBalance:
        if lot not in self.balances:
            raise UnableToSettle(phrase("There is no credit with the id {lot}.", lot=lot))
        return self.balances[lot]
