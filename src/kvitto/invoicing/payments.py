"""What can be said of a payment: how it was made, why it failed; the published names (invoices.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kvitto.money import Money


class PaymentKind(StrEnum):
    """What a record of money says."""

    PAYMENT = "payment"
    FAILED = "failed"
    REFUND = "refund"
    REVERSAL = "reversal"


class MethodFamily(StrEnum):
    """How money comes or goes."""

    CREDIT_CARD = "CreditCard"
    CREDITS = "Credits"  # what was on account for the payer
    CHECK_WIRE = "CheckWire"
    E_WALLET = "EWallet"
    DIRECT_DEBIT = "DirectDebit"
    TASK_ORDER = "TaskOrder"


class FailureReason(StrEnum):
    """Why a charge was tried in vain."""

    BANK_DECLINED = "BankDeclined"
    CARD_EXPIRED = "CardExpired"
    INCORRECT_CARD_DETAILS = "IncorrectCardDetails"
    OTHER = "Other"


@dataclass(frozen=True)
class Payment:
    """One record of money for an invoice; `amount` is positive, `kind` says which way it counts.

    `reversed_on`: the day on which the record was taken back as a mistake. `reverses`: of a reversal, the reference of
    the record that it takes back.
    """

    kind: PaymentKind
    on_day: date
    amount: Money
    reference: str
    method_family: str = ""
    method: str = ""
    reason: str = ""
    reversed_on: date | None = None
    reverses: str = ""

    @property
    def is_in_force(self) -> bool:
        """False for a reversal and for what it took back."""
        return self.kind is not PaymentKind.REVERSAL and self.reversed_on is None
