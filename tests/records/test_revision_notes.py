"""What the audit trail tells of agreements that were applied."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from kvitto.records.audit_check import verify
from kvitto.records.models import AuditEntry, Person
from kvitto.records.revisions import latest_revision
from kvitto.runs.apply_agreements import apply
from kvitto.runs.office import Office
from tests.runs.offices import AGREEMENTS, written

pytestmark = [pytest.mark.database, pytest.mark.django_db]
GRANT = 'roles = [{ person = "bo@daugava.example", role = "billing-reader" }]'


def told(action: str) -> list[tuple[str, dict[str, object]]]:
    """Scope and facts of the entries of this action."""
    found = AuditEntry.objects.filter(action=action).order_by("number")
    return [(entry.scope_key, json.loads(entry.facts)) for entry in found]


def test_grants_and_withdrawals_are_noted_by_random_id(office: Callable[..., Office]) -> None:
    """Each with its scope, its role and its revision; the same file again notes nothing."""
    spring = office(clock=date(2024, 2, 1))
    file = written(spring, "agreements.toml", AGREEMENTS)
    apply(spring, file)
    bo = str(Person.objects.get(email="bo@daugava.example").id)
    first = latest_revision()
    assert ("lab", {"person": bo, "role": "billing-reader", "revision": first}) in told("role.grant")
    assert [facts["revision"] for _, facts in told("agreements.apply")] == [first]
    before = AuditEntry.objects.count()
    apply(spring, file)
    assert AuditEntry.objects.count() == before
    apply(spring, written(spring, "agreements.toml", AGREEMENTS.replace(GRANT, "roles = []")))
    assert told("role.withdraw") == [("lab", {"person": bo, "role": "billing-reader", "revision": latest_revision()})]
    assert latest_revision() > first
    assert verify().faults == ()
    assert "@" not in "".join(AuditEntry.objects.values_list("facts", flat=True))
