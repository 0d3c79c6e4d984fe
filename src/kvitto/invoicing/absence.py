"""Why there is no invoice for a billing period: reasons N1 to N6 of invoices.md §9, in one true sentence each.

Evaluated in the order N1 → N2 → N3 → N4, N6, N5; the first that holds is the reason. Usage that never came (N6) is
told before a credit that covers nothing (N5). N4 to N6 never apply to a Customer Agreement: there an invoice is
always made, even over zero. A period whose invoice day has come and that none of these keeps from an invoice is not
generated yet (N3): the seller has not closed it, or holds it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.invoicing.settlement import is_covered_by_credit
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.periods import Period


class Reason(StrEnum):
    """The numbers of the reasons in invoices.md §9."""

    TOO_NEW = "N1"
    PERIOD_OPEN = "N2"
    NOT_GENERATED_YET = "N3"
    FREE_TRIAL = "N4"
    CREDIT_NOT_EXCEEDED = "N5"
    NO_USAGE = "N6"
    NO_PERMISSION_ON_SUBSCRIPTION = "N7"  # this and the next are decided by access, before any rule here
    NO_PERMISSION_ON_PROFILE = "N8"


@dataclass(frozen=True)
class AbsenceFacts:
    """What decides the reason.

    `now` is the office's moment; its UTC day counts. `started_on` is the day the subscription began (MOSP) or the
    account was created (MCA), `too_new_until` the first day on which 30 days have passed since. `invoice_at` is the
    moment from which an invoice of this period can be made. `charges` is the sum of the rounded lines and `has_usage`
    whether any usage was accepted, both as known now. `is_held_back`: something in the period stops its invoice, such
    as usage without a price.
    """

    agreement: AgreementType
    offer: Offer
    period: Period
    now: datetime
    started_on: date
    too_new_until: date
    invoice_at: datetime
    charges: Money
    has_usage: bool
    is_held_back: bool = False

    @property
    def today(self) -> date:
        """The office's UTC day."""
        return self.now.date()

    @property
    def invoice_day(self) -> date:
        """The UTC day from which an invoice can be made."""
        return self.invoice_at.date()


@dataclass(frozen=True)
class Absence:
    """The reason, its sentence, and when it changes.

    `changes_on` is the first day on which the reason no longer holds, `invoice_day` the day from which an invoice can
    be made; both are None for a reason that stays. `advice` says what to do meanwhile.
    """

    code: Reason
    phrase: Phrase
    advice: Phrase
    changes_on: date | None = None
    invoice_day: date | None = None

    @property
    def is_lasting(self) -> bool:
        """True if no invoice is to come, as far as is known."""
        return self.invoice_day is None


def why_no_invoice(facts: AbsenceFacts) -> Absence:
    """The one reason why the period has no invoice."""
    for holds, told in _RULES:
        if holds(facts):
            return told(facts)
    return _not_closed(facts)


def is_billed(facts: AbsenceFacts) -> bool:
    """True if an invoice is to be made now: none of the reasons N1 to N6 keeps it away."""
    return not any(holds(facts) for holds, _ in _RULES)


def _is_too_new(facts: AbsenceFacts) -> bool:
    return facts.today < facts.too_new_until


def _is_open(facts: AbsenceFacts) -> bool:
    return facts.today < facts.period.end


def _is_waiting(facts: AbsenceFacts) -> bool:
    return facts.now < facts.invoice_at


def _is_free_trial(facts: AbsenceFacts) -> bool:
    return facts.agreement is AgreementType.MOSP and facts.offer.kind is OfferKind.FREE_TRIAL


def _is_unused(facts: AbsenceFacts) -> bool:
    return facts.agreement is AgreementType.MOSP and not facts.has_usage


def _is_covered(facts: AbsenceFacts) -> bool:
    return (
        facts.agreement is AgreementType.MOSP
        and not facts.is_held_back  # charges that are not all known may still exceed the credit
        and is_covered_by_credit(facts.offer, facts.charges)
    )


