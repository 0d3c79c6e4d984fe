"""The ledger of credit lots: what is left of each, and every movement that made it so.

Whoever issues locks the lots of the scope first, drafts with them, issues, and takes what the invoice says, all in one
transaction. Lots are locked in the order of their ids, and before the number series, by everybody: so nobody waits in a
circle. On SQLite the immediate transaction holds the whole database. A lot is never taken below zero, and never twice
for one document: the balance is moved by a conditional update, and unique constraints stand behind that.

A billing period that credit covers has no invoice (invoices.md §9, N5, N14, N16), but it uses its lots all the same:
`settle_without_invoice`. As long as it has none, its own part counts as left for it (`lots_of` with the period), so
that rating it again gives the same answer; an invoice that it gets after all takes the part over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from kvitto.agreements.adjustment_codes import ADJUSTMENT_CODES
from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.hierarchy import Scope
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.settlement import taken_of
from kvitto.invoicing.settlement_lots import LotState
from kvitto.language import phrase
from kvitto.money import Money, currency_decimals
from kvitto.records.agreements import seller
from kvitto.records.invoices import issued_for
from kvitto.records.lot_ledger import Ledger, Movement, UnableToSettle, locked
from kvitto.records.lot_states import agreed_lots, locked_lots, lot_states, lots_of, lots_of_scopes, settled_alone
from kvitto.records.models import LotBalance, LotEntry

__all__ = [
    "Movement", "UnableToSettle", "adjust", "check_balances", "expire", "give_back", "locked_lots", "lots_of",
    "lots_of_scopes", "open_lots", "settle_without_invoice", "take",
]  # fmt: skip

_NONE = (0, 0)


@dataclass(frozen=True)
class Adjusted:
    """A lot after its adjustment; `is_new` is False if that was made before under the same reference."""

    state: LotState
    is_new: bool


def open_lots(lots: Iterable[CreditLot], at: datetime) -> None:
    """Let lots be known to the ledger with their credit, in the caller's transaction; those it knows stay as they are.

    An agreed amount that was changed since moves the balance by the difference. Raises `UnableToSettle` if more of the
    lot is used already than its new amount.
    """
    wanted = {lot.id: lot for lot in sorted(lots, key=lambda lot: lot.id)}
    if not wanted:
        return
    decimals = {lot.amount.currency: _decimals_of(lot.amount.currency) for lot in wanted.values()}
    LotBalance.objects.bulk_create(
        [
            LotBalance(
                lot_key=lot.id,
                scope_kind=lot.scope.kind.value,
                scope_key=lot.scope.id,
                currency=lot.amount.currency,
                currency_decimals=decimals[lot.amount.currency],
                left_minor=0,
            )
            for lot in wanted.values()
        ],
        ignore_conflicts=True,
    )
    balances = locked(LotBalance.objects.filter(lot_key__in=wanted))
    known = _sums(LotEntry.objects.filter(lot__in=wanted, kind=Movement.NEW_CREDIT))
    with Ledger(at, balances) as ledger:
        for lot in wanted.values():
            came, times = known.get(lot.id, _NONE)
            if difference := ledger.minor(lot.id, lot.amount) - came:
                ledger.move(lot.id, Movement.NEW_CREDIT, difference, lot.starts_on, reference=str(times + 1))


@transaction.atomic
def take(number: str, invoice: Invoice, scope: Scope, at: datetime) -> None:
    """Take from the lots what the invoice issued under this number says; what its period took before is taken over.

    Raises `UnableToSettle` if a lot does not hold that much: then the lots were not locked before the draft was made.
    """
    wanted = taken_of(invoice)
    alone = settled_alone(scope, invoice.period, invoice.kind)
    with Ledger(at, locked(LotBalance.objects.filter(lot_key__in={*wanted, *alone}))) as ledger:
        for lot, before in alone.items():
            if before.minor:
                ledger.move(lot, Movement.GIVEN_BACK, before.minor, invoice.issue_date, reference=before.next_reference)
        for lot, amount in wanted.items():
            taken = -ledger.minor(lot, amount)
            ledger.move(lot, Movement.SETTLED_CHARGES, taken, invoice.issue_date, number=number)


@transaction.atomic
def settle_without_invoice(draft: Invoice, scope: Scope, at: datetime) -> None:
    """Let a period that credit covers use its lots, though no invoice is made of the draft.

    To be called with the lots locked that the draft was settled with; once more changes nothing, and a draft that has
    changed since, because usage came late, moves the lots by the difference. Nothing if somebody else has issued its
    invoice meanwhile.
    """
    if issued_for(scope, draft.period, kind=draft.kind):
        return
    wanted, day = taken_of(draft), draft.issue_date
    alone = settled_alone(scope, draft.period, draft.kind)
    with Ledger(at, locked(LotBalance.objects.filter(lot_key__in={*wanted, *alone}))) as ledger:
        for lot, before in alone.items():
            more = (ledger.minor(lot, wanted[lot]) if lot in wanted else 0) - before.minor
            if more:
                movement = Movement.SETTLED_CHARGES if more > 0 else Movement.GIVEN_BACK
                ledger.move(lot, movement, -more, day, reference=before.next_reference)


@transaction.atomic
def give_back(number: str, note: Invoice, at: datetime) -> None:
    """Give back to the lots what the credit note issued under this number says: its allowances and prepayments of lots.

    The note over all that is left of an invoice gives back exactly what was taken for it. A note over a part gives back
    in the order that it states itself (`invoicing.credit_notes`). Also a lot that has expired gets its own back, for a
    new invoice over the same days; what no such invoice uses expires again. Raises `UnableToSettle` rather than give
    back more than was taken.
    """
    assert note.refers_to, "only a document that refers to an invoice gives back"  # noqa: S101 - a fault of the program
    wanted = taken_of(note)
    with Ledger(at, locked(LotBalance.objects.filter(lot_key__in=wanted))) as ledger:
        still = _still_taken(note.refers_to.number)
        for lot, amount in wanted.items():
            back = ledger.minor(lot, amount)
            if back > still.get(lot, 0):
                raise UnableToSettle(
                    phrase(
                        "Invoice {number} took less from the credit {lot} than would be given back to it.",
                        number=note.refers_to.number, lot=lot,
                    )
                )  # fmt: skip
            ledger.move(lot, Movement.GIVEN_BACK, back, note.issue_date, number=number)


@transaction.atomic
def expire(lots: Iterable[str], at: datetime) -> list[str]:
    """Let what is left of these lots lapse, of those whose last day has passed; their ids. Once more changes nothing.

    The entry bears the day of expiry, whenever it is made. It may be made only when every period that the lot could
    still pay for is settled: `runs.expire_credit` knows.
    """
    balances = locked(LotBalance.objects.filter(lot_key__in=set(lots), left_minor__gt=0))
    before = _sums(LotEntry.objects.filter(lot__in=balances, kind=Movement.EXPIRED))
    gone = []
    with Ledger(at, balances) as ledger:
        for lot, expires_on in ((one.lot.id, one.lot.expires_on) for one in lot_states(balances.values())):
            if expires_on and expires_on <= at.date():
                _, times = before.get(lot, _NONE)
                reference = str(times + 1)
                ledger.move(lot, Movement.EXPIRED, -balances[lot].left_minor, expires_on, reference=reference)
                gone.append(lot)
    return gone


@transaction.atomic
def adjust(lot: str, amount: Decimal, code: str, reason: str, at: datetime, reference: str | None = None) -> Adjusted:  # noqa: PLR0913, PLR0917 - what is told of an adjustment
    """Add to a lot, or take from it, by hand, with one of the codes of agreements.md §6.4; the lot after it.

    With a `reference` of the operator the same adjustment is made once only. Raises `UnableToSettle` for a code or lot
    that does not exist, for more decimals than the currency has, and if less than that is left.
    """
    if code not in ADJUSTMENT_CODES:
        raise UnableToSettle(
            phrase("There is no code {code}. Use one of {codes}.", code=code, codes=tuple(ADJUSTMENT_CODES))
        )
    balances = locked(LotBalance.objects.filter(lot_key=lot))
    if lot not in balances:
        raise UnableToSettle(phrase("There is no credit with the id {lot}.", lot=lot))
    key = f"operator {reference}" if reference else None
    made_before = key and LotEntry.objects.filter(lot=lot, kind=Movement.ADJUSTMENT, reference=key).exists()
    if not made_before:
        with Ledger(at, balances) as ledger:
            minor = ledger.minor(lot, Money(amount, balances[lot].currency))
            cause = f"{code} {reason}".strip()
            ledger.move(lot, Movement.ADJUSTMENT, minor, at.date(), reference=key, cause=cause)
    (state,) = lot_states(LotBalance.objects.filter(lot_key=lot))
    return Adjusted(state, is_new=not made_before)


def check_balances() -> list[str]:
    """The lots that the ledger has wrong, by id; empty if all is well.

    Of every lot, what is left is the sum of its entries and not below zero, what came is what was agreed, and every
    agreed lot is known.
    """
    wrong = set()
    moved = _sums(LotEntry.objects.all())
    came = _sums(LotEntry.objects.filter(kind=Movement.NEW_CREDIT))
    balances = {balance.lot_key: balance for balance in LotBalance.objects.all()}
    for key, balance in balances.items():
        if balance.left_minor != moved.get(key, _NONE)[0] or balance.left_minor < 0:
            wrong.add(key)
    for lot in agreed_lots():
        known = balances.get(lot.id)
        if not known or _amount(known, came.get(lot.id, _NONE)[0]) != lot.amount:
            wrong.add(lot.id)
    return sorted(wrong)


def _still_taken(number: str) -> dict[str, int]:
    """What the invoice took of each lot, less what its credit notes gave back."""
    taken = _sums(LotEntry.objects.filter(invoice=number, kind=Movement.SETTLED_CHARGES))
    given = _sums(LotEntry.objects.filter(invoice__refers_to=number, kind=Movement.GIVEN_BACK))
    return {lot: -sum_ - given.get(lot, _NONE)[0] for lot, (sum_, _) in taken.items()}


def _sums(entries: QuerySet[LotEntry]) -> dict[str, tuple[int, int]]:
    """By lot: the sum of the entries in minor units, and how many they are."""
    rows = entries.values_list("lot").annotate(Sum("amount_minor"), Count("pk")).order_by()
    return {lot: (minor, count) for lot, minor, count in rows}


def _amount(balance: LotBalance, minor: int) -> Money:
    return Money(Decimal(minor).scaleb(-balance.currency_decimals), balance.currency)


def _decimals_of(currency: str) -> int:
    issuer = seller()
    assert issuer, "credit is agreed with a seller"  # noqa: S101 - a fault of the program
    return currency_decimals(currency, issuer.party.address.country)
