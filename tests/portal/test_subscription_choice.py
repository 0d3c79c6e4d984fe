"""The list of subscriptions by agreement, state and order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.portal import subscription_choice
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.every_agreement import give
from tests.portal.small_office import ADMINISTRATOR, CREDIT, DISKS, LAB, MEMORY, PROFILE, TRIAL, YOUNG

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database


def listed(client: Client, **query: str) -> list[str]:
    """The ids in the order of the rows."""
    answer = client.get("/subscriptions/", query)
    assert answer.status_code == 200
    return re.findall(r'<span class="under">([a-z]+-\d{4})</span>', answer.content.decode())


def test_by_agreement(office: Office, sign_in: SignIn) -> None:
    """Offered to who has several; the others are not asked."""
    client = sign_in(ADMINISTRATOR)
    assert 'id="agreement"' not in client.get("/subscriptions/").content.decode()
    person = Person.objects.get(email=ADMINISTRATOR)
    give(person, Role.BILLING_PROFILE_OWNER, Scope(ScopeKind.BILLING_PROFILE, PROFILE))
    assert 'id="agreement"' in client.get("/subscriptions/").content.decode()
    assert sorted(listed(client, agreement="mca")) == [DISKS, MEMORY]
    assert sorted(listed(client, agreement="mosp")) == [CREDIT, LAB, TRIAL, YOUNG]
    assert listed(client, agreement="mosp", search="lab") == [LAB]


def test_by_state(office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are in exactly one state; where too many need a closer look, the page says that it lists all."""
    client = sign_in(ADMINISTRATOR)
    by_state = [
        listed(client, state=state) for state in ("Active", "Warned", "Disabled", "Expired", "Cancelled", "Deleted")
    ]
    assert sorted(one for some in by_state for one in some) == sorted(listed(client))
    assert (
        "No subscription of yours fits what you chose." in client.get("/subscriptions/?state=Deleted").content.decode()
    )
    monkeypatch.setattr(subscription_choice, "MOST_LOOKED_AT", 1)
    assert listed(client, state="Deleted") == listed(client)
    assert "These are too many" in client.get("/subscriptions/?state=Deleted").content.decode()
    assert listed(client, state="Deleted", search="lab") == []


def test_in_order(office: Office, sign_in: SignIn) -> None:
    """By name, or by what the offer is called."""
    client = sign_in(ADMINISTRATOR)
    assert listed(client, sort="name") == [CREDIT, LAB, TRIAL, YOUNG]
    assert sorted(listed(client, sort="offer")) == sorted(listed(client))
    assert listed(client, sort="offer").index(LAB) + 1 == listed(client, sort="offer").index(YOUNG)


def test_by_what_they_came_to(office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The highest first; not offered where too many would have to be worked out."""
    client = sign_in(ADMINISTRATOR)
    assert listed(client, sort="charges") == [TRIAL, LAB, CREDIT, YOUNG]
    assert 'value="charges"' in client.get("/subscriptions/").content.decode()
    monkeypatch.setattr(subscription_choice, "MOST_RATED", 3)
    assert 'value="charges"' not in client.get("/subscriptions/").content.decode()
    assert listed(client, sort="charges") == listed(client)


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"agreement": "\0"}, {"sort": "cost"}, {"page": "-1"}, {"page": "9" * 40}]
)
def test_what_makes_no_sense_asks_for_nothing(office: Office, sign_in: SignIn, query: dict[str, str]) -> None:
    """The list is whole."""
    client = sign_in(ADMINISTRATOR)
    assert listed(client, **query) == listed(client)
