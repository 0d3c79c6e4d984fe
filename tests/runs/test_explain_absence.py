"""Why there is no invoice, for anyone and for one person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kvitto.language import Phrase
from kvitto.records.people import UnknownPerson
from kvitto.runs.asked_scope import UnableToFindScope
from kvitto.runs.explain_absence import Answer, why
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.invoice_life.void import void
from kvitto.runs.named_period import UnableToFindPeriod
from kvitto.runs.office import Office
from kvitto.runs.retention import run_retention
from tests.runs.invoice_life.billed import LAB, LATER, payment
from tests.runs.offices import FIRST_CLOSE, at, made_and_closed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
ANNA, BO, NOBODY = "anna@daugava.example", "bo@daugava.example", "nobody@elsewhere.example"


@pytest.fixture
def small(office: MakeOffice) -> Office:
    """The small office after February was closed."""
    return made_and_closed(office(FIRST_CLOSE))


def first(answer: Answer) -> str:
    """The main sentence, with plain spaces."""
    return plain(answer.sentences[0])


def plain(sentence: Phrase) -> str:
    """The sentence with plain spaces."""
    return " ".join(str(sentence).split())


def test_a_covered_period_is_explained_with_its_amounts(small: Office) -> None:
    """N5, and what can be done meanwhile."""
    answer = why(small, "credit", "2024-02")
    assert answer.reason == "N5"
    assert first(answer) == (
        "No invoice for 1–29 Feb 2024: your monthly credit of 5.00 USD covered the charges of 2.00 USD."
    )
    assert "daily usage" in str(answer.sentences[1])
    assert answer.changes_on is None


@pytest.mark.parametrize(
    ("subscription", "period", "reason"),
    [("young", "2024-02", "N1"), ("lab", "2024-03", "N2"), ("trial", "2024-02", "N4"), ("idle", "2024-02", "N6")],
)
def test_each_reason_is_given(small: Office, subscription: str, period: str, reason: str) -> None:
    """One subscription for each."""
    assert why(small, subscription, period).reason == reason


def test_a_period_that_waits_for_its_day_says_when(small: Office) -> None:
    """N3, with the day on which it changes."""
    answer = why(at(small, date(2024, 4, 4)), "lab", "2024-03")
    assert (answer.reason, answer.changes_on) == ("N3", date(2024, 4, 10))


def test_an_invoice_is_named_with_amount_and_due_date(small: Office) -> None:
    """By a name of the subscription, too."""
    for name in ("lab", "laboratory"):
        answer = why(small, name, "2024-02")
        assert first(answer) == "Invoice K-2024-000003 for 1–29 Feb 2024: 1.26 USD, due on 9 April 2024."
        assert (answer.reason, answer.status) == (None, "Due")


def test_a_subscription_under_a_customer_agreement_answers_for_its_profile(small: Office) -> None:
    """The profile's invoice; an MCA period without usage has one too."""
    answer = why(small, "waves", "2024-02")
    assert answer.scope
    assert answer.scope.profile
    assert answer.scope.profile.id == "cork"
    assert answer.invoice
    assert why(small, "calm", "2024-02").invoice


def test_a_person_with_all_rights_gets_the_same_answer(small: Office) -> None:
    """The Account Administrator."""
    assert why(small, "lab", "2024-02", ANNA) == why(small, "lab", "2024-02")
    assert why(small, "credit", "2024-02", ANNA) == why(small, "credit", "2024-02")


def test_a_reader_who_may_not_open_invoices_is_told_who_can_help(small: Office) -> None:
    """N7: the invoice is in the list, but downloading it needs the Account Administrator."""
    answer = why(small, "lab", "2024-02", BO)
    assert answer.reason == "N7"
    assert "Anna Ozola" in first(answer)
    assert answer.invoice


@pytest.mark.parametrize("subscription", ["lab", "laboratory", "never-existed"])
def test_a_stranger_learns_nothing(small: Office, subscription: str) -> None:
    """N10: what exists and what does not give the same answer, with the name as it was typed."""
    answer = why(small, subscription, "2024-02", NOBODY)
    assert (answer.reason, answer.scope, answer.period, answer.invoice) == ("N10", None, None, None)
    assert first(answer) == f"Signed in as {NOBODY}, you cannot see invoices of {subscription}."
    assert "sign in with the address that the mail was sent to" in plain(answer.sentences[1])


def test_an_unknown_subscription_or_person_is_told(small: Office) -> None:
    """To the office's operator, in so many words."""
    with pytest.raises(UnableToFindScope, match="There is no subscription with the id or name nothing"):
        why(small, "nothing", "2024-02")
    with pytest.raises(UnknownPerson, match=r"nobody with the address x@y\.example"):
        why(small, "lab", "2024-02", "x@y.example")


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2024-01", "Lab has no billing period 2024-01: its first one begins on 1 February 2024."),
        ("2024-05", "The billing period 2024-05 has not begun: it is 10 March 2024 now."),
        ("2024-02-05", "No billing period of Lab begins in 2024-02-05. The latest one begins on 1 March 2024."),
        ("last", "“last” does not name a billing period. Write the month of its first day, such as 2024-02."),
        ("2024-2-30", "“2024-2-30” does not name a billing period. Write the month of its first day, such as 2024-02."),
    ],
)
def test_a_period_that_is_not_there_is_explained(small: Office, period: str, sentence: str) -> None:
    """Before the first, in the future, between, and no name at all."""
    with pytest.raises(UnableToFindPeriod) as refused:
        why(small, "lab", period)
    assert plain(refused.value.phrase) == sentence


def test_a_period_can_be_named_by_its_first_day(small: Office) -> None:
    """The day itself is a name, too."""
    assert why(small, "lab", "2024-02-01").invoice


def test_what_became_of_an_invoice_is_part_of_the_answer(small: Office) -> None:
    """What is left to pay, that it is paid, that it was voided."""
    there = at(small, LATER)
    assert first(why(there, "lab", "2024-02")) == f"Invoice {LAB} for 1–29 Feb 2024: 1.26 USD, due on 9 April 2024."
    record_payment(there, LAB, payment("1.00", "a"))
    assert "1.26 USD, of which 0.26 USD is left to pay, due on 9 April" in first(why(there, "lab", "2024-02"))
    record_payment(there, LAB, payment("0.26", "b"))
    assert first(why(there, "lab", "2024-02")) == f"Invoice {LAB} for 1–29 Feb 2024: 1.26 USD, paid."
    void(there, LAB)
    assert first(why(there, "lab", "2024-02")).startswith(f"Invoice {LAB} for 1–29 Feb 2024 was voided:")


def test_an_invoice_that_was_kept_long_enough_and_deleted_is_explained(small: Office) -> None:
    """N9 for everybody; nobody is told that the seller has not closed the period."""
    old = at(small, date(2032, 1, 1))
    run_retention(old)
    answer = why(old, "lab", "2024-02", ANNA)
    assert (answer.reason, answer.changes_on, answer.invoice) == ("N9", None, None)
    assert first(answer) == "The invoice for 1–29 Feb 2024 was kept as long as the law asks, and deleted after that."