def _too_new(facts: AbsenceFacts) -> Absence:
    text = (
        phrase(
            "No invoice for {period} yet: the subscription began on {started_on}, and the first invoice is made no"
            " sooner than 30 days later; for this period from {invoice_day} on.",
            period=facts.period, started_on=facts.started_on, invoice_day=facts.invoice_day,
        )
        if facts.agreement is AgreementType.MOSP
        else phrase(
            "No invoice for {period} yet: the billing account was created on {started_on}, and the first invoice is"
            " made no sooner than 30 days later; for this period from {invoice_day} on.",
            period=facts.period, started_on=facts.started_on, invoice_day=facts.invoice_day,
        )
    )  # fmt: skip
    return Absence(Reason.TOO_NEW, text, _USAGE_IS_THERE, facts.too_new_until, facts.invoice_day)


def _period_open(facts: AbsenceFacts) -> Absence:
    text = phrase(
        "No invoice for {period} yet: the billing period is open until the end of {last_day} (UTC), and invoices for it"
        " are made from {invoice_day} on.",
        period=facts.period, last_day=facts.period.last_day, invoice_day=facts.invoice_day,
    )  # fmt: skip
    return Absence(Reason.PERIOD_OPEN, text, _USAGE_IS_THERE, facts.period.end, facts.invoice_day)


def _not_generated_yet(facts: AbsenceFacts) -> Absence:
    text = phrase(
        "No invoice for {period} yet: the billing period ended on {last_day}, and invoices for it are made from"
        " {invoice_day} on.",
        period=facts.period, last_day=facts.period.last_day, invoice_day=facts.invoice_day,
    )  # fmt: skip
    return Absence(Reason.NOT_GENERATED_YET, text, _USAGE_IS_THERE, facts.invoice_day, facts.invoice_day)


def _not_closed(facts: AbsenceFacts) -> Absence:
    text = (
        phrase(
            "No invoice for {period} yet: it could be made from {invoice_day} on, but the seller holds it back until"
            " every charge in it is certain.",
            period=facts.period, invoice_day=facts.invoice_day,
        )
        if facts.is_held_back
        else phrase(
            "No invoice for {period} yet: it could be made from {invoice_day} on, but the seller has not closed the"
            " period.",
            period=facts.period, invoice_day=facts.invoice_day,
        )
    )  # fmt: skip
    return Absence(Reason.NOT_GENERATED_YET, text, _USAGE_IS_THERE, invoice_day=facts.invoice_day)


def _free_trial(facts: AbsenceFacts) -> Absence:
    text = phrase(
        "No invoice for {period}: the subscription is a free trial, and nothing is owed.", period=facts.period
    )
    return Absence(Reason.FREE_TRIAL, text, _USAGE_IS_THERE)


def _no_usage(facts: AbsenceFacts) -> Absence:
    text = phrase("No invoice for {period}: there was no usage in the period.", period=facts.period)
    return Absence(Reason.NO_USAGE, text, phrase("There is nothing to pay."))


def _credit_not_exceeded(facts: AbsenceFacts) -> Absence:
    text = phrase(
        "No invoice for {period}: your monthly credit of {credit} covered the charges of {charges}.",
        period=facts.period, credit=facts.offer.monthly_credit, charges=facts.charges,
    )  # fmt: skip
    return Absence(Reason.CREDIT_NOT_EXCEEDED, text, _USAGE_IS_THERE)


_USAGE_IS_THERE = phrase("The daily usage of the period can be seen and downloaded.")
_RULES: tuple[tuple[Callable[[AbsenceFacts], bool], Callable[[AbsenceFacts], Absence]], ...] = (
    (_is_too_new, _too_new),
    (_is_open, _period_open),
    (_is_waiting, _not_generated_yet),
    (_is_free_trial, _free_trial),
    (_is_unused, _no_usage),
    (_is_covered, _credit_not_exceeded),
)
