"""`kvitto people operator`: who may open the operator's pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from kvitto.cli.people import people
from kvitto.records.erasure import erase
from kvitto.records.gate import NotFound, require_operator
from kvitto.records.models import AuditEntry, Person
from kvitto.runs.office import Office

EMAIL = "olga@office.example"


@pytest.fixture
def olga(db: None) -> Person:
    """Somebody who works in the office."""
    return Person.objects.create_user(EMAIL, name="Olga")


def run(office: Office, *arguments: str) -> Result:
    """The command on the test's database."""
    import kvitto.cli.office as door

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(door, "open_office", lambda _home: office)
        patched.setattr(door, "check_ready", lambda _office: None)
        return CliRunner().invoke(people, ["operator", *arguments], catch_exceptions=False)


@pytest.fixture
def here(office: Callable[..., Office]) -> Office:
    """The test's office."""
    return office()


def test_a_person_becomes_an_operator_and_no_longer_is_one(here: Office, olga: Person) -> None:
    """The gate lets them through only in between; each change is in the audit trail once."""
    with pytest.raises(NotFound):
        require_operator(olga)
    for state, says in (("on", f"{EMAIL} can open"), ("on", "Nothing was changed."), ("off", f"{EMAIL} can no longer")):
        result = run(here, EMAIL.upper(), state)
        assert (result.exit_code, result.output.startswith(says)) == (0, True)
        olga.refresh_from_db()
        if state == "on":
            require_operator(olga)
    with pytest.raises(NotFound):
        require_operator(olga)
    noted = AuditEntry.objects.filter(action="person.operator").order_by("number")
    assert [json.loads(entry.facts)["operator"] for entry in noted] == [True, False]
    assert {json.loads(entry.facts)["person"] for entry in noted} == {str(olga.pk)}


def test_an_unknown_address_and_an_unknown_state_are_refused(here: Office, olga: Person) -> None:
    """With a sentence."""
    assert "There is nobody with the address" in run(here, "who@example.com", "on").output
    assert run(here, EMAIL, "maybe").exit_code == 2
    assert not Person.objects.filter(is_operator=True).exists()


def test_who_was_erased_is_no_operator(here: Office, olga: Person) -> None:
    """Nor somebody who may not sign in any more."""
    run(here, EMAIL, "on")
    olga.refresh_from_db()
    at = datetime(2024, 3, 20, tzinfo=UTC)
    erase(olga, at.date(), at)
    olga.refresh_from_db()
    assert not olga.is_operator
    with pytest.raises(NotFound):
        require_operator(olga)
