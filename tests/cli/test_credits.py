"""`kvitto credits`, as people and programs use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import COMMAND, Job, Outcome, made_once, run_jobs, run_together
from tests.runs.offices import FEBRUARY_ROWS
from tests.runs.test_credits import WITH_CREDIT

Say = Callable[..., list[Outcome]]


@pytest.fixture
def say(tmp_path: Path, own_database: dict[str, str]) -> Say:
    """Runs commands in the small office with credit, one after another."""
    home = tmp_path / "office"
    environment = {**own_database, "KVITTO_CLOCK": "2024-03-10"}
    make = Job(home, "tests.runs.closing_jobs:make", [WITH_CREDIT, "\n".join(FEBRUARY_ROWS)], environment=environment)
    (made,) = made_once([make])
    assert made.status == 0, made.err

    def said(*commands: str) -> list[Outcome]:
        return run_jobs([Job(home, COMMAND, command.split(), environment=environment) for command in commands])

    return said


def lines(outcome: Outcome) -> list[str]:
    """What was printed, with plain spaces."""
    assert outcome.status == 0, outcome.err
    return [" ".join(line.split()) for line in outcome.out.splitlines()]


def test_people_see_what_is_left_and_what_became_of_it(say: Say) -> None:
    """Lots in their order with the balance; events; months."""
    close, listed, events, months, idle = say(
        "period close", "credits list cork", "credits events cork", "credits events cork --by-month",
        "credits list idle",
    )  # fmt: skip
    assert close.status == 0, close.err
    assert lines(listed) == [
        "Credit Kind Starts on Expires on Amount Left Status",
        "gift promotional 1 February 2024 1 February 2025 4.00 USD 0.00 USD Used up",
        "balance purchased 1 February 2024 100.00 USD 92.02 USD Active",
        "The balance is 92.02 USD, and with what is pending an estimated 92.02 USD.",
    ]
    assert lines(events)[-1] == "10 March 2024 Settled charges balance -7.98 USD 92.02 USD K-2024-000001"
    assert lines(months)[-1] == "2024-03 104.00 USD 0.00 USD 0.00 USD 11.98 USD 0.00 USD 92.02 USD"
    assert lines(idle) == ["Idle has no credit."]


def test_programs_read_json(say: Say) -> None:
    """Amounts are texts with every digit; the closed balance of what is pending is null."""
    listed, events, months = say(
        "credits list cork --json", "credits events cork --json", "credits events cork --by-month --json"
    )
    told = json.loads(listed.out)
    assert [(one["id"], one["left"], one["status"]) for one in told["lots"]] == [
        ("gift", "4", "active"), ("balance", "100", "active"),
    ]  # fmt: skip
    assert (told["summary"]["current_balance"], told["summary"]["estimated_balance"]) == ("104", "92.02")
    last = json.loads(events.out)[-1]
    assert (last["type"], last["amount"], last["closed_balance"]) == ("PendingCharges", "-4", None)
    assert json.loads(months.out)[0]["new_credit"] == "104"


def test_a_lot_is_adjusted_once_per_reference(say: Say) -> None:
    """With a code; codes are listed; what cannot be is told."""
    adjust = "credits adjust gift 2.50 --code o7 --reason concession --reference 8"
    first, again, codes, wrong, less = say(
        adjust, f"{adjust} --json", "credits codes", "credits adjust gift two --code O7",
        "credits adjust --code O2 -- gift -6.51",
    )  # fmt: skip
    assert lines(first) == ["6.50 USD is left of the credit gift."]
    assert json.loads(again.out) == {"lot": "gift", "left": "6.5", "currency": "USD"}
    assert "O7 Technical concession" in lines(codes)
    assert (wrong.status, wrong.err.strip()) == (1, "“two” is no amount. Write it as 120.50.")
    assert (less.status, less.err.strip()) == (
        1, "Less is left of the credit gift than is to be taken from it. Nothing was taken.",
    )  # fmt: skip


def test_closings_at_once_use_no_credit_twice(tmp_path: Path, say: Say, own_database: dict[str, str]) -> None:
    """Three processes close the same month: what is left is what one close leaves."""
    environment = {**own_database, "KVITTO_CLOCK": "2024-03-10"}
    close = Job(tmp_path / "office", COMMAND, ("period", "close"), environment=environment)
    assert [outcome.status for outcome in run_together([close] * 3)] == [0, 0, 0]
    fine, listed, trial = say("credits check", "credits list cork --json", "credits list trial --json")
    assert lines(fine) == ["Every credit adds up."]
    assert [one["left"] for one in json.loads(listed.out)["lots"]] == ["0", "92.02"]
    assert [one["left"] for one in json.loads(trial.out)["lots"]] == ["199.3"]


def test_the_ledger_is_checked(say: Say) -> None:
    """After a close all adds up."""
    _, fine = say("period close", "credits check")
    assert lines(fine) == ["Every credit adds up."]
