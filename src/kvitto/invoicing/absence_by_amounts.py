"""Reasons that lie in time (N1, N2, N3) and in money (N4, N6, N5). See `invoicing.absence`.

Usage that never came (N6) is told before credit that covers nothing (N5). A support plan is invoiced in advance, from
its first day on: it is neither too new nor open.
"""

from __future__ import annotations

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import OfferKind
from kvitto.invoicing.absence_facts import Absence, AbsenceFacts, Amounts, Reason, Terms, Timing
from kvitto.language import Phrase, phrase

_USAGE_IS_THERE = phrase("The daily usage of the period can be seen and downloaded.")


def by_time(facts: AbsenceFacts) -> Absence | None:
    """N1, N2 or N3, or None if the invoice is due; N9 of one that is too old to be kept."""
    terms, time = facts.terms, facts.time
    if terms is None or time is None:
        return None
    if time.is_deleted:
        return _deleted(time)
    if terms.kind is not InvoiceKind.SUPPORT:
        if time.today < time.too_new_until:
            return _too_new(terms.agreement, time)
        if time.today < time.period.end:
            return _period_open(time)
    return None if time.is_due else _not_generated_yet(time)


def by_money(facts: AbsenceFacts) -> Absence | None:
    """N4, N6 or N5, or None if there is something to bill; MCA and MPA are always billed."""
    terms, time, amounts = facts.terms, facts.time, facts.amounts
    if terms is None or time is None or amounts is None or terms.agreement is not AgreementType.MOSP:
        return None
    if terms.offer.kind is OfferKind.FREE_TRIAL and amounts.owed.amount <= 0:
        return _free_trial(time)
    if not amounts.has_usage:
        return _no_usage(terms, time)
    if amounts.is_covered and not amounts.is_held_back:  # charges that are not all known may still exceed the credit
        return _credit_not_exceeded(terms, time, amounts)
    return None


def not_closed(facts: AbsenceFacts) -> Absence:
    """N3 of what is due and kept from its invoice by nothing else: the seller has not closed it, or holds it back."""
    assert facts.time, "who may not know the time was answered before"  # noqa: S101 - a fault of the program
    is_held_back = facts.amounts is not None and facts.amounts.is_held_back
    period, invoice_day = facts.time.period, facts.time.invoice_day
    text = (
        phrase(
            "No invoice for {period} yet: it could be made from {invoice_day} on, but the seller holds it back until"
            " every charge in it is certain.",
            period=period, invoice_day=invoice_day,
        )
        if is_held_back
        else phrase(
            "No invoice for {period} yet: it could be made from {invoice_day} on, but the seller has not closed the"
            " period.",
            period=period, invoice_day=invoice_day,
        )
    )  # fmt: skip
    return Absence(Reason.NOT_GENERATED_YET, text, _USAGE_IS_THERE, invoice_day=invoice_day)


def _deleted(time: Timing) -> Absence:
    text = phrase(
        "The invoice for {period} was kept as long as the law asks, and deleted after that.", period=time.period
    )
    return Absence(Reason.OLDER_INVOICE, text, phrase("Look for it among the documents you kept."))


def _too_new(agreement: AgreementType, time: Timing) -> Absence:
    values = {"period": time.period, "started_on": time.started_on, "invoice_day": time.invoice_day}
    text = (
        phrase(
            "No invoice for {period} yet: the subscription began on {started_on}, and the first invoice is made no"
            " sooner than 30 days later; for this period from {invoice_day} on.",
            **values,
        )
        if agreement is AgreementType.MOSP
        else phrase(
            "No invoice for {period} yet: the billing account was created on {started_on}, and the first invoice is"
            " made no sooner than 30 days later; for this period from {invoice_day} on.",
            **values,
        )
    )
    return Absence(Reason.TOO_NEW, text, _USAGE_IS_THERE, time.too_new_until, time.invoice_day)


def _period_open(time: Timing) -> Absence:
    text = phrase(
        "No invoice for {period} yet: the billing period is open until the end of {last_day} (UTC), and invoices for it"
        " are made from {invoice_day} on.",
        period=time.period, last_day=time.period.last_day, invoice_day=time.invoice_day,
    )  # fmt: skip
    return Absence(Reason.PERIOD_OPEN, text, _USAGE_IS_THERE, time.period.end, time.invoice_day)


def _not_generated_yet(time: Timing) -> Absence:
    text = (
        phrase(
            "No invoice for {period} yet: the billing period ended on {last_day}, and invoices for it are made from"
            " {invoice_day} on.",
            period=time.period, last_day=time.period.last_day, invoice_day=time.invoice_day,
        )
        if time.period.end <= time.today
        else phrase(
            "No invoice for {period} yet: it is invoiced in advance, from {invoice_day} on.",
            period=time.period, invoice_day=time.invoice_day,
        )
    )  # fmt: skip
    return Absence(Reason.NOT_GENERATED_YET, text, _USAGE_IS_THERE, time.invoice_day, time.invoice_day)


def _free_trial(time: Timing) -> Absence:
    text = phrase("No invoice for {period}: the subscription is a free trial, and nothing is owed.", period=time.period)
    return Absence(Reason.FREE_TRIAL, text, _USAGE_IS_THERE)


def _no_usage(terms: Terms, time: Timing) -> Absence:
    text = (
        phrase("No invoice for {period}: nothing was bought in the Marketplace in the period.", period=time.period)
        if terms.kind is InvoiceKind.MARKETPLACE
        else phrase("No invoice for {period}: there was no usage in the period.", period=time.period)
    )
    return Absence(Reason.NO_USAGE, text, phrase("There is nothing to pay."))


def _credit_not_exceeded(terms: Terms, time: Timing, amounts: Amounts) -> Absence:
    credit = terms.offer.monthly_credit
    text: Phrase
    if credit is None:
        text = phrase(
            "No invoice for {period}: your credit covered the charges of {charges}.",
            period=time.period, charges=amounts.charges,
        )  # fmt: skip
    elif amounts.charges <= credit:
        text = phrase(
            "No invoice for {period}: your monthly credit of {credit} covered the charges of {charges}.",
            period=time.period, credit=credit, charges=amounts.charges,
        )  # fmt: skip
    else:
        text = phrase(
            "No invoice for {period}: of the charges of {charges} your monthly credit of {credit} paid its part, and"
            " other credit or the spending limit left nothing to pay.",
            period=time.period, credit=credit, charges=amounts.charges,
        )  # fmt: skip
    return Absence(Reason.CREDIT_NOT_EXCEEDED, text, _USAGE_IS_THERE)
