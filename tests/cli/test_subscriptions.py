"""`kvitto agreements subscriptions` and `spending-limit`, and `kvitto credits offset`, as operators use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result

from kvitto.cli.agreements import agreements
from kvitto.cli.credits import credits as credits_group
from kvitto.runs.office import Office
from tests.runs.closing.agreement_offices import EA, agreed, closed, opened, used
from tests.runs.invoice_life.billed import billed
from tests.runs.offices import at
from tests.runs.test_spending_limit import LIMITED

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Office], Run]:
    """Runs commands on an office."""
    import kvitto.cli.office as door

    def on(office: Office) -> Run:
        monkeypatch.setattr(door, "open_office", lambda _home: office)
        monkeypatch.setattr(door, "check_ready", lambda _office: None)
        return lambda *arguments: CliRunner().invoke(
            credits_group if arguments[0] == "credits" else agreements, list(arguments[1:]), catch_exceptions=False
        )

    return on


def test_states_are_listed(office: MakeOffice, run: Callable[[Office], Run]) -> None:
    """All of them, or those in which something stands in the way."""
    say = run(at(billed(office()), date(2024, 4, 20)))
    assert "Past due" in say("agreements", "subscriptions").output
    told = {one["id"]: one for one in json.loads(say("agreements", "subscriptions", "--json").output)}
    assert told["lab"] == {
        "id": "lab", "name": "Lab", "account": "daugava", "state": "Warned", "cause": "past-due",
        "since": "2024-04-10", "changes_on": "2024-05-10",
        "sentences": [
            "An invoice is past due.",
            "It is disabled on 10 May 2024 unless what is past due is paid before that day.",
        ],
    }  # fmt: skip
    some = json.loads(say("agreements", "subscriptions", "--not-active", "--json").output)
    assert {one["id"] for one in some} == {"lab", "waves", "tides"}


def test_a_limit_is_shown_removed_and_restored(office: MakeOffice, run: Callable[[Office], Run]) -> None:
    """By the operator, or as somebody who may."""
    from tests.runs.offices import made

    say = run(made(office(date(2024, 3, 10)), agreements=LIMITED))

    def limit(*arguments: str) -> Result:
        return say("agreements", "spending-limit", *arguments)

    assert "The spending limit is on" in limit("show", "credit").output
    assert limit("remove", "credit", "--as", "bo@daugava.example").exit_code == 1
    told = json.loads(limit("remove", "credit", "--this-period", "--as", "anna@daugava.example", "--json").output)
    assert (told["is_on"], told["returns_on"]) == (False, "2024-04-01")
    assert "It can be turned on again from 1 April 2024." in limit("remove", "Credit").output
    assert "is on again from 1 April 2024" in limit("restore", "credit").output
    assert limit("show", "lab").exit_code == 1


def test_overage_is_offset_after_a_plan(office: MakeOffice, run: Callable[[Office], Run]) -> None:
    """The plan changes nothing."""
    there = opened(office(), EA)
    used(there, ("forge", "cpu", "400", "2024-01-10"))
    closed(there, date(2024, 2, 14))
    more = ', { id = "more", source = "prepayment", amount = "50", starts_on = 2024-03-01 }]'
    agreed(there, EA.replace("expires_on = 2025-01-01 }]", "expires_on = 2025-01-01 }" + more), on=date(2024, 3, 1))
    say = run(at(there, date(2024, 3, 1)))
    plan = json.loads(say("credits", "offset", "more", "--plan", "--json").output)
    assert [(one["amount"], one["credit_note"]) for one in plan["offsets"]] == [("10", None)]
    assert "credit note K-2024-" in say("credits", "offset", "more", "--yes").output
    assert say("credits", "offset", "more", "--yes").exit_code == 1
