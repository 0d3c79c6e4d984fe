"""The usage file of a document about usage that came late: on its page, and for whom."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.records.invoices import list_invoices
from kvitto.records.models import AuditEntry
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from kvitto.runs.take_in_usage import take_in
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB, PROFILE_OWNER, READER

SignIn = Callable[[str], Client]


@pytest.fixture
def note(office: Office, tmp_path: Path, settings: Settings) -> str:
    """The number of the credit note that takes back ten hours of January, which were sent by mistake."""
    home = tmp_path / "home"
    shutil.copytree(office.home, home)
    settings.OFFICE = changed = replace(office, home=home)
    (home / "late.csv").write_text(
        f"id,at,subscription,resource,meter,seconds\nback,2024-01-20T06:00:00Z,{LAB},vm-0,d8,-36000\n"
    )
    mapping = (home / "usage.toml").read_text().replace('unit = "second"', 'unit = "second"\nallow_negative = true')
    (home / "usage.toml").write_text(mapping)
    take_in(changed, home / "usage.toml", [home / "late.csv"])
    close(changed)
    return next(one.number for one in list_invoices() if one.scope.id == LAB and one.refers_to)


def test_the_page_of_a_credit_note_over_late_usage_leads_to_what_it_takes_back(note: str, sign_in: SignIn) -> None:
    """One row of usage, negative, and it is noted; an ordinary invoice leads to its period instead."""
    anna = sign_in(ADMINISTRATOR)
    address = f"/invoices/{note}/usage.csv"
    assert address in anna.get(f"/invoices/{note}/").content.decode()
    answer = anna.get(address)
    assert answer.status_code == 200
    _, usage, *rest = b"".join(answer).decode("utf-8-sig").splitlines()
    assert usage.startswith(f"{LAB},01/20/2024,")
    assert ",-10," in usage
    assert len(rest) == 1
    entry = AuditEntry.objects.filter(action="document.download").latest("number")
    assert (entry.outcome, entry.door, f'"number":"{note}"' in entry.facts) == ("allowed", "portal", True)
    invoice = next(one.number for one in list_invoices() if one.scope.id == LAB and not one.refers_to)
    assert f"/invoices/{invoice}/usage.csv" not in anna.get(f"/invoices/{invoice}/").content.decode()


@pytest.mark.parametrize(("who", "status"), [(READER, 403), (COST_READER, 403), (PROFILE_OWNER, 404)])
def test_who_may_not_have_the_document_does_not_get_its_usage(
    note: str, sign_in: SignIn, who: str, status: int
) -> None:
    """By the same decision as the document itself."""
    assert sign_in(who).get(f"/invoices/{note}/usage.csv").status_code == status
