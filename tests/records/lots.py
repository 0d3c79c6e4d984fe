"""Lots of credit, and invoices that use them, for the tests of the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.facts import Agreed, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.settlement import LotState
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.models import AgreementRecord, LotBalance
from kvitto.records.revisions import next_revision
from kvitto.records.settlement import open_lots
from tests.invoicing.cast import FEBRUARY, KNOWN, charged, mosp, price, seller

LAB = Scope(ScopeKind.SUBSCRIPTION, "lab")
NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money(Decimal(amount), "USD")


def lot(
    key: str = "gift",
    amount: str = "100",
    *,
    source: LotSource = LotSource.PROMOTIONAL,
    expires: date | None = date(2025, 1, 1),
    treatment: LotTreatment = LotTreatment.DISCOUNT,
) -> CreditLot:
    """A lot of the lab's."""
    return CreditLot(key, LAB, source, usd(amount), date(2024, 1, 1), expires, treatment)


def agree(*values: Agreed, at: datetime = NOW, opened: bool = True) -> None:
    """Record that this was agreed, superseding what was agreed of the same before; lots are `opened` in the ledger."""
    revision = next_revision(at, "tests")
    for value in values:
        known = AgreementRecord.objects.filter(kind=kind_of(value), key=value.id, superseded_in=None)
        known.update(superseded_in=revision)
        AgreementRecord.objects.create(
            kind=kind_of(value), key=value.id, parent=parent_of(value), facts=to_facts(value),
            valid_from=date(2024, 1, 1), recorded_in=revision,
        )  # fmt: skip
    if opened:
        open_lots([value for value in values if isinstance(value, CreditLot)], at)


def agree_lots(*lots: CreditLot) -> None:
    """A seller, and these lots."""
    agree(seller(), *lots)


def drafted(amount: str, lots: tuple[LotState, ...], period: Period = FEBRUARY) -> Invoice:
    """The draft over these charges, settled with these lots; the issue date is the fifth of March."""
    facts = DraftFacts(mosp(), period, [charged(amount, period=period)], {1: price()}, NOW.date(), KNOWN)
    return draft(replace(facts, lots=lots))


def left() -> dict[str, int]:
    """What is left of each lot, in cents."""
    return dict(LotBalance.objects.values_list("lot_key", "left_minor"))
