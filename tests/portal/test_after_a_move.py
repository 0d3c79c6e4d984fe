"""A subscription that moved from an online account to a Customer Agreement, in the portal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from kvitto.agreements.facts import from_facts, parent_of, to_facts
from kvitto.agreements.hierarchy import Subscription
from kvitto.records.invoices import list_invoices
from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import next_revision
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB, PROFILE, PROFILE_OWNER, READER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
LIST, BEFORE, AFTER = (
    f"/subscriptions/{LAB}/{rest}" for rest in ("invoices/", "periods/2024-02-05/", "periods/2024-03-01/")
)
SEEN, LEADS_ON, REFUSED, NOTHING = 200, 302, 403, 404
MOVED_ON = date(2024, 3, 5)  # a day on which a period of the Lab begins


@pytest.fixture
def moved(office: Office) -> Office:
    """The Lab stands in the storage section of Harbour since 5 March 2024."""
    row = AgreementRecord.objects.get(kind="subscription", key=LAB, superseded_in=None, valid_to=None)
    revision = next_revision(datetime(2024, 3, 5, tzinfo=UTC), "test")
    known = from_facts("subscription", row.facts)
    assert isinstance(known, Subscription)
    there = replace(known, account_id="harbour", section_id="storage")
    AgreementRecord.objects.filter(pk=row.pk).update(superseded_in=revision)
    for value, valid_from, valid_to in ((known, row.valid_from, MOVED_ON), (there, MOVED_ON, None)):
        AgreementRecord.objects.create(
            kind="subscription", key=LAB, parent=parent_of(value), facts=to_facts(value),
            valid_from=valid_from, valid_to=valid_to, recorded_in=revision,
        )  # fmt: skip
    return office


WHO = [  # person; answers to the list, the usage of before and of after, an earlier invoice and its PDF
    (ADMINISTRATOR, SEEN, SEEN, NOTHING, SEEN, SEEN),
    (READER, SEEN, SEEN, SEEN, SEEN, REFUSED),
    (COST_READER, REFUSED, SEEN, SEEN, REFUSED, REFUSED),
    (PROFILE_OWNER, LEADS_ON, NOTHING, SEEN, NOTHING, NOTHING),
    (STRANGER, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
]


@pytest.mark.parametrize(("email", "listed", "before", "after", "page", "pdf"), WHO)
def test_who_sees_what_of_before_and_after(
    moved: Office, sign_in: SignIn, email: str, listed: int, before: int, after: int, page: int, pdf: int
) -> None:
    """The old account keeps what it was invoiced for; the new one has what came after."""
    number = next(invoice.number for invoice in list_invoices() if invoice.scope.id == LAB)
    client = sign_in(email)
    addresses = (LIST, BEFORE, AFTER, f"/invoices/{number}/", f"/invoices/{number}.pdf")
    assert tuple(client.get(address).status_code for address in addresses) == (listed, before, after, page, pdf)
    if listed == SEEN:
        assert number in client.get(LIST).content.decode()


def test_the_profile_shows_what_it_is_invoiced_for(moved: Office, sign_in: SignIn) -> None:
    """Its list leads to its own periods, and not to the earlier invoices of the subscription."""
    client = sign_in(PROFILE_OWNER)
    assert client.get(LIST).headers["Location"] == f"/billing-profiles/{PROFILE}/invoices/"
    page = client.get(f"/billing-profiles/{PROFILE}/invoices/").content.decode()
    earlier = [invoice.number for invoice in list_invoices() if invoice.scope.id == LAB]
    assert earlier
    assert not any(number in page for number in earlier)
