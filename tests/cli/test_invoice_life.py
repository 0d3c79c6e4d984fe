"""`kvitto payments` and `kvitto invoices void|rebill|credit|refund|show`, as people and programs use them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import COMMAND, Job, Outcome, made_once, run_jobs, run_together
from tests.runs.offices import AGREEMENTS, FEBRUARY_ROWS

Say = Callable[..., list[Outcome]]
MAKE, TELL = "tests.runs.closing_jobs:make", "tests.runs.closing_jobs:tell_invoices"
CORK, LAB = "K-2024-000001", "K-2024-000003"
PAY = "payments record K-2024-000001 12.98 --on 2024-03-20 --reference bank-1"


@pytest.fixture
def jobs(tmp_path: Path, own_database: dict[str, str]) -> Callable[..., list[Job]]:
    """Commands in the small office after its first close, ten days later."""
    home = tmp_path / "office"

    def made(*commands: str, clock: str = "2024-03-20") -> list[Job]:
        environment = {**own_database, "KVITTO_CLOCK": clock}
        return [Job(home, COMMAND, command.split(), environment=environment) for command in commands]

    rows = "\n".join(FEBRUARY_ROWS)
    make = Job(home, MAKE, [AGREEMENTS, rows], environment={**own_database, "KVITTO_CLOCK": "2024-03-10"})
    outcomes = made_once([make, *made("period close", clock="2024-03-10")])
    assert [outcome.status for outcome in outcomes] == [0, 0], [outcome.err for outcome in outcomes]
    return made


@pytest.fixture
def say(jobs: Callable[..., list[Job]]) -> Say:
    """Runs commands there, one after another."""
    return lambda *commands: run_jobs(jobs(*commands))


def lines(text: str) -> list[str]:
    """What was printed, with plain spaces."""
    return [" ".join(line.split()) for line in text.splitlines()]


def answers(outcomes: list[Outcome]) -> list[Any]:
    """What programs read; every command succeeded."""
    assert [outcome.status for outcome in outcomes] == [0] * len(outcomes), [outcome.err for outcome in outcomes]
    return [json.loads(outcome.out) for outcome in outcomes]


def test_payments_are_recorded_listed_and_reversed(say: Say) -> None:
    """Sentences for people; the status of the list follows."""
    part, failed, again, listed, undone, nothing, invoices = say(
        "payments record K-2024-000001 10 --reference a --type SEPA",
        "payments fail K-2024-000001 2.98 --reason BankDeclined --reference c",
        "payments record K-2024-000001 10 --reference a --type SEPA",
        "payments list K-2024-000001",
        "payments reverse K-2024-000001 a",
        "payments list K-2024-000003",
        "invoices list",
    )
    assert lines(part.out) == ["Recorded.", "Invoice K-2024-000001: Due, 2.98 USD to pay now."]
    assert lines(failed.out)[1] == "Invoice K-2024-000001: Past due, 2.98 USD to pay now."
    assert lines(again.out)[0] == "This was recorded before."
    assert lines(listed.out)[1:] == [
        "20 March 2024 payment 10.00 USD CheckWire SEPA a",
        "20 March 2024 failed charge 2.98 USD CreditCard c BankDeclined",
    ]
    assert lines(undone.out)[1] == "Invoice K-2024-000001: Past due, 12.98 USD to pay now."
    assert lines(nothing.out) == ["Nothing was recorded for invoice K-2024-000003 yet."]
    assert "K-2024-000001 Cork office 1–29 Feb 2024 12.98 USD 9 April 2024 Past due 12.98 USD" in lines(invoices.out)


def test_refusals_are_sentences(say: Say) -> None:
    """With status 1."""
    outcomes = say(
        "payments record K-2024-000001 12,98 --reference a",
        "payments record K-2024-000001 12.98 --currency eur --reference a",
        "invoices credit K-2024-000001 --reference a",
        "invoices credit K-2024-000001 13 --reference a",
        "invoices refund approve K-2024-000001 R1",
        "invoices void K-2024-000009",
    )
    assert [outcome.status for outcome in outcomes] == [1] * 6
    assert [lines(outcome.err)[0] for outcome in outcomes] == [
        "“12,98” is no amount. Write it as 120.50.",
        "Invoice K-2024-000001 is in USD, so an amount in EUR cannot be recorded for it.",
        "Say either an amount or lines to give back of invoice K-2024-000001.",
        "Only 12.98 USD is left of invoice K-2024-000001, so 13.00 USD cannot be given back. Give back 12.98 USD or less.",  # noqa: E501 - a sentence
        "There is no refund R1 of this invoice. Request it first.",
        "There is no invoice K-2024-000009.",
    ]


def test_people_see_the_plan_of_what_is_issued(say: Say) -> None:
    """Before it is done; the list shows what belongs together."""
    voided, again, rebilled, invoices = say(
        "invoices void K-2024-000003", "invoices void K-2024-000003", "invoices rebill K-2024-000001", "invoices list"
    )
    assert lines(voided.out) == [
        "A credit note over 1.26 USD for invoice K-2024-000003: 1.01 USD without tax, 0.25 USD tax.",
        "Credit note K-2024-000004 was issued over 1.26 USD for invoice K-2024-000003.",
    ]
    assert lines(again.out) == ["It was voided before, by K-2024-000004."]
    assert lines(rebilled.out)[1:] == [
        "A new invoice for 1–29 Feb 2024 over 12.98 USD (before: 12.98 USD), to Harbour Ltd, Cork.",
        "Credit note K-2024-000005 was issued over 12.98 USD for invoice K-2024-000001.",
        "Invoice K-2024-000006 was issued over 12.98 USD.",
    ]
    found = lines(invoices.out)
    assert (
        "K-2024-000001 Cork office 1–29 Feb 2024 12.98 USD 9 April 2024 Void, replaced by K-2024-000006 0.00 USD"
        in found
    )
    assert "K-2024-000004 Lab 1–29 Feb 2024 1.26 USD 20 March 2024 Credit note for K-2024-000003 0.00 USD" in found


def test_programs_read_the_record_of_an_invoice(say: Say) -> None:
    """The published names, with everything that became of it."""
    pay, credit, asked, approved, done, _rebilled, old, new, note = answers(
        say(
            f"{PAY} --json",
            "invoices credit K-2024-000001 --line 2=4 --reference complaint --json",
            "invoices refund request K-2024-000001 6.00 --reference R1 --reason UnclearPricing --json",
            "invoices refund approve K-2024-000001 R1 --json",
            "invoices refund complete K-2024-000001 R1 --json",
            "invoices rebill K-2024-000001 --json",
            "invoices show K-2024-000001 --json",
            "invoices show K-2024-000007 --json",
            "invoices show K-2024-000004 --json",
        )
    )
    assert (pay["status"], pay["amount_due"]) == ("Paid", "0.00")
    assert (credit["credit_note"]["number"], credit["credit_note"]["total"]) == ("K-2024-000004", "5.00")
    assert (asked["status"], approved["status"], done["status"]) == ("Pending", "Approved", "Completed")
    assert (approved["credit_note"], approved["on_account"]) == ("K-2024-000005", "6.00")
    assert (old["status"], old["documentType"], old["billingProfileId"]) == ("Void", "Invoice", "cork")
    assert old["rebillDetails"] == {
        "invoiceDocumentId": "K-2024-000007", "creditNoteDocumentId": "K-2024-000006", "rebillDetails": None,
    }  # fmt: skip
    assert old["billedDocumentId"] == "K-2024-000007"
    assert old["totalAmount"] == {"currency": "USD", "value": "12.98"}
    assert [(one["paymentType"], one["amount"]["value"]) for one in old["payments"]] == [
        ("debited", "12.98"), ("credited", "6.00"), ("credited", "6.98"),
    ]  # fmt: skip
    (refund,) = old["refundDetails"]
    assert (refund["refundStatus"], refund["refundReason"], refund["amountRefunded"]["value"]) == (
        "Completed", "UnclearPricing", "6.00",
    )  # fmt: skip
    assert refund["rebillInvoiceId"] == "K-2024-000007"
    assert (new["status"], new["amountDue"]["value"], new["payments"][0]["amount"]["value"]) == ("Due", "6.00", "6.98")
    assert (new["creditAmount"]["value"], new["amountOnAccount"]["value"]) == ("0.00", "0.00")
    assert new["payments"][0]["paymentMethodFamily"] == "Credits"
    assert (note["creditForDocumentId"], note["documentType"]) == (CORK, "CreditNote")
    assert [document["kind"] for document in note["documents"]]


def test_what_two_say_at_once_is_recorded_once(jobs: Callable[..., list[Job]]) -> None:
    """Payments, voiding and crediting, each from three processes at the same time."""
    paid = answers(run_together(jobs(*[f"{PAY} --json"] * 3)))
    assert Counter(answer["recorded"] for answer in paid) == {True: 1, False: 2}
    credited = answers(run_together(jobs(*["invoices credit K-2024-000003 0.50 --reference a --json"] * 3)))
    assert Counter(answer["credited"] for answer in credited) == {True: 1, False: 2}
    voided = answers(run_together(jobs(*["invoices void K-2024-000003 --json"] * 3)))
    assert Counter(answer["voided"] for answer in voided) == {True: 1, False: 2}
    more = run_together(jobs(*[f"invoices credit K-2024-000001 5 --reference r{number} --json" for number in range(4)]))
    assert sorted(outcome.status for outcome in more) == [0, 0, 1, 1]  # 12.98 has room for two
    told = json.loads(run_jobs([Job(job.home, TELL, environment=job.environment) for job in jobs("")])[0].out)
    assert told["numbers_taken"] == {"K-2024": 7}
    assert told["wrong"] == []
