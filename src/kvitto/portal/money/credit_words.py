"""What is said of credit: what it is, what it pays for, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.agreements.adjustment_codes import ADJUSTMENT_CODES
from kvitto.agreements.credit_lots import LotSource, LotTreatment
from kvitto.agreements.hierarchy import AgreementType
from kvitto.invoicing.credit_history import EVENT_TYPES, CreditEvent, EventType, LotStatus
from kvitto.language import Phrase, phrase

SOURCES: Mapping[LotSource, Phrase] = {
    LotSource.FREE_TRIAL: phrase("Free trial credit"),
    LotSource.PROMOTIONAL: phrase("Promotional credit"),
    LotSource.SPONSORSHIP: phrase("Sponsorship credit"),
    LotSource.PURCHASED: phrase("Purchased credit"),
    LotSource.PREPAYMENT: phrase("Prepayment"),
    LotSource.PREPAID_KEY: phrase("Prepaid key"),
    LotSource.SERVICE_CREDIT: phrase("Service credit"),
}
TREATMENTS: Mapping[LotTreatment, Phrase] = {
    LotTreatment.DISCOUNT: phrase("lowers the charges before tax"),
    LotTreatment.PAYMENT: phrase("pays what is due after tax"),
}
TONES: Mapping[LotStatus, str] = {
    LotStatus.ACTIVE: "good",
    LotStatus.INACTIVE: "quiet",
    LotStatus.EXPIRING: "warn",
    LotStatus.EXPIRED: "quiet",
    LotStatus.USED: "quiet",
}
_ELIGIBLE = phrase(
    "Credit pays for usage and for reservations. It does not pay for what third parties sell, for support plans, for"
    " licences and for what is billed separately."
)
_PREPAYMENT = phrase(
    "Prepayment pays for usage and for reservations. It does not pay for what third parties sell, for support plans,"
    " for licences and for services that are billed separately; these are overage."
)


def what_it_pays(agreement: AgreementType) -> Phrase:
    """Which charges are eligible."""
    return _PREPAYMENT if agreement is AgreementType.EA else _ELIGIBLE


def said_of_event(event: CreditEvent) -> Phrase:
    """What happened."""
    if event.type is not EventType.SETTLED_CHARGES:
        return EVENT_TYPES[event.type]
    if event.amount.amount > 0:
        return phrase("Given back")
    return phrase("Settled on an invoice") if event.document else phrase("Settled without an invoice")


def reason_of_event(event: CreditEvent) -> Phrase | None:
    """Why an operator adjusted a lot; nothing of what else they wrote down."""
    code = event.cause.split(" ")[0] if event.type is EventType.ADJUSTMENT else ""
    return ADJUSTMENT_CODES.get(code)
