"""Reasons that lie in what is agreed: N15, N16, N13, N14, then N17 and N18. See `invoicing.absence`.

Chosen where the reference leaves it open:

- N13 holds for everyone who may not see an enrollment's invoices, also for the enterprise administrator of an indirect
  one: its invoice goes to the partner. There is no day before which the feature did not exist.
- N14 is told of an open period too, as long as what was used so far is within the prepayment; one without any usage or
  prepayment has no event once it is due.
- N16: someone without permission is told so by the offer alone, whatever the key still holds.
- N18 is told under every agreement of a kind of invoice that it does not have.
"""

from __future__ import annotations

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import OfferKind
from kvitto.invoicing.absence_facts import Absence, AbsenceFacts, Moved, Reason, Refusal, Terms, Timing
from kvitto.language import Phrase, phrase

_USAGE_IS_THERE = phrase("The daily usage of the period can be seen and downloaded.")


def by_agreement(facts: AbsenceFacts) -> Absence | None:
    """N15, N16, N13 or N14, or None."""
    terms = facts.terms
    if terms is None:
        return None
    refusal = facts.asker.refusal if facts.asker else None
    if refusal and terms.agreement is AgreementType.MPA and refusal.is_customer_of_partner:
        return _through_partner(terms)
    if terms.agreement is AgreementType.MOSP and terms.offer.kind is OfferKind.AZURE_IN_OPEN:
        return _by_key(facts, refusal)
    if terms.agreement is AgreementType.EA:
        return _not_for_them(terms, refusal) if refusal else _without_event(facts)
    return None


def by_place(facts: AbsenceFacts) -> Absence | None:
    """N17 or N18: there is such an invoice, if anywhere, in another list; or None."""
    terms = facts.terms
    if terms is None:
        return None
    if terms.moved and facts.asked_from and terms.moved.on <= facts.asked_from:
        return _moved(terms.moved)
    is_plan = terms.offer.kind is OfferKind.SUPPORT
    if terms.kind not in terms.kinds:
        return _all_on_one(terms)
    if terms.agreement is AgreementType.MOSP and is_plan and terms.kind is InvoiceKind.SERVICES:
        return _plan_apart()
    if terms.agreement is AgreementType.MOSP and not is_plan and terms.kind is InvoiceKind.SUPPORT:
        return _no_plan(terms)
    return None


def _through_partner(terms: Terms) -> Absence:
    return Absence(
        Reason.THROUGH_PARTNER,
        phrase(
            "This was bought through the partner {partner}, who invoices it. No invoice is made to the partner's"
            " customers here.",
            partner=terms.partner,
        ),
        phrase("Ask {partner} for the invoice and for the usage behind it.", partner=terms.partner),
        helpers=(terms.partner,),
    )


def _by_key(facts: AbsenceFacts, refusal: Refusal | None) -> Absence | None:
    text: Phrase
    if refusal or facts.time is None or facts.amounts is None:
        if refusal is None:
            return None
        text = phrase("The subscription is paid by prepaid keys. Nothing is invoiced as long as their credit lasts.")
        return Absence(Reason.PREPAID_KEY, text, refusal.said, helpers=refusal.helpers)
    if not facts.amounts.is_covered or facts.amounts.is_held_back:
        return None
    if facts.time.is_due:
        text = phrase(
            "No invoice for {period}: the credit of prepaid keys covered the charges of {charges}.",
            period=facts.time.period, charges=facts.amounts.charges,
        )  # fmt: skip
        return Absence(Reason.PREPAID_KEY, text, _USAGE_IS_THERE)
    text = phrase(
        "No invoice for {period}: the subscription is paid by prepaid keys, whose credit covers the charges so far,"
        " {charges}. What goes beyond it is invoiced from {invoice_day} on.",
        period=facts.time.period, charges=facts.amounts.charges, invoice_day=facts.time.invoice_day,
    )  # fmt: skip
    return _still_open(Reason.PREPAID_KEY, text, facts.time)


def _not_for_them(terms: Terms, refusal: Refusal) -> Absence:
    advice = (
        phrase("Ask {partner}, to whom the invoice goes, for a copy.", partner=terms.partner)
        if terms.partner
        else phrase("Ask an enterprise administrator for a copy; the invoice goes to them.")
    )
    helpers = (terms.partner,) if terms.partner else refusal.helpers
    return Absence(Reason.ENROLLMENT_CUSTOMER, refusal.said, advice, helpers=helpers)


def _without_event(facts: AbsenceFacts) -> Absence | None:
    time, amounts = facts.time, facts.amounts
    if time is None or amounts is None or amounts.is_held_back:
        return None
    if time.is_due:
        if amounts.owed.amount > 0:
            return None
        text = (
            phrase(
                "No invoice for {period}: all usage, {charges}, was within the prepayment, and nothing was charged"
                " besides.",
                period=time.period, charges=amounts.charges,
            )
            if amounts.is_covered
            else phrase("No invoice for {period}: nothing was charged to the enrollment.", period=time.period)
        )  # fmt: skip
        return Absence(Reason.NO_EVENT, text, _USAGE_IS_THERE)
    if not amounts.is_covered:
        return None
    text = phrase(
        "No invoice for {period} so far: all usage, {charges}, is within the prepayment. What goes beyond it is"
        " invoiced from {invoice_day} on.",
        period=time.period, charges=amounts.charges, invoice_day=time.invoice_day,
    )  # fmt: skip
    return _still_open(Reason.NO_EVENT, text, time)


def _still_open(reason: Reason, text: Phrase, time: Timing) -> Absence:
    """Usage that is still to come may change it, up to the day on which an invoice would be made."""
    return Absence(reason, text, _USAGE_IS_THERE, changes_on=time.invoice_day, invoice_day=time.invoice_day)


def _moved(moved: Moved) -> Absence:
    return Absence(
        Reason.ACCOUNT_MOVED,
        phrase(
            "The subscription has no invoices of its own for periods from {day} on: since then it is invoiced with"
            " {name}.",
            day=moved.on, name=moved.name,
        ),
        phrase(
            "Switch the scope to {name} ({id}). Invoices of before stay with the subscription.",
            name=moved.name, id=moved.id,
        ),
    )  # fmt: skip


def _all_on_one(terms: Terms) -> Absence:
    text = (
        phrase("There are no invoices of Marketplace purchases alone: they stand on the same invoice as the rest.")
        if terms.kind is InvoiceKind.MARKETPLACE
        else phrase("There are no invoices of support plans alone: they stand on the same invoice as the rest.")
    )
    return Absence(Reason.LISTED_APART, text, phrase("Choose the invoices of Azure services."))


def _plan_apart() -> Absence:
    return Absence(
        Reason.LISTED_APART,
        phrase("A support plan has invoices of its own kind and none of Azure services."),
        phrase("Choose the invoices of support plans."),
    )


def _no_plan(terms: Terms) -> Absence:
    advice = (
        phrase("Choose the subscription of the support plan: {names}.", names=terms.support_plans)
        if terms.support_plans
        else phrase("The account has no support plan that you could see.")
    )
    text = phrase(
        "The subscription is no support plan. Such a plan is a subscription of its own, with its own invoices."
    )
    return Absence(Reason.LISTED_APART, text, advice)
