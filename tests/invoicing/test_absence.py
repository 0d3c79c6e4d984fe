"""Why there is no invoice."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.offers import Offer
from kvitto.invoicing.absence import AbsenceFacts, Reason, is_billed, why_no_invoice
from kvitto.language import LANGUAGES, Phrase
from kvitto.money import Money
from kvitto.periods import Period, midnight
from tests.invoicing.cast import FREE_TRIAL, PAY_AS_YOU_GO, monthly_credit

STARTED = date(2024, 2, 5)
PERIOD = Period(date(2024, 2, 5), date(2024, 3, 5))
SECOND_PERIOD = Period(date(2024, 3, 5), date(2024, 4, 5))
INVOICE_DAY = date(2024, 3, 15)
SECOND_INVOICE_AT = midnight(date(2024, 4, 15))


def plain_spaces(sentence: Phrase) -> str:
    """The sentence with every kind of space as a plain one."""
    return " ".join(str(sentence).split())


def facts(
    today: date = date(2024, 3, 20),
    *,
    offer: Offer = PAY_AS_YOU_GO,
    charges: str = "18.13",
    agreement: AgreementType = AgreementType.MOSP,
    **more: object,
) -> AbsenceFacts:
    """A subscription of 5 February, its first period, and an invoice day of 15 March."""
    given = AbsenceFacts(
        agreement, offer, PERIOD, midnight(today), STARTED, STARTED + timedelta(days=30), midnight(INVOICE_DAY),
        Money(Decimal(charges), "USD"), has_usage=True,
    )  # fmt: skip
    return dataclasses.replace(given, **more)  # type: ignore[arg-type]


def test_less_than_thirty_days_is_strict() -> None:
    """N1: on day 29 the subscription is too new; on day 30 it is not, and another reason holds."""
    second = dataclasses.replace(facts(), period=SECOND_PERIOD, invoice_at=SECOND_INVOICE_AT)
    day_29 = dataclasses.replace(second, now=midnight(STARTED + timedelta(days=29)))
    day_30 = dataclasses.replace(second, now=midnight(STARTED + timedelta(days=30)))
    assert why_no_invoice(day_29).code is Reason.TOO_NEW
    assert why_no_invoice(day_30).code is Reason.PERIOD_OPEN


def test_too_new_says_since_when_and_until_when() -> None:
    """N1 tells the start, the thirty days, and the day of the first invoice."""
    absence = why_no_invoice(facts(date(2024, 2, 25)))
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Feb – 4 Mar 2024 yet: the subscription began on 5 February 2024, and the first invoice is"
        " made no sooner than 30 days later; for this period from 15 March 2024 on."
    )
    assert (absence.changes_on, absence.invoice_day) == (date(2024, 3, 6), INVOICE_DAY)


def test_too_new_comes_before_all_other_reasons() -> None:
    """N1 holds for a free trial without usage in an open period, too."""
    assert why_no_invoice(facts(date(2024, 2, 25), offer=FREE_TRIAL, has_usage=False)).code is Reason.TOO_NEW


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (date(2024, 4, 4), Reason.PERIOD_OPEN),
        (date(2024, 4, 5), Reason.NOT_GENERATED_YET),
        (date(2024, 4, 14), Reason.NOT_GENERATED_YET),
    ],
)
def test_a_period_is_open_up_to_its_last_day_and_then_waits_for_its_invoice(today: date, code: Reason) -> None:
    """N2 until the period's last day is over, N3 until the invoice day."""
    later = facts(today, period=SECOND_PERIOD, invoice_at=SECOND_INVOICE_AT)
    assert why_no_invoice(later).code is code
    assert not is_billed(later)


def test_an_open_period_says_when_it_ends_and_when_its_invoice_comes() -> None:
    """N2 changes when the period ends."""
    absence = why_no_invoice(facts(period=SECOND_PERIOD, invoice_at=SECOND_INVOICE_AT))
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Mar – 4 Apr 2024 yet: the billing period is open until the end of 4 April 2024 (UTC), and"
        " invoices for it are made from 15 April 2024 on."
    )
    assert (absence.changes_on, absence.invoice_day) == (date(2024, 4, 5), date(2024, 4, 15))


def test_an_ended_period_says_from_when_its_invoice_is_made() -> None:
    """N3 changes on the invoice day."""
    absence = why_no_invoice(facts(date(2024, 3, 14)))
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Feb – 4 Mar 2024 yet: the billing period ended on 4 March 2024, and invoices for it are made"
        " from 15 March 2024 on."
    )
    assert absence.changes_on == INVOICE_DAY


