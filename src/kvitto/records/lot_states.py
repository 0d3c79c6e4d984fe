"""What is left of the lots that invoices may use."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.facts import CREDIT_LOT, from_facts
from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.settlement_lots import LotState
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.lot_ledger import locked
from kvitto.records.models import AgreementRecord, LotBalance, LotEntry
from kvitto.records.prepared import Given, prepared
from kvitto.records.revisions import believed

_AT_ONCE = 500  # parameters of a query; databases have a limit
_BALANCE = ("lot_key", "scope_kind", "scope_key", "currency", "currency_decimals", "left_minor")


def lots_of(
    scope: Scope, period: Period | None = None, kind: InvoiceKind = InvoiceKind.SERVICES
) -> tuple[LotState, ...]:
    """The scope's lots with what is left of each, for previews and estimates; empty and expired ones among them.

    For a `period`, what that took without an invoice counts as left, because its invoice would take it over.
    """
    return _of_period(scope, _balances_of(scope), period, kind)


def locked_lots(
    scope: Scope, period: Period | None = None, kind: InvoiceKind = InvoiceKind.SERVICES
) -> tuple[LotState, ...]:
    """As `lots_of`, held until the caller's transaction ends; nobody else takes from them meanwhile."""
    assert connection.in_atomic_block, "lots are locked inside a transaction"  # noqa: S101 - a fault of the program
    return _of_period(scope, locked(_balances_of(scope)).values(), period, kind)


def hold_lots(scopes: Iterable[Scope]) -> None:
    """Hold the lots of all these scopes until the caller's transaction ends, before any of them alone is held.

    Whoever needs several scopes in one transaction calls this first: all lots are then taken in the order of their ids.
    """
    keys = sorted({scope.id for scope in scopes})
    for first in range(0, len(keys), _AT_ONCE):
        locked(LotBalance.objects.filter(scope_key__in=keys[first : first + _AT_ONCE]))


def lots_of_scopes(scopes: Collection[Scope]) -> dict[Scope, tuple[LotState, ...]]:
    """The lots of several scopes; those without a lot are left out. Two queries for each few hundred scopes."""
    wanted = sorted({scope.id for scope in scopes})
    found: dict[Scope, tuple[LotState, ...]] = dict.fromkeys(scopes, ())
    for first in range(0, len(wanted), _AT_ONCE):
        rows = _balances(keys=wanted[first : first + _AT_ONCE])
        balances = [LotBalance(**dict(zip(_BALANCE, row, strict=True))) for row in rows]
        for state in lot_states(balances) if balances else ():
            if state.lot.scope in found:
                found[state.lot.scope] += (state,)
    return {scope: states for scope, states in found.items() if states}


@prepared
def _balances(keys: list[Given]) -> QuerySet[LotBalance, tuple[Any, ...]]:
    return LotBalance.objects.filter(scope_key__in=keys).values_list(*_BALANCE)


def lot_states(balances: Iterable[LotBalance]) -> list[LotState]:
    """The lots of these balances, by id, as they are agreed; a lot that is no longer agreed is left out."""
    by_key = {balance.lot_key: balance for balance in balances}
    return [
        LotState(lot, Money(Decimal(balance.left_minor).scaleb(-balance.currency_decimals), balance.currency))
        for lot in agreed_lots(by_key)
        for balance in [by_key[lot.id]]
    ]


def agreed_lots(keys: Collection[str] | None = None) -> list[CreditLot]:
    """These lots, or all, as they are believed now, by id."""
    records = believed(AgreementRecord.objects.filter(kind=CREDIT_LOT, valid_to=None), None)
    if keys is not None:
        records = records.filter(key__in=keys)
    read = (from_facts(CREDIT_LOT, facts) for facts in records.order_by("key").values_list("facts", flat=True))
    return [lot for lot in read if isinstance(lot, CreditLot)]


@dataclass(frozen=True)
class SettledAlone:
    """What a period took from a lot without an invoice, in minor units, in so many entries named after it."""

    name: str
    minor: int = 0
    entries: int = 0

    @property
    def next_reference(self) -> str:
        """The name of the entry to come."""
        return f"{self.name} {self.entries + 1}"


def settled_alone(scope: Scope, period: Period, kind: InvoiceKind) -> dict[str, SettledAlone]:
    """What the period took without an invoice, by the ids of all lots of the scope."""
    name = f"{kind.value} {period.start.isoformat()}"
    found = {lot: SettledAlone(name) for lot in _balances_of(scope).values_list("lot_key", flat=True)}
    entries = LotEntry.objects.filter(lot__in=found, invoice=None, reference__startswith=f"{name} ")
    rows = entries.values_list("lot").annotate(Sum("amount_minor"), Count("pk")).order_by()
    return found | {lot: SettledAlone(name, -minor, count) for lot, minor, count in rows}


def _of_period(
    scope: Scope, balances: Iterable[LotBalance], period: Period | None, kind: InvoiceKind
) -> tuple[LotState, ...]:
    balances = list(balances)
    if period and balances:
        alone = settled_alone(scope, period, kind)
        for balance in balances:
            balance.left_minor += alone[balance.lot_key].minor
    return tuple(lot_states(balances))


def _balances_of(scope: Scope) -> QuerySet[LotBalance]:
    return LotBalance.objects.filter(scope_kind=scope.kind.value, scope_key=scope.id)
