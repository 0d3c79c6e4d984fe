"""Why there is no invoice: one of the reasons N1 to N18 of invoices.md §9, in one true sentence.

Evaluated in the order in which the reference proposes it; the first that holds is the one that is told:

1. identity: N12, N11, N10
2. agreement: N15, N16, N13, N14
3. another list: N17, N18
4. permission: N9, N7, N8
5. time: N1, N2, N3
6. money: N4, N6, N5

N4 to N6 never apply to a Customer Agreement or a Partner Agreement: there an invoice is always made, even over zero. A
period that is due and that none of these keeps from an invoice is not generated yet (N3): the seller has not closed it,
or holds it back. For someone who may not see invoices the answer follows from steps 1 to 4 alone, which know neither
time nor money: it never tells whether there is an invoice.
"""

from __future__ import annotations

from dataclasses import replace

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.offers import OfferKind
from kvitto.invoicing.absence_by_agreement import by_agreement, by_place
from kvitto.invoicing.absence_by_amounts import by_money, by_time, not_closed
from kvitto.invoicing.absence_by_asker import by_identity, by_permission
from kvitto.invoicing.absence_facts import (
    Absence,
    AbsenceFacts,
    Amounts,
    Asker,
    Moved,
    Reason,
    Refusal,
    Relation,
    Terms,
    Timing,
)

__all__ = [
    "Absence", "AbsenceFacts", "Amounts", "Asker", "Moved", "Reason", "Refusal", "Relation", "Terms", "Timing",
    "depends_on_amounts", "is_billed", "why_no_invoice", "without_amounts",
]  # fmt: skip

_QUESTIONS = (by_identity, by_agreement, by_place, by_permission, by_time, by_money)


def why_no_invoice(facts: AbsenceFacts) -> Absence:
    """The one reason why the period has no invoice."""
    return _reason(facts) or not_closed(facts)


def is_billed(facts: AbsenceFacts) -> bool:
    """True if an invoice is to be made now: none of the reasons keeps it away."""
    return _reason(facts) is None


def without_amounts(facts: AbsenceFacts) -> Absence | None:
    """The reason that follows from steps 1 to 4 alone, whatever time it is and whatever is owed; None if none does."""
    return _reason(replace(facts, time=None, amounts=None))


def depends_on_amounts(terms: Terms, time: Timing) -> bool:
    """False if the time alone tells why: of what is not due, only prepayment is held against what was used so far."""
    return time.is_due or terms.agreement is AgreementType.EA or terms.offer.kind is OfferKind.AZURE_IN_OPEN


def _reason(facts: AbsenceFacts) -> Absence | None:
    return next((told for question in _QUESTIONS if (told := question(facts))), None)