def test_a_free_trial_owes_nothing() -> None:
    """N4 stays, and the daily usage is still there."""
    absence = why_no_invoice(facts(offer=FREE_TRIAL))
    assert absence.code is Reason.FREE_TRIAL
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Feb – 4 Mar 2024: the subscription is a free trial, and nothing is owed."
    )
    assert str(absence.advice) == "The daily usage of the period can be seen and downloaded."
    assert absence.changes_on is None


@pytest.mark.parametrize(
    ("charges", "code"), [("149.99", Reason.CREDIT_NOT_EXCEEDED), ("150", Reason.CREDIT_NOT_EXCEEDED)]
)
def test_a_credit_covers_charges_up_to_its_amount(charges: str, code: Reason) -> None:
    """N5 holds for charges exactly equal to the credit."""
    assert why_no_invoice(facts(offer=monthly_credit("150"), charges=charges)).code is code


def test_one_cent_over_the_credit_is_billed() -> None:
    """150.01 of charges against a credit of 150.00 make an invoice."""
    assert is_billed(facts(offer=monthly_credit("150"), charges="150.01"))


def test_a_covered_period_names_credit_and_charges() -> None:
    """N5 tells both amounts."""
    absence = why_no_invoice(facts(offer=monthly_credit("150")))
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Feb – 4 Mar 2024: your monthly credit of 150.00 USD covered the charges of 18.13 USD."
    )


def test_charges_that_are_not_all_known_are_not_said_to_be_covered() -> None:
    """Usage without a price may still exceed the credit."""
    assert why_no_invoice(facts(offer=monthly_credit("150"), is_held_back=True)).code is Reason.NOT_GENERATED_YET


@pytest.mark.parametrize("offer", [PAY_AS_YOU_GO, monthly_credit("150")])
def test_a_period_without_usage_has_no_invoice(offer: Offer) -> None:
    """N6, also where a credit would have covered it."""
    absence = why_no_invoice(facts(offer=offer, charges="0", has_usage=False))
    assert absence.code is Reason.NO_USAGE
    assert plain_spaces(absence.phrase) == "No invoice for 5 Feb – 4 Mar 2024: there was no usage in the period."


def test_usage_of_zero_is_usage() -> None:
    """Rows that come to nothing are billed with nothing; only a period without rows is N6."""
    assert is_billed(facts(charges="0"))


@pytest.mark.parametrize("offer", [PAY_AS_YOU_GO, FREE_TRIAL, monthly_credit("150")])
def test_a_customer_agreement_always_gets_its_invoice(offer: Offer) -> None:
    """The MCA exception: N4, N5 and N6 never apply."""
    agreement = facts(offer=offer, charges="0", agreement=AgreementType.MCA, has_usage=False)
    assert is_billed(agreement)
    assert why_no_invoice(agreement).code is Reason.NOT_GENERATED_YET


def test_a_young_customer_agreement_waits_too() -> None:
    """N1 counts from the day the account was created."""
    absence = why_no_invoice(facts(date(2024, 2, 25), agreement=AgreementType.MCA))
    assert absence.code is Reason.TOO_NEW
    assert "the billing account was created on 5 February 2024" in str(absence.phrase)


def test_a_due_period_says_that_it_was_not_closed_or_is_held_back() -> None:
    """N3 after the invoice day tells the truth: not closed yet, or held back."""
    assert "the seller has not closed the period" in str(why_no_invoice(facts()).phrase)
    held = why_no_invoice(facts(is_held_back=True))
    assert "holds it back until every charge in it is certain" in str(held.phrase)
    assert held.changes_on is None


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_reason_can_be_said_in_every_language(language: object) -> None:
    """Each sentence takes its values in each language."""
    cases = [
        facts(date(2024, 2, 25)),
        facts(date(2024, 3, 14)),
        facts(date(2024, 3, 6), period=SECOND_PERIOD),
        facts(),
        facts(is_held_back=True),
        facts(offer=FREE_TRIAL),
        facts(offer=monthly_credit("150")),
        facts(has_usage=False),
    ]
    for case in cases:
        sentence = why_no_invoice(case).phrase.said_in(language)  # type: ignore[arg-type]
        assert "{" not in sentence
        assert "2024" in sentence
