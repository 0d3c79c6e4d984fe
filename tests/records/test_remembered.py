"""What a process remembers of agreements is never out of date: not for another database, process or transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from kvitto.agreements.hierarchy import BillingAccount, Subscription
from kvitto.records.agreement_changes import record_versions, versions_now
from kvitto.records.agreements import invoice_scope_of_subscription, latest_revision, tree_around
from kvitto.records.erased_addresses import forget_address
from kvitto.records.models import AgreementRecord, Revision
from kvitto.records.remembered import forget
from kvitto.records.revisions import next_revision
from tests.every_agreement import build, scope_of
from tests.faults import Job, run_jobs

JOBS = "tests.records.remembered_jobs"
NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
SCOPE = scope_of("own", "mca", "subscription")
PROFILE = scope_of("own", "mca", "profile")


@pytest.fixture
def customers(db: None) -> None:
    """Two customers under every agreement."""
    build({"own": "", "other": ""})


def _name() -> str:
    """The subscription's name as a page would read it, looked at from itself and from its profile."""
    (from_itself, from_profile) = (tree_around([scope]).subscriptions[SCOPE.id].name for scope in (SCOPE, PROFILE))
    assert from_itself == from_profile
    return from_itself


def _call(name: str) -> tuple[int, int]:
    """Record another name in place of the one of now; the numbers of the revision and of the row."""
    before = versions_now(SCOPE.kind.value, SCOPE.id)
    value = before[-1].value
    assert isinstance(value, Subscription)
    after = (*before[:-1], replace(before[-1], value=replace(value, name=name)))
    revision = next_revision(NOW, "test")
    record_versions(before, after, revision)
    return revision.number, AgreementRecord.objects.latest("id").pk


@pytest.mark.usefixtures("customers")
def test_what_a_transaction_wrote_and_took_back_is_forgotten_even_when_its_numbers_are_taken_again() -> None:
    """SQLite gives the same numbers to what is recorded next; it is believed all the same."""
    assert _name() == SCOPE.id
    with transaction.atomic():
        taken_back = _call("Taken back")
        assert _name() == "Taken back"
        transaction.set_rollback(True)
    assert _name() == SCOPE.id
    kept = _call("Kept")
    assert kept == taken_back or transaction.get_connection().vendor == "postgresql"
    assert _name() == "Kept"


@pytest.mark.usefixtures("customers")
def test_each_recording_is_seen_at_once_and_those_of_before_as_they_were() -> None:
    """Also several in one transaction, and whether or not a revision is named."""
    names = [SCOPE.id]
    revisions = [latest_revision()]
    with transaction.atomic():
        for name in ("Second", "Third"):
            revisions.append(_call(name)[0])
            names.append(name)
            assert _name() == name
    for _ in range(2):
        for revision, name in zip(revisions, names, strict=True):
            assert tree_around([SCOPE], revision).subscriptions[SCOPE.id].name == name
        assert _name() == "Third"


@pytest.mark.usefixtures("customers")
def test_what_only_ends_is_seen_to_have_ended() -> None:
    """A version that is no longer believed, and has none in its place, leaves."""
    assert SCOPE.id in tree_around([PROFILE]).subscriptions
    revision = next_revision(NOW, "test")
    AgreementRecord.objects.filter(kind=SCOPE.kind.value, key=SCOPE.id).update(superseded_in=revision)
    assert SCOPE.id not in tree_around([PROFILE]).subscriptions
    assert invoice_scope_of_subscription(SCOPE.id) is None


@pytest.mark.usefixtures("customers")
def test_a_new_process_reads_what_this_one_remembers() -> None:
    """Forgetting changes nothing but the questions."""
    remembered = tree_around([SCOPE])
    forget()
    assert tree_around([SCOPE]) == remembered


@pytest.mark.usefixtures("customers")
def test_an_address_that_is_erased_is_remembered_no_longer() -> None:
    """Though erasing changes facts without a recording."""
    account = scope_of("own", "mca", "account")
    address = "erased@customer.example"
    before = versions_now(account.kind.value, account.id)
    value = before[-1].value
    assert isinstance(value, BillingAccount)
    named = replace(value, sold_to=replace(value.sold_to, email=address))
    after = (*before[:-1], replace(before[-1], value=named))
    record_versions(before, after, next_revision(NOW, "test"))
    for scope in (account, SCOPE):
        assert tree_around([scope]).accounts[account.id].sold_to.email == address
    with transaction.atomic():
        forget_address(address)
    for scope in (account, SCOPE):
        assert not tree_around([scope]).accounts[account.id].sold_to.email


@pytest.mark.usefixtures("customers")
def test_another_database_with_the_same_numbers_is_another() -> None:
    """Revisions and rows count alike in every office; their marks do not."""
    assert _name() == SCOPE.id
    forgotten = [*Revision.objects.values_list("number", "mark")]
    record = AgreementRecord.objects.get(kind=SCOPE.kind.value, key=SCOPE.id)
    AgreementRecord.objects.filter(pk=record.pk).update(facts={**record.facts, "name": "In another office"})
    for number, _ in forgotten:
        Revision.objects.filter(number=number).update(mark=uuid4())
    assert _name() == "In another office"


def test_what_another_process_records_is_seen_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """A process that has read an agreement, as the portal has, reads it anew when a command has changed it."""
    [looked] = run_jobs([Job(tmp_path / "office", f"{JOBS}:look_before_and_after", environment=own_database)])
    assert looked.status == 0, looked.err
    assert looked.out.split() == [SCOPE.id, "Another"]
