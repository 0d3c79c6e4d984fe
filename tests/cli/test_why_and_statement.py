"""`kvitto why` and `kvitto statement`, as people and programs use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from kvitto.cli.main import kvitto
from kvitto.records.models import AuditEntry, Person
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from tests.runs.closing.agreement_offices import EA, MOSP, opened, used
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Run = Callable[..., Result]


@pytest.fixture
def run(office: Callable[..., Office], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test's database, on 6 March 2024, after January was closed."""
    settings.OFFICE = made = opened(office(date(2024, 3, 6)), f"{MOSP}{EA}")
    import kvitto.cli.office as door

    monkeypatch.setattr(door, "open_office", lambda _home: made)
    monkeypatch.setattr(door, "check_ready", lambda _office: None)
    used(made, ("lab", "cpu", "100", "2024-01-10"), ("lab", "cpu", "20", "2024-02-10"))
    close(at(made, date(2024, 3, 2)))
    return lambda *arguments: CliRunner().invoke(kvitto, list(arguments), catch_exceptions=False)


def lines(result: Result) -> list[str]:
    """What was printed, with plain spaces."""
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.output.splitlines()]


def test_people_are_told_reason_advice_day_and_who_can_help(run: Run) -> None:
    """In so many lines."""
    assert lines(run("why", "--subscription", "lab", "--period", "2024-03-05")) == [
        (
            "N2: No invoice for 5 Mar – 4 Apr 2024 yet: the billing period is open until the end of 4 April 2024 (UTC),"
            " and invoices for it are made from 2 May 2024 on."
        ),
        "The daily usage of the period can be seen and downloaded.",
        "This changes on 5 April 2024.",
    ]
    refused = lines(run("why", "--scope", "works", "--period", "2024-02", "--person", "bo@example.com"))
    assert refused[0].startswith("N13: ")
    assert refused[-1] == "Who can help: Anna."
    stranger = lines(run("why", "--scope", "lab", "--period", "2024-01-05", "--person", "nobody@example.com"))
    assert stranger[0] == "N10: Signed in as nobody@example.com, you cannot see invoices of lab."


def test_programs_are_told_the_same(run: Run) -> None:
    """Codes, days and names in JSON; a kind of invoice can be named."""

    def answer(*arguments: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(run("why", *arguments, "--json").output)
        return found

    absent = answer("--subscription", "lab", "--period", "2024-03-05")
    assert (absent["reason"], absent["changes_on"], absent["invoice_day"]) == ("N2", "2024-04-05", "2024-05-02")
    assert (absent["scope_kind"], absent["scope"], absent["kind"]) == ("subscription", "lab", "AzureServices")
    found = answer("--subscription", "lab", "--period", "2024-01-05")
    assert found["reason"] is None
    assert isinstance(found["invoice"], dict)
    assert found["invoice"]["total"] == "12.50"
    apart = answer("--subscription", "lab", "--period", "2024-01-05", "--kind", "support")
    assert (apart["reason"], apart["advice"]) == ("N18", ["Choose the subscription of the support plan: Plan."])
    refused = answer("--scope", "works", "--period", "2024-02", "--person", "bo@example.com")
    assert (refused["reason"], refused["who_can_help"], refused["scope"]) == ("N13", ["Anna"], None)


def test_a_statement_is_shown_with_its_sum(run: Run) -> None:
    """The scope alone is enough; the moment, what is still to come, and that it may differ."""
    said = lines(run("statement", "lab", "--as", "bo@example.com"))
    assert said == [
        "Unbilled charges of Lab, as of 6 Mar 2024 00:00 UTC.",
        "Billing period Statement Kind Charges Credit Without tax Invoice from",
        "5 Mar – 4 Apr 2024 Up to now Services 0.00 USD 0.00 USD 0.00 USD 2 May 2024",
        "5 Feb – 4 Mar 2024 Waiting for its invoice Services 2.00 USD 0.00 USD 2.00 USD 2 April 2024",
        "Total 2.00 USD 0.00 USD 2.00 USD",
        (
            "5 Mar – 4 Apr 2024: Usage up to and including 4 April 2024 is still added if it is accepted before"
            " 8 Apr 2024 00:00 UTC."
        ),
        (
            "5 Feb – 4 Mar 2024: Usage up to and including 4 March 2024 is still added if it is accepted before"
            " 8 Mar 2024 00:00 UTC."
        ),
        "This is an estimate without tax; the invoice may differ.",
    ]
    told = json.loads(run("statement", "show", "lab", "--json").output)
    assert (told["charges"], told["total_without_tax"], told["currency"]) == ("2", "2", "USD")
    assert [one["reason"] for one in told["periods"]] == ["N2", "N3"]
    assert lines(run("statement", "plan"))[2] == (
        "5 Mar – 4 Apr 2024 Up to now Support plan 30.00 USD 0.00 USD 30.00 USD 2 April 2024"
    )
    missing = run("statement", "nothing")
    assert missing.exit_code == 1
    assert "nothing" in missing.output


def test_the_history_of_a_subscription(run: Run) -> None:
    """For its administrator; to others what they may use."""
    said = lines(run("statement", "history", "lab", "--as", "anna@example.com"))
    assert said[0] == "Billing history of Lab, as of 6 Mar 2024 00:00 UTC."
    assert said[2:5] == [
        "5 Mar – 4 Apr 2024 Services 0.00 USD Unbilled",
        "5 Feb – 4 Mar 2024 Services 2.00 USD Not available N3",
        "5 Jan – 4 Feb 2024 Services 12.50 USD K-2024-000001 Due",
    ]
    told = json.loads(run("statement", "history", "lab", "--json").output)
    assert [one["invoice"] and one["invoice"]["total"] for one in told["periods"]] == [None, "12.50"]
    refused = run("statement", "history", "lab", "--as", "bo@example.com")
    assert refused.exit_code == 1
    assert "You may use instead" in refused.output


def test_what_is_refused_to_a_person_is_noted_and_what_is_shown_is_not(run: Run) -> None:
    """By the person's random id, with what was asked for, through the door of commands."""
    run("statement", "lab", "--as", "bo@example.com")
    run("statement", "history", "lab", "--as", "anna@example.com")
    run("why", "--scope", "lab", "--period", "2024-01-05", "--person", "anna@example.com")
    run("why", "--scope", "works", "--period", "2024-02")
    noted = AuditEntry.objects.filter(door="command", action__in=("statement.see", "history.see", "invoice.why"))
    assert not noted.exists()
    run("statement", "lab", "--as", "nobody@example.com")
    run("statement", "history", "lab", "--as", "bo@example.com")
    run("statement", "history", "lab", "--as", "nobody@example.com")
    run("why", "--scope", "works", "--period", "2024-02", "--person", "bo@example.com")
    bo, nobody = (str(Person.objects.get(email=f"{name}@example.com").id) for name in ("bo", "nobody"))
    entries = noted.order_by("number")
    assert [(entry.action, entry.outcome, entry.who, json.loads(entry.facts)["asked"]) for entry in entries] == [
        ("statement.see", "not-found", nobody, "lab"),
        ("history.see", "refused", bo, "lab"),
        ("history.see", "not-found", nobody, "lab"),
        ("invoice.why", "refused", bo, "works"),
    ]
