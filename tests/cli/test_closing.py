"""`kvitto period close`, `kvitto invoices list` and `kvitto why`, as people and programs use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kvitto.cli.period import progress_line
from kvitto.language import phrase
from tests.faults import COMMAND, Job, Outcome, made_once, run_jobs
from tests.runs.offices import AGREEMENTS, FEBRUARY_ROWS

Say = Callable[..., list[Outcome]]
CLOCK = {"KVITTO_CLOCK": "2024-03-10"}


@pytest.fixture
def say(tmp_path: Path, own_database: dict[str, str]) -> Say:
    """Runs commands in the small office, one after another."""
    home = tmp_path / "office"
    environment = {**own_database, **CLOCK}
    rows = "\n".join((*FEBRUARY_ROWS, "90,lab,vm1,cpu,1,2024-03-02T00:00:00Z"))
    make = Job(home, "tests.runs.closing_jobs:make", [AGREEMENTS, rows], environment=environment)
    (made,) = made_once([make])
    assert made.status == 0, made.err

    def said(*commands: str) -> list[Outcome]:
        return run_jobs([Job(home, COMMAND, command.split(), environment=environment) for command in commands])

    return said


def lines(outcome: Outcome) -> list[str]:
    """What was printed, with plain spaces."""
    return [" ".join(line.split()) for line in outcome.out.splitlines()]


def test_closing_lists_what_was_issued_what_was_not_and_when(say: Say) -> None:
    """Tables and sentences; a second close says that it was done before."""
    first, second = say("period close", "period close")
    assert (first.status, second.status) == (0, 0), first.err
    assert "3 invoices were issued:" in lines(first)
    assert "K-2024-000001 Cork office 1–29 Feb 2024 12.98 USD 9 April 2024" in lines(first)
    assert "3 documents were made." in lines(first)
    assert (
        "Credit: No invoice for 1–29 Feb 2024: your monthly credit of 5.00 USD covered the charges of 2.00 USD."
    ) in lines(first)
    assert "Lab 1–31 Mar 2024 10 Apr 2024 00:00 UTC" in lines(first)
    assert lines(second)[:2] == ["No invoice was issued.", "3 invoices were issued before."]


def test_a_month_can_be_closed_alone(say: Say) -> None:
    """A month in which no period ended issues nothing; a word that is no month is refused with a sentence."""
    january, wrong = say("period close --month 2024-01 --json", "period close --month January")
    assert january.status == 0
    assert json.loads(january.out)["issued"] == []
    assert (wrong.status, wrong.err.strip()) == (1, "“January” is no month. Write it as 2024-02.")


def test_programs_read_the_list_of_invoices(say: Say) -> None:
    """Amounts are texts; period_end is the last day; a profile's invoice names no subscription."""
    _, listed, one = say("period close", "invoices list --json", "invoices list --json --subscription laboratory")
    found = {invoice["number"]: invoice for invoice in json.loads(listed.out)}
    assert found["K-2024-000003"] == {
        "number": "K-2024-000003",
        "subscription": "lab",
        "billing_profile": None,
        "period_start": "2024-02-01",
        "period_end": "2024-02-29",
        "currency": "USD",
        "total": "1.26",
        "total_unrounded": "1.0105",
        "total_without_tax": "1.01",
        "tax": "0.25",
        "issue_date": "2024-03-10",
        "due_date": "2024-04-09",
        "status": "Due",
        "document_type": "Invoice",
        "kind": "AzureServices",
        "edition": 1,
        "refers_to": None,
        "amount_due": "1.26",
        "links": [],
    }
    assert (found["K-2024-000001"]["subscription"], found["K-2024-000001"]["billing_profile"]) == (None, "cork")
    assert (found["K-2024-000002"]["total"], found["K-2024-000002"]["status"]) == ("0.00", "Paid")
    assert [invoice["number"] for invoice in json.loads(one.out)] == ["K-2024-000003"]


