"""What the portal leaves in the audit trail: who signed in, which file was handed out, which was refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kvitto.records.audit_check import verify
from kvitto.records.models import AuditEntry, InvoiceRecord, Person
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB

SignIn = Callable[[str], Client]


def told() -> list[tuple[str, str, str, str]]:
    """The entries since the office was built and somebody signed in: action, outcome, who, scope."""
    found = AuditEntry.objects.filter(door="portal").exclude(action="person.sign-in").order_by("number")
    return list(found.values_list("action", "outcome", "who", "scope_key"))


def test_a_download_is_noted_with_who_and_what(office: Office, sign_in: SignIn) -> None:
    """By the random id of the person; the trail verifies."""
    anna = sign_in(ADMINISTRATOR)
    number = InvoiceRecord.objects.filter(scope_key=LAB).values_list("number", flat=True)[0]
    assert anna.get(reverse("invoice_pdf", args=[number])).status_code == 200
    (entry,) = AuditEntry.objects.filter(action="document.download")
    person = Person.objects.get(email=ADMINISTRATOR)
    assert (entry.outcome, entry.who) == ("allowed", str(person.id))
    assert json.loads(entry.facts) == {"kind": "invoice-pdf", "language": None, "number": number}
    assert verify().faults == ()


def test_what_was_not_found_is_noted_too(office: Office, sign_in: SignIn) -> None:
    """A number that was typed, even one that is longer than any."""
    anna = sign_in(ADMINISTRATOR)
    for number in ("K-1999-000001", "x" * 300):
        assert anna.get(reverse("invoice_pdf", args=[number])).status_code == 404
    assert [(action, outcome) for action, outcome, _, _ in told()] == [("document.download", "not-found")] * 2


def test_a_refused_file_is_noted(office: Office, sign_in: SignIn) -> None:
    """With the thing it belongs to."""
    assert sign_in(COST_READER).get(f"/subscriptions/{LAB}/periods/2024-02-05/usage.csv").status_code == 403
    person = Person.objects.get(email=COST_READER)
    assert told() == [("document.download", "refused", str(person.id), LAB)]


def test_pages_note_nothing(office: Office, sign_in: SignIn) -> None:
    """Looking writes nothing."""
    anna = sign_in(ADMINISTRATOR)
    assert anna.get(reverse("subscriptions")).status_code == 200
    assert told() == []


@pytest.mark.parametrize(("password", "outcome"), [("a very good password", "allowed"), ("wrong", "refused")])
def test_sign_ins_are_noted(office: Office, client: Client, password: str, outcome: str) -> None:
    """Those that fail too, by the id of the person whose address was typed."""
    person = Person.objects.get(email=ADMINISTRATOR)
    person.set_password("a very good password")
    person.save()
    client.post(reverse("account_login"), {"login": ADMINISTRATOR.title(), "password": password})
    entry = AuditEntry.objects.get(action="person.sign-in")
    assert (entry.who, entry.outcome, entry.facts) == (str(person.id), outcome, '{"way":"password"}')


def test_an_unknown_address_is_noted_as_a_hash(office: Office, client: Client) -> None:
    """Nobody can read whose it was."""
    client.post(reverse("account_login"), {"login": "eve@elsewhere.test", "password": "wrong"})
    entry = AuditEntry.objects.get(action="person.sign-in")
    assert entry.who == ""
    assert "eve" not in entry.facts
    assert json.loads(entry.facts)["address"].startswith("sha256:")