def test_people_read_the_list_of_invoices(say: Say) -> None:
    """Nothing yet, then a table."""
    before, _, after, unknown = say("invoices list", "period close", "invoices list", "invoices list --subscription x")
    assert lines(before) == ["No invoice was issued yet."]
    assert lines(after)[0] == "Number Invoiced for Billing period Total Due date Status To pay now"
    assert "K-2024-000003 Lab 1–29 Feb 2024 1.26 USD 9 April 2024 Due 1.26 USD" in lines(after)
    assert (unknown.status, unknown.err.strip()) == (1, "There is no subscription with the id or name x.")


def test_why_answers_people_and_programs(say: Say) -> None:
    """The reason in one sentence; with a person what that person may know."""
    _, covered, program, invoiced, stranger = say(
        "period close",
        "why --subscription credit --period 2024-02",
        "why --subscription young --period 2024-02 --json",
        "why --subscription lab --period 2024-02 --person anna@daugava.example",
        "why --subscription lab --period 2024-02 --person nobody@elsewhere.example",
    )
    assert lines(covered)[0].startswith("N5: No invoice for 1–29 Feb 2024: your monthly credit of 5.00 USD covered")
    told = json.loads(program.out)
    assert (told["reason"], told["changes_on"], told["invoice_day"]) == ("N1", "2024-03-26", "2024-04-10")
    assert lines(invoiced) == ["Invoice K-2024-000003 for 1–29 Feb 2024: 1.26 USD, due on 9 April 2024."]
    assert (stranger.status, lines(stranger)[0][:4]) == (0, "N10:")
    assert not {"1.26", "K-2024-000003"} & set(stranger.out.split())


def test_a_clock_that_went_back_is_refused(say: Say, tmp_path: Path, own_database: dict[str, str]) -> None:
    """With the sentence and nothing issued."""
    say("period close")
    environment = {**own_database, "KVITTO_CLOCK": "2024-03-09"}
    (refused,) = run_jobs([Job(tmp_path / "office", COMMAND, ["period", "close"], environment=environment)])
    assert refused.status == 1
    assert "the office's date is 9 March 2024, but series K-2024 already has an invoice of 10 March 2024" in refused.err


def test_the_answers_come_in_the_callers_language(say: Say, tmp_path: Path, own_database: dict[str, str]) -> None:
    """Swedish, where KVITTO_LANGUAGE says so."""
    environment = {**own_database, **CLOCK, "KVITTO_LANGUAGE": "sv"}
    arguments = ["why", "--subscription", "credit", "--period", "2024-02"]
    (answer,) = run_jobs([Job(tmp_path / "office", COMMAND, arguments, environment=environment)])
    assert answer.status == 0, answer.err
    assert "feb." in answer.out


def test_documents_may_be_left_to_the_next_close(say: Say) -> None:
    """So that issuing very many invoices does not wait for them."""
    first, second = say("period close --no-documents --json", "period close --json")
    assert (first.status, second.status) == (0, 0), first.err
    assert (len(json.loads(first.out)["issued"]), json.loads(first.out)["documents_made"]) == (3, 0)
    assert (len(json.loads(second.out)["issued"]), json.loads(second.out)["documents_made"]) == (0, 3)


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (0, 0.0, "Closing: 0 of 3,000"),
        (100, 4.0, "Closing: 100 of 3,000"),
        (1000, 30.0, "Closing: 1,000 of 3,000, about 1 minute left"),
        (1000, 31.0, "Closing: 1,000 of 3,000, about 2 minutes left"),
        (3000, 90.0, "Closing: 3,000 of 3,000"),
    ],
)
def test_the_terminal_shows_how_long_a_close_still_takes(done: int, seconds: float, said: str) -> None:
    """As soon as it is more than a guess, in minutes, rounded up."""
    assert str(progress_line(phrase("Closing"), done, 3000, seconds)) == said
